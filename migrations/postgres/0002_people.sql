-- Hospitals, staff, accounts, women, sessions, agreements, invitations, identity checks, attestations.

create table facility (
  id uuid not null primary key,
  code text not null,
  name text not null,
  time_zone text not null,
  phone text not null,
  settings text not null,
  version bigint not null,
  created_at timestamptz not null,
  constraint facility_code unique (code)
);

create table staff (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  username text not null,
  name bytea not null,
  license bytea,
  title text not null,
  role text not null,
  senior boolean not null,
  grants text not null,
  password_hash text not null,
  must_change boolean not null,
  failures bigint not null default 0,
  locked_until timestamptz,
  disabled_at timestamptz,
  version bigint not null,
  created_at timestamptz not null,
  constraint staff_username unique (facility_id, username)
);

create table account (
  id uuid not null primary key,
  app_id text not null,
  openid_blind bytea not null,
  openid bytea not null,
  unionid bytea,
  created_at timestamptz not null,
  constraint account_openid unique (app_id, openid_blind)
);

create table patient (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  account_id uuid references account (id),
  record_number text not null,
  name bytea,
  birth_date bytea,
  id_number bytea,
  id_type text,
  phone bytea,
  phone_confirmed boolean not null default false,
  height_cm text,
  language text not null,
  emergency_contact bytea,
  id_blind bytea,
  phone_blind bytea,
  level bigint not null default 0,
  matched boolean not null,
  match_tries bigint not null default 0,
  bound_at timestamptz,
  is_test boolean not null,
  version bigint not null,
  created_at timestamptz not null,
  constraint patient_account unique (account_id, facility_id),
  constraint patient_record unique (facility_id, record_number)
);
create index patient_id_blind on patient (facility_id, id_blind) where id_blind is not null;
create index patient_phone_blind on patient (facility_id, phone_blind) where phone_blind is not null;

create table patient_name_prefix (
  patient_id uuid not null references patient (id),
  facility_id uuid not null,
  prefix bytea not null,
  primary key (patient_id, prefix)
);
create index patient_name_prefix_find on patient_name_prefix (facility_id, prefix);

create table session (
  id uuid not null primary key,
  token_hash bytea not null,
  account_id uuid references account (id),
  staff_id uuid references staff (id),
  facility_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  step_up_at timestamptz,
  constraint session_token unique (token_hash)
);
create index session_staff on session (staff_id) where ended_at is null;

create table agreement_act (
  id uuid not null primary key,
  account_id uuid not null references account (id),
  kind text not null,
  version text not null,
  accepted boolean not null,
  at timestamptz not null
);
create index agreement_act_account on agreement_act (account_id, kind, at desc);
create trigger agreement_act_no_update before update on agreement_act for each row execute function refuse_change();
create trigger agreement_act_no_delete before delete on agreement_act for each row execute function refuse_change();

create table invitation (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  code_hash bytea not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null,
  constraint invitation_code unique (code_hash)
);

create table identity_check (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  method text not null,
  identifiers text not null,
  staff_id uuid not null references staff (id),
  code_hash bytea,
  confirmed_at timestamptz,
  failures bigint not null default 0,
  at timestamptz not null,
  expires_at timestamptz
);
create index identity_check_patient on identity_check (patient_id, at desc);

create table attestation (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  token_hash bytea not null,
  staff_id uuid not null references staff (id),
  role text not null,
  act text not null,
  subject uuid not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null,
  constraint attestation_token unique (token_hash)
);
