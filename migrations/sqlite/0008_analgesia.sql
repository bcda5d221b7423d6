-- Labor: admission, requests, time-outs, the analgesia record, observations, complications, the end, birth.

create table labor (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  admitted_at text not null,
  admission blob not null,
  state text not null,
  requested_at text,
  first_dose_at text,
  born_at text,
  closed_at text,
  close_reason text,
  record_id blob,
  delivery_id blob,
  is_test boolean not null check (is_test in (0, 1)),
  version bigint not null,
  created_at text not null
);
create unique index labor_open on labor (episode_id) where state in ('open', 'delivered');
create index labor_board on labor (facility_id, admitted_at desc, id desc) where state = 'open';
create index labor_birth on labor (facility_id, born_at, id) where born_at is not null;

create table analgesia_request (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  by_patient boolean not null check (by_patient in (0, 1)),
  pain_tenths bigint check (pain_tenths between 0 and 100),
  requested_at text not null
);
create index analgesia_request_labor on analgesia_request (labor_id, requested_at);
create trigger analgesia_request_no_update before update on analgesia_request begin select raise(abort, 'analgesia_request is immutable'); end;
create trigger analgesia_request_no_delete before delete on analgesia_request begin select raise(abort, 'analgesia_request is immutable'); end;

create table analgesia_time_out (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  operator_id blob not null references staff (id),
  supervisor_id blob references staff (id),
  second_id blob not null references staff (id),
  checks text not null,
  early_reason blob,
  decision_at text,
  at text not null
);
create index analgesia_time_out_labor on analgesia_time_out (labor_id, at);
create trigger analgesia_time_out_no_update before update on analgesia_time_out begin select raise(abort, 'analgesia_time_out is immutable'); end;
create trigger analgesia_time_out_no_delete before delete on analgesia_time_out begin select raise(abort, 'analgesia_time_out is immutable'); end;

create table analgesia_record (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  number bigint not null,
  technique text,
  indication text,
  first_dose_at text,
  resited boolean not null check (resited in (0, 1)),
  abandoned boolean not null check (abandoned in (0, 1)),
  excepted boolean not null check (excepted in (0, 1)),
  outside_limits boolean not null check (outside_limits in (0, 1)),
  document blob not null,
  staff_id blob not null references staff (id),
  at text not null,
  constraint analgesia_record_number unique (labor_id, number)
);
create trigger analgesia_record_no_update before update on analgesia_record begin select raise(abort, 'analgesia_record is immutable'); end;
create trigger analgesia_record_no_delete before delete on analgesia_record begin select raise(abort, 'analgesia_record is immutable'); end;

create table labor_observation (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  observed_at text not null,
  pain_tenths bigint check (pain_tenths between 0 and 100),
  bromage bigint check (bromage between 0 and 3),
  alarms text not null,
  document blob not null,
  staff_id blob not null references staff (id),
  recorded_at text not null
);
create index labor_observation_labor on labor_observation (labor_id, observed_at);
create trigger labor_observation_no_update before update on labor_observation begin select raise(abort, 'labor_observation is immutable'); end;
create trigger labor_observation_no_delete before delete on labor_observation begin select raise(abort, 'labor_observation is immutable'); end;

create table labor_complication (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  code text not null,
  severity bigint not null check (severity between 1 and 4),
  onset_at text not null,
  resolved_at text,
  outcome text,
  adp_next text,
  treatment blob,
  staff_id blob not null references staff (id),
  recorded_at text not null
);
create index labor_complication_labor on labor_complication (labor_id, onset_at);
create trigger labor_complication_no_update before update on labor_complication begin select raise(abort, 'labor_complication is immutable'); end;
create trigger labor_complication_no_delete before delete on labor_complication begin select raise(abort, 'labor_complication is immutable'); end;

create table analgesia_stop (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  stop_at text not null,
  reason text not null,
  document blob not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index analgesia_stop_labor on analgesia_stop (labor_id, at);
create trigger analgesia_stop_no_update before update on analgesia_stop begin select raise(abort, 'analgesia_stop is immutable'); end;
create trigger analgesia_stop_no_delete before delete on analgesia_stop begin select raise(abort, 'analgesia_stop is immutable'); end;

create table delivery (
  id blob not null primary key,
  facility_id blob not null,
  labor_id blob not null references labor (id),
  number bigint not null,
  mode text not null,
  birth_place text not null,
  born_at text not null,
  cs_decision_at text,
  blood_loss_ml bigint,
  gestation_days bigint,
  parity bigint,
  document blob not null,
  staff_id blob not null references staff (id),
  at text not null,
  constraint delivery_number unique (labor_id, number)
);
create trigger delivery_no_update before update on delivery begin select raise(abort, 'delivery is immutable'); end;
create trigger delivery_no_delete before delete on delivery begin select raise(abort, 'delivery is immutable'); end;

create table newborn (
  id blob not null primary key,
  facility_id blob not null,
  delivery_id blob not null references delivery (id),
  baby_no bigint not null,
  born_at text not null,
  outcome text not null,
  weight_g bigint,
  apgar1 bigint check (apgar1 between 0 and 10),
  apgar5 bigint check (apgar5 between 0 and 10),
  apgar10 bigint check (apgar10 between 0 and 10),
  asphyxia_apgar text,
  asphyxia_consensus2016 text,
  constraint newborn_number unique (delivery_id, baby_no)
);
create trigger newborn_no_update before update on newborn begin select raise(abort, 'newborn is immutable'); end;
create trigger newborn_no_delete before delete on newborn begin select raise(abort, 'newborn is immutable'); end;
