-- Labor: admission, requests, time-outs, the analgesia record, observations, complications, the end, birth.

create table labor (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  admitted_at timestamptz not null,
  admission bytea not null,
  state text not null,
  requested_at timestamptz,
  first_dose_at timestamptz,
  born_at timestamptz,
  closed_at timestamptz,
  close_reason text,
  record_id uuid,
  delivery_id uuid,
  is_test boolean not null,
  version bigint not null,
  created_at timestamptz not null
);
create unique index labor_open on labor (episode_id) where state in ('open', 'delivered');
create index labor_board on labor (facility_id, admitted_at desc, id desc) where state = 'open';
create index labor_birth on labor (facility_id, born_at, id) where born_at is not null;

create table analgesia_request (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  by_patient boolean not null,
  pain_tenths bigint check (pain_tenths between 0 and 100),
  requested_at timestamptz not null
);
create index analgesia_request_labor on analgesia_request (labor_id, requested_at);
create trigger analgesia_request_no_update before update on analgesia_request for each row execute function refuse_change();
create trigger analgesia_request_no_delete before delete on analgesia_request for each row execute function refuse_change();

create table analgesia_time_out (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  operator_id uuid not null references staff (id),
  supervisor_id uuid references staff (id),
  second_id uuid not null references staff (id),
  checks text not null,
  early_reason bytea,
  decision_at timestamptz,
  at timestamptz not null
);
create index analgesia_time_out_labor on analgesia_time_out (labor_id, at);
create trigger analgesia_time_out_no_update before update on analgesia_time_out for each row execute function refuse_change();
create trigger analgesia_time_out_no_delete before delete on analgesia_time_out for each row execute function refuse_change();

create table analgesia_record (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  number bigint not null,
  technique text,
  indication text,
  first_dose_at timestamptz,
  resited boolean not null,
  abandoned boolean not null,
  excepted boolean not null,
  outside_limits boolean not null,
  document bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null,
  constraint analgesia_record_number unique (labor_id, number)
);
create trigger analgesia_record_no_update before update on analgesia_record for each row execute function refuse_change();
create trigger analgesia_record_no_delete before delete on analgesia_record for each row execute function refuse_change();

create table labor_observation (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  observed_at timestamptz not null,
  pain_tenths bigint check (pain_tenths between 0 and 100),
  bromage bigint check (bromage between 0 and 3),
  alarms text not null,
  document bytea not null,
  staff_id uuid not null references staff (id),
  recorded_at timestamptz not null
);
create index labor_observation_labor on labor_observation (labor_id, observed_at);
create trigger labor_observation_no_update before update on labor_observation for each row execute function refuse_change();
create trigger labor_observation_no_delete before delete on labor_observation for each row execute function refuse_change();

create table labor_complication (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  code text not null,
  severity bigint not null check (severity between 1 and 4),
  onset_at timestamptz not null,
  resolved_at timestamptz,
  outcome text,
  adp_next text,
  treatment bytea,
  staff_id uuid not null references staff (id),
  recorded_at timestamptz not null
);
create index labor_complication_labor on labor_complication (labor_id, onset_at);
create trigger labor_complication_no_update before update on labor_complication for each row execute function refuse_change();
create trigger labor_complication_no_delete before delete on labor_complication for each row execute function refuse_change();

create table analgesia_stop (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  stop_at timestamptz not null,
  reason text not null,
  document bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index analgesia_stop_labor on analgesia_stop (labor_id, at);
create trigger analgesia_stop_no_update before update on analgesia_stop for each row execute function refuse_change();
create trigger analgesia_stop_no_delete before delete on analgesia_stop for each row execute function refuse_change();

create table delivery (
  id uuid not null primary key,
  facility_id uuid not null,
  labor_id uuid not null references labor (id),
  number bigint not null,
  mode text not null,
  birth_place text not null,
  born_at timestamptz not null,
  cs_decision_at timestamptz,
  blood_loss_ml bigint,
  gestation_days bigint,
  parity bigint,
  document bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null,
  constraint delivery_number unique (labor_id, number)
);
create trigger delivery_no_update before update on delivery for each row execute function refuse_change();
create trigger delivery_no_delete before delete on delivery for each row execute function refuse_change();

create table newborn (
  id uuid not null primary key,
  facility_id uuid not null,
  delivery_id uuid not null references delivery (id),
  baby_no bigint not null,
  born_at timestamptz not null,
  outcome text not null,
  weight_g bigint,
  apgar1 bigint check (apgar1 between 0 and 10),
  apgar5 bigint check (apgar5 between 0 and 10),
  apgar10 bigint check (apgar10 between 0 and 10),
  asphyxia_apgar text,
  asphyxia_consensus2016 text,
  constraint newborn_number unique (delivery_id, baby_no)
);
create trigger newborn_no_update before update on newborn for each row execute function refuse_change();
create trigger newborn_no_delete before delete on newborn for each row execute function refuse_change();
