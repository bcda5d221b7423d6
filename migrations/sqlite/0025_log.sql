-- The tree over the journal: its perfect subtrees, signed checkpoints and their copies, receipts; what the audit found.

-- How many entries of the chain are under the tree.
alter table journal_head add column tree bigint not null default 0;

-- Leaves are the hashes of journal_chain; here stands what is above them.
create table journal_node (
  facility_id blob not null,
  level bigint not null,
  place bigint not null,
  hash blob not null,
  primary key (facility_id, level, place)
);

create table journal_checkpoint (
  facility_id blob not null,
  number bigint not null,
  at text not null,
  size bigint not null,
  root blob not null,
  note text not null,
  primary key (facility_id, number)
);
create index journal_checkpoint_size on journal_checkpoint (facility_id, size);

create table journal_receipt (
  entry_id blob not null primary key references journal_entry (id),
  facility_id blob not null,
  include_by text not null,
  key_name text not null,
  key_id text not null,
  signature text not null
);
create index journal_receipt_due on journal_receipt (facility_id, include_by);

create table journal_audit (
  id blob not null primary key,
  facility_id blob not null,
  at text not null,
  kind text not null,
  first bigint not null,
  last bigint not null,
  hash text not null,
  root blob not null,
  faults bigint not null
);
create index journal_audit_at on journal_audit (facility_id, at);

create table journal_copy (
  facility_id blob not null,
  at text not null,
  size bigint not null,
  name text not null,
  primary key (facility_id, at)
);

create table journal_restore (
  id blob not null primary key,
  facility_id blob not null,
  at text not null,
  size bigint not null,
  copied_size bigint not null,
  copied_root blob not null
);

create table incident (
  id blob not null primary key,
  facility_id blob not null,
  kind text not null,
  at text not null,
  detail text not null
);
create index incident_at on incident (facility_id, at);

create trigger journal_node_no_update before update on journal_node begin select raise(abort, 'journal_node is immutable'); end;
create trigger journal_node_no_delete before delete on journal_node begin select raise(abort, 'journal_node is immutable'); end;
create trigger journal_checkpoint_no_update before update on journal_checkpoint begin select raise(abort, 'journal_checkpoint is immutable'); end;
create trigger journal_checkpoint_no_delete before delete on journal_checkpoint begin select raise(abort, 'journal_checkpoint is immutable'); end;
create trigger journal_receipt_no_update before update on journal_receipt begin select raise(abort, 'journal_receipt is immutable'); end;
create trigger journal_receipt_no_delete before delete on journal_receipt begin select raise(abort, 'journal_receipt is immutable'); end;
create trigger journal_audit_no_update before update on journal_audit begin select raise(abort, 'journal_audit is immutable'); end;
create trigger journal_audit_no_delete before delete on journal_audit begin select raise(abort, 'journal_audit is immutable'); end;
create trigger journal_copy_no_update before update on journal_copy begin select raise(abort, 'journal_copy is immutable'); end;
create trigger journal_copy_no_delete before delete on journal_copy begin select raise(abort, 'journal_copy is immutable'); end;
create trigger journal_restore_no_update before update on journal_restore begin select raise(abort, 'journal_restore is immutable'); end;
create trigger journal_restore_no_delete before delete on journal_restore begin select raise(abort, 'journal_restore is immutable'); end;
create trigger incident_no_update before update on incident begin select raise(abort, 'incident is immutable'); end;
create trigger incident_no_delete before delete on incident begin select raise(abort, 'incident is immutable'); end;
