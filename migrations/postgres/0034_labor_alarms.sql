-- Labor: alarms with a taker and an outcome, corrections with a reason, what was written down later than it happened.

create table labor_alarm (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  subject_id uuid not null,
  task text not null,
  codes text not null,
  roles text not null,
  urgent boolean not null,
  state text not null,
  step bigint not null,
  called text not null,
  raised_at timestamptz not null,
  due_at timestamptz not null,
  taken_by_id uuid references staff (id),
  taken_at timestamptz,
  closed_by_id uuid references staff (id),
  closed_at timestamptz,
  outcome bytea
);
create index labor_alarm_labor on labor_alarm (labor_id, raised_at);

create table labor_correction (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  kind text not null,
  target_id uuid not null,
  replacement_id uuid,
  reason bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null,
  constraint labor_correction_target unique (target_id)
);
create index labor_correction_labor on labor_correction (labor_id, at);
create trigger labor_correction_no_update before update on labor_correction for each row execute function refuse_change();
create trigger labor_correction_no_delete before delete on labor_correction for each row execute function refuse_change();

alter table labor add column on_ward boolean not null default true;
update labor set on_ward = false where state <> 'open';
drop index labor_board;
create index labor_board on labor (facility_id, admitted_at desc, id desc) where on_ward;

alter table labor_complication add column acted_at timestamptz;
alter table analgesia_request add column recorded_at timestamptz;
alter table analgesia_time_out add column recorded_at timestamptz;

create table labor_pain_report (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  pain_tenths bigint not null check (pain_tenths between 0 and 100),
  at timestamptz not null
);
create index labor_pain_report_labor on labor_pain_report (labor_id, at);
create trigger labor_pain_report_no_update before update on labor_pain_report for each row execute function refuse_change();
create trigger labor_pain_report_no_delete before delete on labor_pain_report for each row execute function refuse_change();
