-- The consent: the instance and its states, what was shown, the gates, the signatures, the evidence, the document.

create table consent (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  procedure_class text not null,
  template_code text not null,
  template_id text not null,
  locale text not null,
  basis text not null,
  medium text not null,
  state text not null,
  revision bigint not null,
  requested boolean not null check (requested in (0, 1)),
  prepared_by_id blob not null,
  presented_sha256 text,
  issued_at text,
  sign_deadline text,
  understood_at text,
  failed_rounds bigint not null,
  signed_at text,
  countersign_due_at text,
  activated_at text,
  valid_until text,
  ended_at text,
  created_at text not null
);
create unique index consent_active on consent (patient_id, episode_id, procedure_class) where state = 'active';
create unique index consent_open on consent (patient_id, episode_id, procedure_class)
  where state in ('draft', 'issued', 'reading', 'ready', 'patient_signed');
create index consent_page on consent (facility_id, state, id);
create index consent_patient on consent (patient_id, id);
create index consent_episode on consent (episode_id, id);

create table consent_risks (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  body blob not null,
  at text not null
);
create index consent_risks_consent on consent_risks (consent_id, id);

create table consent_presented (
  consent_id blob not null primary key references consent (id),
  facility_id blob not null references facility (id),
  sha256 text not null,
  renderer text not null,
  body blob not null,
  inputs blob not null,
  released_by_id blob not null references staff (id),
  at text not null
);

create table consent_reading (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  session text not null,
  last_seq bigint not null,
  events text not null,
  at text not null
);
create index consent_reading_consent on consent_reading (consent_id, id);

create table consent_quiz (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  round bigint not null,
  body blob not null,
  asked bigint not null,
  correct bigint not null,
  critical bigint not null,
  critical_correct bigint not null,
  passed boolean not null check (passed in (0, 1)),
  at text not null,
  constraint consent_quiz_round unique (consent_id, round)
);

create table consent_question (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  question blob not null,
  at text not null
);
create index consent_question_consent on consent_question (consent_id, id);

create table consent_answer (
  question_id blob not null primary key references consent_question (id),
  facility_id blob not null references facility (id),
  staff_id blob not null references staff (id),
  answer blob not null,
  at text not null
);

create table consent_conversation (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  channel text not null,
  minutes bigint not null,
  held_at text not null,
  body blob not null,
  at text not null
);
create index consent_conversation_consent on consent_conversation (consent_id, id);

create table consent_waiver (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  gate text not null,
  body blob not null,
  at text not null
);
create index consent_waiver_consent on consent_waiver (consent_id, id);

create table consent_identity (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  method text not null,
  level bigint not null,
  at text not null
);
create index consent_identity_consent on consent_identity (consent_id, id);

create table consent_signature (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  patient_id blob not null references patient (id),
  kind text not null,
  signer_id blob not null,
  strokes blob,
  strokes_digest blob,
  body blob not null,
  digest blob not null,
  at text not null,
  constraint consent_signature_strokes unique (patient_id, strokes_digest)
);
create index consent_signature_consent on consent_signature (consent_id, id);

create table consent_return (
  signature_id blob not null primary key references consent_signature (id),
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  reason blob not null,
  at text not null
);

create table consent_decision (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  kind text not null,
  ask_again boolean not null check (ask_again in (0, 1)),
  explained text not null,
  body blob not null,
  at text not null
);
create index consent_decision_consent on consent_decision (consent_id, id);

create table consent_bedside (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  body blob not null,
  at text not null
);
create index consent_bedside_consent on consent_bedside (consent_id, at);

create table consent_evidence (
  consent_id blob not null references consent (id),
  facility_id blob not null references facility (id),
  no bigint not null,
  name text not null,
  body blob not null,
  digest blob not null,
  primary key (consent_id, no)
);

create table consent_document (
  consent_id blob not null primary key references consent (id),
  facility_id blob not null references facility (id),
  pdf blob not null,
  sha256 text not null,
  root text not null,
  code_digest blob not null,
  sealing_status text not null,
  at text not null,
  constraint consent_document_code unique (code_digest)
);

create trigger consent_risks_no_update before update on consent_risks begin select raise(abort, 'consent_risks is immutable'); end;
create trigger consent_risks_no_delete before delete on consent_risks begin select raise(abort, 'consent_risks is immutable'); end;
create trigger consent_presented_no_update before update on consent_presented begin select raise(abort, 'consent_presented is immutable'); end;
create trigger consent_presented_no_delete before delete on consent_presented begin select raise(abort, 'consent_presented is immutable'); end;
create trigger consent_reading_no_update before update on consent_reading begin select raise(abort, 'consent_reading is immutable'); end;
create trigger consent_reading_no_delete before delete on consent_reading begin select raise(abort, 'consent_reading is immutable'); end;
create trigger consent_quiz_no_update before update on consent_quiz begin select raise(abort, 'consent_quiz is immutable'); end;
create trigger consent_quiz_no_delete before delete on consent_quiz begin select raise(abort, 'consent_quiz is immutable'); end;
create trigger consent_answer_no_update before update on consent_answer begin select raise(abort, 'consent_answer is immutable'); end;
create trigger consent_answer_no_delete before delete on consent_answer begin select raise(abort, 'consent_answer is immutable'); end;
create trigger consent_conversation_no_update before update on consent_conversation begin select raise(abort, 'consent_conversation is immutable'); end;
create trigger consent_conversation_no_delete before delete on consent_conversation begin select raise(abort, 'consent_conversation is immutable'); end;
create trigger consent_waiver_no_update before update on consent_waiver begin select raise(abort, 'consent_waiver is immutable'); end;
create trigger consent_waiver_no_delete before delete on consent_waiver begin select raise(abort, 'consent_waiver is immutable'); end;
create trigger consent_signature_no_update before update on consent_signature begin select raise(abort, 'consent_signature is immutable'); end;
create trigger consent_signature_no_delete before delete on consent_signature begin select raise(abort, 'consent_signature is immutable'); end;
create trigger consent_return_no_update before update on consent_return begin select raise(abort, 'consent_return is immutable'); end;
create trigger consent_return_no_delete before delete on consent_return begin select raise(abort, 'consent_return is immutable'); end;
create trigger consent_decision_no_update before update on consent_decision begin select raise(abort, 'consent_decision is immutable'); end;
create trigger consent_decision_no_delete before delete on consent_decision begin select raise(abort, 'consent_decision is immutable'); end;
create trigger consent_bedside_no_update before update on consent_bedside begin select raise(abort, 'consent_bedside is immutable'); end;
create trigger consent_bedside_no_delete before delete on consent_bedside begin select raise(abort, 'consent_bedside is immutable'); end;
create trigger consent_evidence_no_update before update on consent_evidence begin select raise(abort, 'consent_evidence is immutable'); end;
create trigger consent_evidence_no_delete before delete on consent_evidence begin select raise(abort, 'consent_evidence is immutable'); end;
create trigger consent_document_no_update before update on consent_document begin select raise(abort, 'consent_document is immutable'); end;
create trigger consent_document_no_delete before delete on consent_document begin select raise(abort, 'consent_document is immutable'); end;
