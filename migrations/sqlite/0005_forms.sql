-- Assignments of forms, answers with their kept versions, verifications of single answers.

create table assignment (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  name text not null,
  reference text not null,
  opens_at text not null,
  due_at text,
  closes_at text,
  after_loss boolean not null default 0 check (after_loss in (0, 1)),
  created_at text not null,
  constraint assignment_once unique (episode_id, name, reference)
);

create table response (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  assignment_id blob references assignment (id),
  questionnaire text not null,
  name text not null,
  after_loss boolean not null check (after_loss in (0, 1)),
  status text not null,
  content blob not null,
  staff_items blob,
  entered_by_id blob references staff (id),
  authored_at text not null,
  completed_at text,
  version bigint not null
);
create unique index response_assignment on response (assignment_id) where assignment_id is not null;
create unique index response_draft on response (episode_id, name) where status = 'in_progress';
create index response_latest on response (episode_id, name, completed_at desc) where completed_at is not null;

create table response_version (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  response_id blob not null references response (id),
  version bigint not null,
  content blob not null,
  staff_items blob,
  actor text not null,
  at text not null,
  constraint response_version_once unique (response_id, version)
);
create trigger response_version_no_update before update on response_version begin select raise(abort, 'response_version is immutable'); end;
create trigger response_version_no_delete before delete on response_version begin select raise(abort, 'response_version is immutable'); end;

create table answer_verification (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  response_id blob not null references response (id),
  link_id text not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index answer_verification_response on answer_verification (response_id, at);
create trigger answer_verification_no_update before update on answer_verification begin select raise(abort, 'answer_verification is immutable'); end;
create trigger answer_verification_no_delete before delete on answer_verification begin select raise(abort, 'answer_verification is immutable'); end;
