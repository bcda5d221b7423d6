-- Adverse events: the report, and what is added to it until it is closed.

create table adverse_event (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  number text not null,
  class text not null,
  category text not null,
  state text not null,
  severity bigint,
  reporter_id blob references staff (id),
  reporter_role text,
  patient_id blob references patient (id),
  labor_id blob,
  report blob not null,
  occurred_at text not null,
  discovered_at text not null,
  reported_at text not null,
  due text not null,
  escalated_at text,
  closed_at text,
  version bigint not null
);
create index adverse_event_page on adverse_event (facility_id, reported_at desc, id desc);

create table adverse_event_entry (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  event_id blob not null references adverse_event (id),
  state text not null,
  staff_id blob not null references staff (id),
  body blob not null,
  at text not null
);
create index adverse_event_entry_event on adverse_event_entry (event_id, at, id);
create trigger adverse_event_entry_no_update before update on adverse_event_entry begin select raise(abort, 'adverse_event_entry is immutable'); end;
create trigger adverse_event_entry_no_delete before delete on adverse_event_entry begin select raise(abort, 'adverse_event_entry is immutable'); end;
