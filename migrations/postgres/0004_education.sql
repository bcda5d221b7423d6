-- Lessons: how far she is, and each try at a quiz.

create table lesson_progress (
  episode_id uuid not null references episode (id),
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  slug text not null,
  version text not null,
  position bigint not null,
  seconds bigint not null,
  completed_at timestamptz,
  passed_at timestamptz,
  updated_at timestamptz not null,
  primary key (episode_id, slug)
);

create table quiz_attempt (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  slug text not null,
  version text not null,
  answers bytea not null,
  score bigint not null,
  of_items bigint not null,
  passed boolean not null,
  at timestamptz not null
);
create index quiz_attempt_episode on quiz_attempt (episode_id, slug, at desc);
create trigger quiz_attempt_no_update before update on quiz_attempt for each row execute function refuse_change();
create trigger quiz_attempt_no_delete before delete on quiz_attempt for each row execute function refuse_change();
