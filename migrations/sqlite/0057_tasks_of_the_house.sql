-- A task may be about no woman of the hospital, and may wait for one person alone.
-- SQLite cannot take a "not null" away: both tables are made anew with what they hold.

create table task_next (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob references patient (id),
  episode_id blob references episode (id),
  kind text not null,
  subject_id blob not null,
  due_at text not null,
  urgent boolean not null check (urgent in (0, 1)),
  created_at text not null,
  done_at text,
  done_by_id blob,
  labor_id blob,
  staff_id blob references staff (id),
  constraint task_about check ((patient_id is null) = (episode_id is null))
);
insert into task_next (id, facility_id, patient_id, episode_id, kind, subject_id, due_at, urgent, created_at, done_at,
  done_by_id, labor_id)
select id, facility_id, patient_id, episode_id, kind, subject_id, due_at, urgent, created_at, done_at, done_by_id, labor_id
from task;

create table task_role_next (
  task_id blob not null references task_next (id),
  role text not null,
  primary key (task_id, role)
);
insert into task_role_next (task_id, role) select task_id, role from task_role;

drop table task_role;
drop table task;
alter table task_next rename to task;
alter table task_role_next rename to task_role;

create unique index task_open on task (kind, subject_id) where done_at is null;
create index task_queue on task (facility_id, urgent desc, due_at, id) where done_at is null;
create index task_episode on task (episode_id) where done_at is null;
