-- Adverse events: the report, and what is added to it until it is closed.

create table adverse_event (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  number text not null,
  class text not null,
  category text not null,
  state text not null,
  severity bigint,
  reporter_id uuid references staff (id),
  reporter_role text,
  patient_id uuid references patient (id),
  labor_id uuid,
  report bytea not null,
  occurred_at timestamptz not null,
  discovered_at timestamptz not null,
  reported_at timestamptz not null,
  due timestamptz not null,
  escalated_at timestamptz,
  closed_at timestamptz,
  version bigint not null
);
create index adverse_event_page on adverse_event (facility_id, reported_at desc, id desc);

create table adverse_event_entry (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  event_id uuid not null references adverse_event (id),
  state text not null,
  staff_id uuid not null references staff (id),
  body bytea not null,
  at timestamptz not null
);
create index adverse_event_entry_event on adverse_event_entry (event_id, at, id);
create trigger adverse_event_entry_no_update before update on adverse_event_entry for each row execute function refuse_change();
create trigger adverse_event_entry_no_delete before delete on adverse_event_entry for each row execute function refuse_change();
