-- Reports of adverse events that are still being written, and the files of reports.

create table adverse_event_draft (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  staff_id blob not null references staff (id),
  written blob not null,
  created_at text not null,
  saved_at text not null,
  version bigint not null
);
create index adverse_event_draft_own on adverse_event_draft (facility_id, staff_id, created_at desc, id desc);

-- A draft that is handed in keeps its id, so that its files are the report's. Whoever handed it in brought the files without a staff member.
create table adverse_event_file (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  event_id blob not null,
  staff_id blob references staff (id),
  kind text not null,
  size bigint not null,
  address text not null,
  file_key blob not null,
  at text not null,
  constraint adverse_event_file_address unique (address)
);
create index adverse_event_file_event on adverse_event_file (event_id, at, id);
create trigger adverse_event_file_no_update before update on adverse_event_file begin select raise(abort, 'adverse_event_file is immutable'); end;
create trigger adverse_event_file_no_delete before delete on adverse_event_file
  when exists (select 1 from adverse_event e where e.id = old.event_id)
begin select raise(abort, 'adverse_event_file is immutable'); end;
