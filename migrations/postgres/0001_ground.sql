-- Keys, retries, the journal and its chain, jobs.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is immutable', tg_table_name;
end;
$$;

create table data_key (
  id uuid not null primary key,
  facility_id uuid,
  record uuid not null,
  class text not null,
  wrapped bytea not null,
  kek_id text not null,
  alg text not null,
  created_at timestamptz not null,
  constraint data_key_record unique (record, class)
);

create table idempotency (
  id uuid not null primary key,
  caller text not null,
  key text not null,
  fingerprint bytea not null,
  answer bytea,
  expires_at timestamptz not null,
  constraint idempotency_caller_key unique (caller, key)
);
create index idempotency_expiry on idempotency (expires_at);

create table journal_entry (
  id uuid not null primary key,
  facility_id uuid not null,
  act text not null,
  actor text not null,
  actor_kind text not null,
  actor_id uuid,
  at timestamptz not null,
  subject text not null,
  patient_id uuid,
  detail text not null,
  salt bytea not null,
  payload_sha256 text not null,
  request_id text,
  entry_digest bytea not null
);
create index journal_entry_page on journal_entry (facility_id, at desc, id desc);
create index journal_entry_patient on journal_entry (patient_id, at desc, id desc) where patient_id is not null;

create table journal_pending (
  entry_id uuid not null primary key references journal_entry (id),
  facility_id uuid not null
);
create index journal_pending_facility on journal_pending (facility_id);

create table journal_chain (
  facility_id uuid not null,
  seq bigint not null,
  entry_id uuid not null references journal_entry (id),
  prev text not null,
  hash text not null,
  primary key (facility_id, seq),
  constraint journal_chain_entry unique (entry_id)
);

create table journal_head (
  facility_id uuid not null primary key,
  seq bigint not null,
  hash text not null
);

create trigger journal_entry_no_update before update on journal_entry for each row execute function refuse_change();
create trigger journal_entry_no_delete before delete on journal_entry for each row execute function refuse_change();
create trigger journal_chain_no_update before update on journal_chain for each row execute function refuse_change();
create trigger journal_chain_no_delete before delete on journal_chain for each row execute function refuse_change();

create table job (
  id uuid not null primary key,
  facility_id uuid,
  kind text not null,
  payload text not null,
  dedupe_key text,
  state text not null default 'ready',
  attempts bigint not null default 0,
  run_at timestamptz not null,
  lease_until timestamptz,
  leased_by text,
  last_error text,
  created_at timestamptz not null
);
create index job_claim on job (run_at, id) where state in ('ready','leased');
create unique index job_dedupe on job (kind, dedupe_key) where state in ('ready','leased');
