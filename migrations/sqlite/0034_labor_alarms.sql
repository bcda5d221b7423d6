-- Labor: alarms with a taker and an outcome, corrections with a reason, what was written down later than it happened.

create table labor_alarm (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  subject_id blob not null,
  task text not null,
  codes text not null,
  roles text not null,
  urgent boolean not null check (urgent in (0, 1)),
  state text not null,
  step bigint not null,
  called text not null,
  raised_at text not null,
  due_at text not null,
  taken_by_id blob references staff (id),
  taken_at text,
  closed_by_id blob references staff (id),
  closed_at text,
  outcome blob
);
create index labor_alarm_labor on labor_alarm (labor_id, raised_at);

create table labor_correction (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  kind text not null,
  target_id blob not null,
  replacement_id blob,
  reason blob not null,
  staff_id blob not null references staff (id),
  at text not null,
  constraint labor_correction_target unique (target_id)
);
create index labor_correction_labor on labor_correction (labor_id, at);
create trigger labor_correction_no_update before update on labor_correction begin select raise(abort, 'labor_correction is immutable'); end;
create trigger labor_correction_no_delete before delete on labor_correction begin select raise(abort, 'labor_correction is immutable'); end;

alter table labor add column on_ward boolean not null default 1 check (on_ward in (0, 1));
update labor set on_ward = 0 where state <> 'open';
drop index labor_board;
create index labor_board on labor (facility_id, admitted_at desc, id desc) where on_ward;

alter table labor_complication add column acted_at text;
alter table analgesia_request add column recorded_at text;
alter table analgesia_time_out add column recorded_at text;

create table labor_pain_report (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  pain_tenths bigint not null check (pain_tenths between 0 and 100),
  at text not null
);
create index labor_pain_report_labor on labor_pain_report (labor_id, at);
create trigger labor_pain_report_no_update before update on labor_pain_report begin select raise(abort, 'labor_pain_report is immutable'); end;
create trigger labor_pain_report_no_delete before delete on labor_pain_report begin select raise(abort, 'labor_pain_report is immutable'); end;
