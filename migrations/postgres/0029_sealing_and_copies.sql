-- Sealing of a record in a dispute (CE-234): what stands in the way of destruction as a legal hold does.

create table record_seal (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  authority_id uuid,
  body bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index record_seal_page on record_seal (facility_id, id);
create index record_seal_patient on record_seal (patient_id, id);

create table record_seal_list (
  id uuid not null primary key,
  seal_id uuid not null references record_seal (id),
  facility_id uuid not null references facility (id),
  no bigint not null check (no >= 1),
  locale text not null,
  items bytea not null,
  sha256 text not null,
  package bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null,
  constraint record_seal_list_no unique (seal_id, no)
);

create table record_seal_signature (
  list_id uuid not null primary key references record_seal_list (id),
  facility_id uuid not null references facility (id),
  body bytea not null,
  ink bytea,
  document bytea not null,
  document_sha256 text not null,
  package_sha256 text not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);

create table record_seal_finished (
  id uuid not null primary key,
  seal_id uuid not null references record_seal (id),
  facility_id uuid not null references facility (id),
  items text not null,
  at timestamptz not null
);
create index record_seal_finished_seal on record_seal_finished (seal_id, id);

create table record_seal_claim (
  id uuid not null primary key,
  seal_id uuid not null references record_seal (id),
  facility_id uuid not null references facility (id),
  words bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index record_seal_claim_seal on record_seal_claim (seal_id, id);

create table record_seal_release (
  seal_id uuid not null primary key references record_seal (id),
  facility_id uuid not null references facility (id),
  cause text not null,
  reason bytea,
  staff_id uuid references staff (id),
  at timestamptz not null
);

create trigger record_seal_no_update before update on record_seal for each row execute function refuse_change();
create trigger record_seal_no_delete before delete on record_seal for each row execute function refuse_change();
create trigger record_seal_list_no_update before update on record_seal_list for each row execute function refuse_change();
create trigger record_seal_list_no_delete before delete on record_seal_list for each row execute function refuse_change();
create trigger record_seal_signature_no_update before update on record_seal_signature for each row execute function refuse_change();
create trigger record_seal_signature_no_delete before delete on record_seal_signature for each row execute function refuse_change();
create trigger record_seal_finished_no_update before update on record_seal_finished for each row execute function refuse_change();
create trigger record_seal_finished_no_delete before delete on record_seal_finished for each row execute function refuse_change();
create trigger record_seal_claim_no_update before update on record_seal_claim for each row execute function refuse_change();
create trigger record_seal_claim_no_delete before delete on record_seal_claim for each row execute function refuse_change();
create trigger record_seal_release_no_update before update on record_seal_release for each row execute function refuse_change();
create trigger record_seal_release_no_delete before delete on record_seal_release for each row execute function refuse_change();

-- Copies that are handed out with the hospital's proof mark (CE-233).

create table record_copy (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  number text not null,
  recipient text not null,
  authority_id uuid,
  body bytea not null,
  items bytea not null,
  package bytea not null,
  sha256 text not null,
  staff_id uuid references staff (id),
  at timestamptz not null,
  constraint record_copy_number unique (facility_id, number)
);
create index record_copy_page on record_copy (facility_id, id);
create index record_copy_patient on record_copy (patient_id, id);

create trigger record_copy_no_update before update on record_copy for each row execute function refuse_change();
create trigger record_copy_no_delete before delete on record_copy for each row execute function refuse_change();

-- Impact assessments of the processing of personal information, kept for three years and longer (CE-232).

create table impact_assessment (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  body bytea not null,
  file_sha256 text not null,
  assessed_on date not null,
  next_review_on date not null,
  replaces_id uuid references impact_assessment (id),
  staff_id uuid not null references staff (id),
  at timestamptz not null,
  constraint impact_assessment_replaced_once unique (replaces_id)
);
create index impact_assessment_page on impact_assessment (facility_id, id);

create trigger impact_assessment_no_update before update on impact_assessment for each row execute function refuse_change();
create trigger impact_assessment_no_delete before delete on impact_assessment for each row execute function refuse_change();
