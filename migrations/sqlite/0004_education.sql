-- Lessons: how far she is, and each try at a quiz.

create table lesson_progress (
  episode_id blob not null references episode (id),
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  slug text not null,
  version text not null,
  position bigint not null,
  seconds bigint not null,
  completed_at text,
  passed_at text,
  updated_at text not null,
  primary key (episode_id, slug)
);

create table quiz_attempt (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  slug text not null,
  version text not null,
  answers blob not null,
  score bigint not null,
  of_items bigint not null,
  passed boolean not null check (passed in (0, 1)),
  at text not null
);
create index quiz_attempt_episode on quiz_attempt (episode_id, slug, at desc);
create trigger quiz_attempt_no_update before update on quiz_attempt begin select raise(abort, 'quiz_attempt is immutable'); end;
create trigger quiz_attempt_no_delete before delete on quiz_attempt begin select raise(abort, 'quiz_attempt is immutable'); end;
