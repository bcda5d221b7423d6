-- Assessments, the review queue, decisions.

create table review (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  response_id uuid not null references response (id),
  phase text not null,
  level text not null,
  told_level text,
  urgent boolean not null,
  status text not null,
  state text not null,
  due_at timestamptz not null,
  claimed_by_id uuid references staff (id),
  claim_ends_at timestamptz,
  created_at timestamptz not null,
  constraint review_response unique (response_id)
);
create index review_queue on review (facility_id, urgent desc, due_at, id);
create index review_episode on review (episode_id, created_at desc);

create table assessment (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  review_id uuid not null references review (id),
  episode_id uuid not null references episode (id),
  response_id uuid not null references response (id),
  response_version bigint not null,
  level text not null,
  urgent boolean not null,
  status text not null,
  form text not null,
  rules_version text not null,
  engine_version text not null,
  result bytea not null,
  inputs bytea not null,
  at timestamptz not null
);
create index assessment_review on assessment (review_id, id desc);
create trigger assessment_no_update before update on assessment for each row execute function refuse_change();
create trigger assessment_no_delete before delete on assessment for each row execute function refuse_change();

create table review_decision (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  episode_id uuid not null references episode (id),
  review_id uuid not null references review (id),
  assessment_id uuid not null references assessment (id),
  outcome text not null,
  by_id uuid not null references staff (id),
  by_role text not null,
  conditions bytea,
  plan bytea,
  summary bytea not null,
  reason bytea,
  at timestamptz not null
);
create index review_decision_episode on review_decision (episode_id, id);
create trigger review_decision_no_update before update on review_decision for each row execute function refuse_change();
create trigger review_decision_no_delete before delete on review_decision for each row execute function refuse_change();
