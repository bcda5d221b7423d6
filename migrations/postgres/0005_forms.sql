-- Assignments of forms, answers with their kept versions, verifications of single answers.

create table assignment (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  name text not null,
  reference text not null,
  opens_at timestamptz not null,
  due_at timestamptz,
  closes_at timestamptz,
  after_loss boolean not null default false,
  created_at timestamptz not null,
  constraint assignment_once unique (episode_id, name, reference)
);

create table response (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  assignment_id uuid references assignment (id),
  questionnaire text not null,
  name text not null,
  after_loss boolean not null,
  status text not null,
  content bytea not null,
  staff_items bytea,
  entered_by_id uuid references staff (id),
  authored_at timestamptz not null,
  completed_at timestamptz,
  version bigint not null
);
create unique index response_assignment on response (assignment_id) where assignment_id is not null;
create unique index response_draft on response (episode_id, name) where status = 'in_progress';
create index response_latest on response (episode_id, name, completed_at desc) where completed_at is not null;

create table response_version (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  response_id uuid not null references response (id),
  version bigint not null,
  content bytea not null,
  staff_items bytea,
  actor text not null,
  at timestamptz not null,
  constraint response_version_once unique (response_id, version)
);
create trigger response_version_no_update before update on response_version for each row execute function refuse_change();
create trigger response_version_no_delete before delete on response_version for each row execute function refuse_change();

create table answer_verification (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  response_id uuid not null references response (id),
  link_id text not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index answer_verification_response on answer_verification (response_id, at);
create trigger answer_verification_no_update before update on answer_verification for each row execute function refuse_change();
create trigger answer_verification_no_delete before delete on answer_verification for each row execute function refuse_change();
