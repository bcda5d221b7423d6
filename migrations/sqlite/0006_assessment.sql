-- Assessments, the review queue, decisions.

create table review (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  response_id blob not null references response (id),
  phase text not null,
  level text not null,
  told_level text,
  urgent boolean not null check (urgent in (0, 1)),
  status text not null,
  state text not null,
  due_at text not null,
  claimed_by_id blob references staff (id),
  claim_ends_at text,
  created_at text not null,
  constraint review_response unique (response_id)
);
create index review_queue on review (facility_id, urgent desc, due_at, id);
create index review_episode on review (episode_id, created_at desc);

create table assessment (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  review_id blob not null references review (id),
  episode_id blob not null references episode (id),
  response_id blob not null references response (id),
  response_version bigint not null,
  level text not null,
  urgent boolean not null check (urgent in (0, 1)),
  status text not null,
  form text not null,
  rules_version text not null,
  engine_version text not null,
  result blob not null,
  inputs blob not null,
  at text not null
);
create index assessment_review on assessment (review_id, id desc);
create trigger assessment_no_update before update on assessment begin select raise(abort, 'assessment is immutable'); end;
create trigger assessment_no_delete before delete on assessment begin select raise(abort, 'assessment is immutable'); end;

create table review_decision (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  episode_id blob not null references episode (id),
  review_id blob not null references review (id),
  assessment_id blob not null references assessment (id),
  outcome text not null,
  by_id blob not null references staff (id),
  by_role text not null,
  conditions blob,
  plan blob,
  summary blob not null,
  reason blob,
  at text not null
);
create index review_decision_episode on review_decision (episode_id, id);
create trigger review_decision_no_update before update on review_decision begin select raise(abort, 'review_decision is immutable'); end;
create trigger review_decision_no_delete before delete on review_decision begin select raise(abort, 'review_decision is immutable'); end;
