-- Sealing of a record in a dispute (CE-234): what stands in the way of destruction as a legal hold does.

create table record_seal (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  authority_id blob,
  body blob not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index record_seal_page on record_seal (facility_id, id);
create index record_seal_patient on record_seal (patient_id, id);

create table record_seal_list (
  id blob not null primary key,
  seal_id blob not null references record_seal (id),
  facility_id blob not null references facility (id),
  no bigint not null check (no >= 1),
  locale text not null,
  items blob not null,
  sha256 text not null,
  package blob not null,
  staff_id blob not null references staff (id),
  at text not null,
  constraint record_seal_list_no unique (seal_id, no)
);

create table record_seal_signature (
  list_id blob not null primary key references record_seal_list (id),
  facility_id blob not null references facility (id),
  body blob not null,
  ink blob,
  document blob not null,
  document_sha256 text not null,
  package_sha256 text not null,
  staff_id blob not null references staff (id),
  at text not null
);

create table record_seal_finished (
  id blob not null primary key,
  seal_id blob not null references record_seal (id),
  facility_id blob not null references facility (id),
  items text not null,
  at text not null
);
create index record_seal_finished_seal on record_seal_finished (seal_id, id);

create table record_seal_claim (
  id blob not null primary key,
  seal_id blob not null references record_seal (id),
  facility_id blob not null references facility (id),
  words blob not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index record_seal_claim_seal on record_seal_claim (seal_id, id);

create table record_seal_release (
  seal_id blob not null primary key references record_seal (id),
  facility_id blob not null references facility (id),
  cause text not null,
  reason blob,
  staff_id blob references staff (id),
  at text not null
);

create trigger record_seal_no_update before update on record_seal begin select raise(abort, 'record_seal is immutable'); end;
create trigger record_seal_no_delete before delete on record_seal begin select raise(abort, 'record_seal is immutable'); end;
create trigger record_seal_list_no_update before update on record_seal_list begin select raise(abort, 'record_seal_list is immutable'); end;
create trigger record_seal_list_no_delete before delete on record_seal_list begin select raise(abort, 'record_seal_list is immutable'); end;
create trigger record_seal_signature_no_update before update on record_seal_signature begin select raise(abort, 'record_seal_signature is immutable'); end;
create trigger record_seal_signature_no_delete before delete on record_seal_signature begin select raise(abort, 'record_seal_signature is immutable'); end;
create trigger record_seal_finished_no_update before update on record_seal_finished begin select raise(abort, 'record_seal_finished is immutable'); end;
create trigger record_seal_finished_no_delete before delete on record_seal_finished begin select raise(abort, 'record_seal_finished is immutable'); end;
create trigger record_seal_claim_no_update before update on record_seal_claim begin select raise(abort, 'record_seal_claim is immutable'); end;
create trigger record_seal_claim_no_delete before delete on record_seal_claim begin select raise(abort, 'record_seal_claim is immutable'); end;
create trigger record_seal_release_no_update before update on record_seal_release begin select raise(abort, 'record_seal_release is immutable'); end;
create trigger record_seal_release_no_delete before delete on record_seal_release begin select raise(abort, 'record_seal_release is immutable'); end;

-- Copies that are handed out with the hospital's proof mark (CE-233).

create table record_copy (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  number text not null,
  recipient text not null,
  authority_id blob,
  body blob not null,
  items blob not null,
  package blob not null,
  sha256 text not null,
  staff_id blob references staff (id),
  at text not null,
  constraint record_copy_number unique (facility_id, number)
);
create index record_copy_page on record_copy (facility_id, id);
create index record_copy_patient on record_copy (patient_id, id);

create trigger record_copy_no_update before update on record_copy begin select raise(abort, 'record_copy is immutable'); end;
create trigger record_copy_no_delete before delete on record_copy begin select raise(abort, 'record_copy is immutable'); end;

-- Impact assessments of the processing of personal information, kept for three years and longer (CE-232).

create table impact_assessment (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  body blob not null,
  file_sha256 text not null,
  assessed_on text not null,
  next_review_on text not null,
  replaces_id blob references impact_assessment (id),
  staff_id blob not null references staff (id),
  at text not null,
  constraint impact_assessment_replaced_once unique (replaces_id)
);
create index impact_assessment_page on impact_assessment (facility_id, id);

create trigger impact_assessment_no_update before update on impact_assessment begin select raise(abort, 'impact_assessment is immutable'); end;
create trigger impact_assessment_no_delete before delete on impact_assessment begin select raise(abort, 'impact_assessment is immutable'); end;
