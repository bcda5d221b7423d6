-- The tree over the journal: its perfect subtrees, signed checkpoints and their copies, receipts; what the audit found.

-- How many entries of the chain are under the tree.
alter table journal_head add column tree bigint not null default 0;

-- Leaves are the hashes of journal_chain; here stands what is above them.
create table journal_node (
  facility_id uuid not null,
  level bigint not null,
  place bigint not null,
  hash bytea not null,
  primary key (facility_id, level, place)
);

create table journal_checkpoint (
  facility_id uuid not null,
  number bigint not null,
  at timestamptz not null,
  size bigint not null,
  root bytea not null,
  note text not null,
  primary key (facility_id, number)
);
create index journal_checkpoint_size on journal_checkpoint (facility_id, size);

create table journal_receipt (
  entry_id uuid not null primary key references journal_entry (id),
  facility_id uuid not null,
  include_by timestamptz not null,
  key_name text not null,
  key_id text not null,
  signature text not null
);
create index journal_receipt_due on journal_receipt (facility_id, include_by);

create table journal_audit (
  id uuid not null primary key,
  facility_id uuid not null,
  at timestamptz not null,
  kind text not null,
  first bigint not null,
  last bigint not null,
  hash text not null,
  root bytea not null,
  faults bigint not null
);
create index journal_audit_at on journal_audit (facility_id, at);

create table journal_copy (
  facility_id uuid not null,
  at timestamptz not null,
  size bigint not null,
  name text not null,
  primary key (facility_id, at)
);

create table journal_restore (
  id uuid not null primary key,
  facility_id uuid not null,
  at timestamptz not null,
  size bigint not null,
  copied_size bigint not null,
  copied_root bytea not null
);

create table incident (
  id uuid not null primary key,
  facility_id uuid not null,
  kind text not null,
  at timestamptz not null,
  detail text not null
);
create index incident_at on incident (facility_id, at);

create trigger journal_node_no_update before update on journal_node for each row execute function refuse_change();
create trigger journal_node_no_delete before delete on journal_node for each row execute function refuse_change();
create trigger journal_checkpoint_no_update before update on journal_checkpoint for each row execute function refuse_change();
create trigger journal_checkpoint_no_delete before delete on journal_checkpoint for each row execute function refuse_change();
create trigger journal_receipt_no_update before update on journal_receipt for each row execute function refuse_change();
create trigger journal_receipt_no_delete before delete on journal_receipt for each row execute function refuse_change();
create trigger journal_audit_no_update before update on journal_audit for each row execute function refuse_change();
create trigger journal_audit_no_delete before delete on journal_audit for each row execute function refuse_change();
create trigger journal_copy_no_update before update on journal_copy for each row execute function refuse_change();
create trigger journal_copy_no_delete before delete on journal_copy for each row execute function refuse_change();
create trigger journal_restore_no_update before update on journal_restore for each row execute function refuse_change();
create trigger journal_restore_no_delete before delete on journal_restore for each row execute function refuse_change();
create trigger incident_no_update before update on incident for each row execute function refuse_change();
create trigger incident_no_delete before delete on incident for each row execute function refuse_change();
