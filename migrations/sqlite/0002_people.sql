-- Hospitals, staff, accounts, women, sessions, agreements, invitations, identity checks, attestations.

create table facility (
  id blob not null primary key,
  code text not null,
  name text not null,
  time_zone text not null,
  phone text not null,
  settings text not null,
  version bigint not null,
  created_at text not null,
  constraint facility_code unique (code)
);

create table staff (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  username text not null,
  name blob not null,
  license blob,
  title text not null,
  role text not null,
  senior boolean not null check (senior in (0, 1)),
  grants text not null,
  password_hash text not null,
  must_change boolean not null check (must_change in (0, 1)),
  failures bigint not null default 0,
  locked_until text,
  disabled_at text,
  version bigint not null,
  created_at text not null,
  constraint staff_username unique (facility_id, username)
);

create table account (
  id blob not null primary key,
  app_id text not null,
  openid_blind blob not null,
  openid blob not null,
  unionid blob,
  created_at text not null,
  constraint account_openid unique (app_id, openid_blind)
);

create table patient (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  account_id blob references account (id),
  record_number text not null,
  name blob,
  birth_date blob,
  id_number blob,
  id_type text,
  phone blob,
  phone_confirmed boolean not null default 0 check (phone_confirmed in (0, 1)),
  height_cm text,
  language text not null,
  emergency_contact blob,
  id_blind blob,
  phone_blind blob,
  level bigint not null default 0,
  matched boolean not null check (matched in (0, 1)),
  match_tries bigint not null default 0,
  bound_at text,
  is_test boolean not null check (is_test in (0, 1)),
  version bigint not null,
  created_at text not null,
  constraint patient_account unique (account_id, facility_id),
  constraint patient_record unique (facility_id, record_number)
);
create index patient_id_blind on patient (facility_id, id_blind) where id_blind is not null;
create index patient_phone_blind on patient (facility_id, phone_blind) where phone_blind is not null;

create table patient_name_prefix (
  patient_id blob not null references patient (id),
  facility_id blob not null,
  prefix blob not null,
  primary key (patient_id, prefix)
);
create index patient_name_prefix_find on patient_name_prefix (facility_id, prefix);

create table session (
  id blob not null primary key,
  token_hash blob not null,
  account_id blob references account (id),
  staff_id blob references staff (id),
  facility_id blob,
  created_at text not null,
  expires_at text not null,
  ended_at text,
  step_up_at text,
  constraint session_token unique (token_hash)
);
create index session_staff on session (staff_id) where ended_at is null;

create table agreement_act (
  id blob not null primary key,
  account_id blob not null references account (id),
  kind text not null,
  version text not null,
  accepted boolean not null check (accepted in (0, 1)),
  at text not null
);
create index agreement_act_account on agreement_act (account_id, kind, at desc);
create trigger agreement_act_no_update before update on agreement_act begin select raise(abort, 'agreement_act is immutable'); end;
create trigger agreement_act_no_delete before delete on agreement_act begin select raise(abort, 'agreement_act is immutable'); end;

create table invitation (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  code_hash blob not null,
  expires_at text not null,
  used_at text,
  created_at text not null,
  constraint invitation_code unique (code_hash)
);

create table identity_check (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  method text not null,
  identifiers text not null,
  staff_id blob not null references staff (id),
  code_hash blob,
  confirmed_at text,
  failures bigint not null default 0,
  at text not null,
  expires_at text
);
create index identity_check_patient on identity_check (patient_id, at desc);

create table attestation (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  token_hash blob not null,
  staff_id blob not null references staff (id),
  role text not null,
  act text not null,
  subject blob not null,
  expires_at text not null,
  used_at text,
  created_at text not null,
  constraint attestation_token unique (token_hash)
);
