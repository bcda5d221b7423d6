-- One pregnancy: dates, risk color, the steps of the pathway, what waits for whom, what she was told.

create table episode (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  edd text not null,
  gravidity bigint not null,
  parity bigint not null,
  fetuses bigint not null,
  pre_pregnancy_weight_kg text,
  stage text not null,
  risk_color text,
  purple boolean not null default 0 check (purple in (0, 1)),
  is_test boolean not null check (is_test in (0, 1)),
  enrolled_at text,
  closed_at text,
  version bigint not null,
  created_at text not null
);
create unique index episode_open on episode (patient_id) where closed_at is null;
create index episode_patient on episode (patient_id, created_at desc);
create index episode_list on episode (facility_id, edd, id);

create table episode_step (
  episode_id blob not null references episode (id),
  facility_id blob not null,
  kind text not null,
  reference text not null,
  subject_id blob,
  state text not null,
  due_from text,
  due_to text,
  required boolean not null check (required in (0, 1)),
  primary key (episode_id, kind, reference)
);
create index episode_step_due on episode_step (facility_id, due_to) where state in ('open', 'waiting');

create table task (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  kind text not null,
  subject_id blob not null,
  due_at text not null,
  urgent boolean not null check (urgent in (0, 1)),
  created_at text not null,
  done_at text,
  done_by_id blob
);
create unique index task_open on task (kind, subject_id) where done_at is null;
create index task_queue on task (facility_id, urgent desc, due_at, id) where done_at is null;
create index task_episode on task (episode_id) where done_at is null;

create table task_role (
  task_id blob not null references task (id),
  role text not null,
  primary key (task_id, role)
);

create table notice (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  kind text not null,
  reference text not null,
  at text not null,
  read_at text
);
create index notice_patient on notice (patient_id, at desc, id desc);

create table risk_color (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  color text not null,
  purple boolean not null check (purple in (0, 1)),
  grounds blob not null,
  table_version text not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index risk_color_episode on risk_color (episode_id, at desc);
create trigger risk_color_no_update before update on risk_color begin select raise(abort, 'risk_color is immutable'); end;
create trigger risk_color_no_delete before delete on risk_color begin select raise(abort, 'risk_color is immutable'); end;
