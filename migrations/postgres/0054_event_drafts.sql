-- Reports of adverse events that are still being written, and the files of reports.

create table adverse_event_draft (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  staff_id uuid not null references staff (id),
  written bytea not null,
  created_at timestamptz not null,
  saved_at timestamptz not null,
  version bigint not null
);
create index adverse_event_draft_own on adverse_event_draft (facility_id, staff_id, created_at desc, id desc);

-- A draft that is handed in keeps its id, so that its files are the report's. Whoever handed it in brought the files without a staff member.
create table adverse_event_file (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  event_id uuid not null,
  staff_id uuid references staff (id),
  kind text not null,
  size bigint not null,
  address text not null,
  file_key bytea not null,
  at timestamptz not null,
  constraint adverse_event_file_address unique (address)
);
create index adverse_event_file_event on adverse_event_file (event_id, at, id);
create trigger adverse_event_file_no_update before update on adverse_event_file for each row execute function refuse_change();
create function refuse_once_handed_in() returns trigger language plpgsql as $$
begin
  if exists (select 1 from adverse_event e where e.id = old.event_id) then
    raise exception '% is immutable', tg_table_name;
  end if;
  return old;
end;
$$;
create trigger adverse_event_file_no_delete before delete on adverse_event_file
  for each row execute function refuse_once_handed_in();
