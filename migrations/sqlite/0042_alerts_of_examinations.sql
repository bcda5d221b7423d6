-- An alert is raised by answers of hers or by an examination: what staff find does not wait longer than what she reports.
-- SQLite cannot take a "not null" away: both tables are made anew with what they hold.

create table alert_next (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null,
  follow_up_id blob references follow_up (id),
  response_id blob,
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
  proposal text,
  confirmed_at text,
  confirmed_by_id blob references staff (id),
  examination_id blob references follow_up_examination (id),
  constraint alert_response unique (response_id),
  constraint alert_examination unique (examination_id),
  constraint alert_found_in check ((response_id is null) <> (examination_id is null))
);
insert into alert_next (id, facility_id, patient_id, episode_id, follow_up_id, response_id, form, level, rank, rules,
  rules_version, notify, findings, state, place, step, raised_at, due, outcome, proposal, confirmed_at, confirmed_by_id)
select id, facility_id, patient_id, episode_id, follow_up_id, response_id, form, level, rank, rules,
  rules_version, notify, findings, state, place, step, raised_at, due, outcome, proposal, confirmed_at, confirmed_by_id
from alert;

create table alert_entry_next (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  alert_id blob not null references alert_next (id),
  kind text not null,
  staff_id blob not null references staff (id),
  step bigint not null,
  at text not null
);
insert into alert_entry_next (id, facility_id, alert_id, kind, staff_id, step, at)
select id, facility_id, alert_id, kind, staff_id, step, at from alert_entry;

drop table alert_entry;
drop table alert;
alter table alert_next rename to alert;
alter table alert_entry_next rename to alert_entry;

create index alert_page on alert (facility_id, place, rank, raised_at, id);
create index alert_patient on alert (patient_id, raised_at desc);
create index alert_entry_alert on alert_entry (alert_id, at, id);
create trigger alert_entry_no_update before update on alert_entry begin select raise(abort, 'alert_entry is immutable'); end;
create trigger alert_entry_no_delete before delete on alert_entry begin select raise(abort, 'alert_entry is immutable'); end;
