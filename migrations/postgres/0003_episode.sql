-- One pregnancy: dates, risk color, the steps of the pathway, what waits for whom, what she was told.

create table episode (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  edd date not null,
  gravidity bigint not null,
  parity bigint not null,
  fetuses bigint not null,
  pre_pregnancy_weight_kg text,
  stage text not null,
  risk_color text,
  purple boolean not null default false,
  is_test boolean not null,
  enrolled_at timestamptz,
  closed_at timestamptz,
  version bigint not null,
  created_at timestamptz not null
);
create unique index episode_open on episode (patient_id) where closed_at is null;
create index episode_patient on episode (patient_id, created_at desc);
create index episode_list on episode (facility_id, edd, id);

create table episode_step (
  episode_id uuid not null references episode (id),
  facility_id uuid not null,
  kind text not null,
  reference text not null,
  subject_id uuid,
  state text not null,
  due_from timestamptz,
  due_to timestamptz,
  required boolean not null,
  primary key (episode_id, kind, reference)
);
create index episode_step_due on episode_step (facility_id, due_to) where state in ('open', 'waiting');

create table task (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  kind text not null,
  subject_id uuid not null,
  due_at timestamptz not null,
  urgent boolean not null,
  created_at timestamptz not null,
  done_at timestamptz,
  done_by_id uuid
);
create unique index task_open on task (kind, subject_id) where done_at is null;
create index task_queue on task (facility_id, urgent desc, due_at, id) where done_at is null;
create index task_episode on task (episode_id) where done_at is null;

create table task_role (
  task_id uuid not null references task (id),
  role text not null,
  primary key (task_id, role)
);

create table notice (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  kind text not null,
  reference text not null,
  at timestamptz not null,
  read_at timestamptz
);
create index notice_patient on notice (patient_id, at desc, id desc);

create table risk_color (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  color text not null,
  purple boolean not null,
  grounds bytea not null,
  table_version text not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index risk_color_episode on risk_color (episode_id, at desc);
create trigger risk_color_no_update before update on risk_color for each row execute function refuse_change();
create trigger risk_color_no_delete before delete on risk_color for each row execute function refuse_change();
