-- Keys, retries, the journal and its chain, jobs.

create table data_key (
  id blob not null primary key,
  facility_id blob,
  record blob not null,
  class text not null,
  wrapped blob not null,
  kek_id text not null,
  alg text not null,
  created_at text not null,
  constraint data_key_record unique (record, class)
);

create table idempotency (
  id blob not null primary key,
  caller text not null,
  key text not null,
  fingerprint blob not null,
  answer blob,
  expires_at text not null,
  constraint idempotency_caller_key unique (caller, key)
);
create index idempotency_expiry on idempotency (expires_at);

create table journal_entry (
  id blob not null primary key,
  facility_id blob not null,
  act text not null,
  actor text not null,
  actor_kind text not null,
  actor_id blob,
  at text not null,
  subject text not null,
  patient_id blob,
  detail text not null,
  salt blob not null,
  payload_sha256 text not null,
  request_id text,
  entry_digest blob not null
);
create index journal_entry_page on journal_entry (facility_id, at desc, id desc);
create index journal_entry_patient on journal_entry (patient_id, at desc, id desc) where patient_id is not null;

create table journal_pending (
  entry_id blob not null primary key references journal_entry (id),
  facility_id blob not null
);
create index journal_pending_facility on journal_pending (facility_id);

create table journal_chain (
  facility_id blob not null,
  seq bigint not null,
  entry_id blob not null references journal_entry (id),
  prev text not null,
  hash text not null,
  primary key (facility_id, seq),
  constraint journal_chain_entry unique (entry_id)
);

create table journal_head (
  facility_id blob not null primary key,
  seq bigint not null,
  hash text not null
);

create trigger journal_entry_no_update before update on journal_entry begin select raise(abort, 'journal_entry is immutable'); end;
create trigger journal_entry_no_delete before delete on journal_entry begin select raise(abort, 'journal_entry is immutable'); end;
create trigger journal_chain_no_update before update on journal_chain begin select raise(abort, 'journal_chain is immutable'); end;
create trigger journal_chain_no_delete before delete on journal_chain begin select raise(abort, 'journal_chain is immutable'); end;

create table job (
  id blob not null primary key,
  facility_id blob,
  kind text not null,
  payload text not null,
  dedupe_key text,
  state text not null default 'ready',
  attempts bigint not null default 0,
  run_at text not null,
  lease_until text,
  leased_by text,
  last_error text,
  created_at text not null
);
create index job_claim on job (run_at, id) where state in ('ready','leased');
create unique index job_dedupe on job (kind, dedupe_key) where state in ('ready','leased');
