-- Follow-up points after birth, red flags with who was called when, replies to the survey.

create table follow_up (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null,
  labor_id blob not null,
  point text not null,
  form text not null,
  after_loss boolean not null check (after_loss in (0, 1)),
  delivery_mode text not null,
  born_at text not null,
  opens text not null,
  due text not null,
  overdue_at text not null,
  response_id blob,
  level text,
  complete boolean check (complete in (0, 1)),
  answered_at text,
  created_at text not null,
  constraint follow_up_point unique (labor_id, point)
);
create index follow_up_page on follow_up (facility_id, due, id);
create index follow_up_episode on follow_up (episode_id, form);

create table alert (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null,
  follow_up_id blob references follow_up (id),
  response_id blob not null,
  form text not null,
  level text not null,
  rank bigint not null,
  rules text not null,
  rules_version text not null,
  notify text not null,
  findings blob not null,
  state text not null,
  place bigint not null,
  step bigint not null,
  raised_at text not null,
  due text not null,
  outcome blob,
  constraint alert_response unique (response_id)
);
create index alert_page on alert (facility_id, place, rank, raised_at, id);
create index alert_patient on alert (patient_id, raised_at desc);

create table alert_entry (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  alert_id blob not null references alert (id),
  kind text not null,
  staff_id blob not null references staff (id),
  step bigint not null,
  at text not null
);
create index alert_entry_alert on alert_entry (alert_id, at, id);
create trigger alert_entry_no_update before update on alert_entry begin select raise(abort, 'alert_entry is immutable'); end;
create trigger alert_entry_no_delete before delete on alert_entry begin select raise(abort, 'alert_entry is immutable'); end;

create table survey_reply (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  labor_id blob not null,
  response_id blob not null,
  overall bigint not null,
  by_staff boolean not null check (by_staff in (0, 1)),
  at text not null
);
create index survey_reply_at on survey_reply (facility_id, at, id);
create index survey_reply_labor on survey_reply (labor_id, at);
create trigger survey_reply_no_update before update on survey_reply begin select raise(abort, 'survey_reply is immutable'); end;
create trigger survey_reply_no_delete before delete on survey_reply begin select raise(abort, 'survey_reply is immutable'); end;
