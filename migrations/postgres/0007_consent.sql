-- The consent: the instance and its states, what was shown, the gates, the signatures, the evidence, the document.

create table consent (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  procedure_class text not null,
  template_code text not null,
  template_id text not null,
  locale text not null,
  basis text not null,
  medium text not null,
  state text not null,
  revision bigint not null,
  requested boolean not null,
  prepared_by_id uuid not null,
  presented_sha256 text,
  issued_at timestamptz,
  sign_deadline timestamptz,
  understood_at timestamptz,
  failed_rounds bigint not null,
  signed_at timestamptz,
  countersign_due_at timestamptz,
  activated_at timestamptz,
  valid_until timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null
);
create unique index consent_active on consent (patient_id, episode_id, procedure_class) where state = 'active';
create unique index consent_open on consent (patient_id, episode_id, procedure_class)
  where state in ('draft', 'issued', 'reading', 'ready', 'patient_signed');
create index consent_page on consent (facility_id, state, id);
create index consent_patient on consent (patient_id, id);
create index consent_episode on consent (episode_id, id);

create table consent_risks (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  body bytea not null,
  at timestamptz not null
);
create index consent_risks_consent on consent_risks (consent_id, id);

create table consent_presented (
  consent_id uuid not null primary key references consent (id),
  facility_id uuid not null references facility (id),
  sha256 text not null,
  renderer text not null,
  body bytea not null,
  inputs bytea not null,
  released_by_id uuid not null references staff (id),
  at timestamptz not null
);

create table consent_reading (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  session text not null,
  last_seq bigint not null,
  events text not null,
  at timestamptz not null
);
create index consent_reading_consent on consent_reading (consent_id, id);

create table consent_quiz (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  round bigint not null,
  body bytea not null,
  asked bigint not null,
  correct bigint not null,
  critical bigint not null,
  critical_correct bigint not null,
  passed boolean not null,
  at timestamptz not null,
  constraint consent_quiz_round unique (consent_id, round)
);

create table consent_question (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  question bytea not null,
  at timestamptz not null
);
create index consent_question_consent on consent_question (consent_id, id);

create table consent_answer (
  question_id uuid not null primary key references consent_question (id),
  facility_id uuid not null references facility (id),
  staff_id uuid not null references staff (id),
  answer bytea not null,
  at timestamptz not null
);

create table consent_conversation (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  channel text not null,
  minutes bigint not null,
  held_at timestamptz not null,
  body bytea not null,
  at timestamptz not null
);
create index consent_conversation_consent on consent_conversation (consent_id, id);

create table consent_waiver (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  gate text not null,
  body bytea not null,
  at timestamptz not null
);
create index consent_waiver_consent on consent_waiver (consent_id, id);

create table consent_identity (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  method text not null,
  level bigint not null,
  at timestamptz not null
);
create index consent_identity_consent on consent_identity (consent_id, id);

create table consent_signature (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  patient_id uuid not null references patient (id),
  kind text not null,
  signer_id uuid not null,
  strokes bytea,
  strokes_digest bytea,
  body bytea not null,
  digest bytea not null,
  at timestamptz not null,
  constraint consent_signature_strokes unique (patient_id, strokes_digest)
);
create index consent_signature_consent on consent_signature (consent_id, id);

create table consent_return (
  signature_id uuid not null primary key references consent_signature (id),
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  reason bytea not null,
  at timestamptz not null
);

create table consent_decision (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  kind text not null,
  ask_again boolean not null,
  explained text not null,
  body bytea not null,
  at timestamptz not null
);
create index consent_decision_consent on consent_decision (consent_id, id);

create table consent_bedside (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  body bytea not null,
  at timestamptz not null
);
create index consent_bedside_consent on consent_bedside (consent_id, at);

create table consent_evidence (
  consent_id uuid not null references consent (id),
  facility_id uuid not null references facility (id),
  no bigint not null,
  name text not null,
  body bytea not null,
  digest bytea not null,
  primary key (consent_id, no)
);

create table consent_document (
  consent_id uuid not null primary key references consent (id),
  facility_id uuid not null references facility (id),
  pdf bytea not null,
  sha256 text not null,
  root text not null,
  code_digest bytea not null,
  sealing_status text not null,
  at timestamptz not null,
  constraint consent_document_code unique (code_digest)
);

create trigger consent_risks_no_update before update on consent_risks for each row execute function refuse_change();
create trigger consent_risks_no_delete before delete on consent_risks for each row execute function refuse_change();
create trigger consent_presented_no_update before update on consent_presented for each row execute function refuse_change();
create trigger consent_presented_no_delete before delete on consent_presented for each row execute function refuse_change();
create trigger consent_reading_no_update before update on consent_reading for each row execute function refuse_change();
create trigger consent_reading_no_delete before delete on consent_reading for each row execute function refuse_change();
create trigger consent_quiz_no_update before update on consent_quiz for each row execute function refuse_change();
create trigger consent_quiz_no_delete before delete on consent_quiz for each row execute function refuse_change();
create trigger consent_answer_no_update before update on consent_answer for each row execute function refuse_change();
create trigger consent_answer_no_delete before delete on consent_answer for each row execute function refuse_change();
create trigger consent_conversation_no_update before update on consent_conversation for each row execute function refuse_change();
create trigger consent_conversation_no_delete before delete on consent_conversation for each row execute function refuse_change();
create trigger consent_waiver_no_update before update on consent_waiver for each row execute function refuse_change();
create trigger consent_waiver_no_delete before delete on consent_waiver for each row execute function refuse_change();
create trigger consent_signature_no_update before update on consent_signature for each row execute function refuse_change();
create trigger consent_signature_no_delete before delete on consent_signature for each row execute function refuse_change();
create trigger consent_return_no_update before update on consent_return for each row execute function refuse_change();
create trigger consent_return_no_delete before delete on consent_return for each row execute function refuse_change();
create trigger consent_decision_no_update before update on consent_decision for each row execute function refuse_change();
create trigger consent_decision_no_delete before delete on consent_decision for each row execute function refuse_change();
create trigger consent_bedside_no_update before update on consent_bedside for each row execute function refuse_change();
create trigger consent_bedside_no_delete before delete on consent_bedside for each row execute function refuse_change();
create trigger consent_evidence_no_update before update on consent_evidence for each row execute function refuse_change();
create trigger consent_evidence_no_delete before delete on consent_evidence for each row execute function refuse_change();
create trigger consent_document_no_update before update on consent_document for each row execute function refuse_change();
create trigger consent_document_no_delete before delete on consent_document for each row execute function refuse_change();
