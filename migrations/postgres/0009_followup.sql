-- Follow-up points after birth, red flags with who was called when, replies to the survey.

create table follow_up (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null,
  labor_id uuid not null,
  point text not null,
  form text not null,
  after_loss boolean not null,
  delivery_mode text not null,
  born_at timestamptz not null,
  opens timestamptz not null,
  due timestamptz not null,
  overdue_at timestamptz not null,
  response_id uuid,
  level text,
  complete boolean,
  answered_at timestamptz,
  created_at timestamptz not null,
  constraint follow_up_point unique (labor_id, point)
);
create index follow_up_page on follow_up (facility_id, due, id);
create index follow_up_episode on follow_up (episode_id, form);

create table alert (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null,
  follow_up_id uuid references follow_up (id),
  response_id uuid not null,
  form text not null,
  level text not null,
  rank bigint not null,
  rules text not null,
  rules_version text not null,
  notify text not null,
  findings bytea not null,
  state text not null,
  place bigint not null,
  step bigint not null,
  raised_at timestamptz not null,
  due timestamptz not null,
  outcome bytea,
  constraint alert_response unique (response_id)
);
create index alert_page on alert (facility_id, place, rank, raised_at, id);
create index alert_patient on alert (patient_id, raised_at desc);

create table alert_entry (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  alert_id uuid not null references alert (id),
  kind text not null,
  staff_id uuid not null references staff (id),
  step bigint not null,
  at timestamptz not null
);
create index alert_entry_alert on alert_entry (alert_id, at, id);
create trigger alert_entry_no_update before update on alert_entry for each row execute function refuse_change();
create trigger alert_entry_no_delete before delete on alert_entry for each row execute function refuse_change();

create table survey_reply (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  labor_id uuid not null,
  response_id uuid not null,
  overall bigint not null,
  by_staff boolean not null,
  at timestamptz not null
);
create index survey_reply_at on survey_reply (facility_id, at, id);
create index survey_reply_labor on survey_reply (labor_id, at);
create trigger survey_reply_no_update before update on survey_reply for each row execute function refuse_change();
create trigger survey_reply_no_delete before delete on survey_reply for each row execute function refuse_change();
