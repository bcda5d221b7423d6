-- Her rights over her record: how long it is kept, legal holds, her requests, restrictions, destruction.

alter table patient add column destroyed_at timestamptz;

create table retention (
  patient_id uuid not null primary key references patient (id),
  facility_id uuid not null references facility (id),
  last_visit_at timestamptz not null,
  last_discharge_at timestamptz,
  in_hospital boolean not null
);
create index retention_visit on retention (facility_id, last_visit_at);
insert into retention (patient_id, facility_id, last_visit_at, last_discharge_at, in_hospital)
  select p.id, p.facility_id, p.created_at,
    (select max(l.closed_at) from labor l where l.patient_id = p.id),
    exists (select 1 from labor l where l.patient_id = p.id and l.state in ('open', 'delivered'))
  from patient p;

create table restriction (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  begun boolean not null,
  at timestamptz not null
);
create index restriction_patient on restriction (facility_id, patient_id, id);

create table data_request (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  number text not null,
  kind text not null,
  words bytea,
  received_at timestamptz not null,
  due_at timestamptz not null,
  constraint data_request_number unique (facility_id, number)
);
create index data_request_page on data_request (facility_id, due_at, id);
create index data_request_patient on data_request (patient_id, id);

create table data_request_answer (
  request_id uuid not null primary key references data_request (id),
  facility_id uuid not null references facility (id),
  outcome text not null,
  body bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);

create table data_request_overdue (
  request_id uuid not null primary key references data_request (id),
  facility_id uuid not null references facility (id),
  at timestamptz not null
);

create table legal_hold (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  consent_id uuid,
  body bytea not null,
  items text not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index legal_hold_page on legal_hold (facility_id, id);

create table legal_hold_release (
  hold_id uuid not null primary key references legal_hold (id),
  facility_id uuid not null references facility (id),
  reason bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);

create table destruction_list (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  items text not null,
  sha256 text not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index destruction_list_page on destruction_list (facility_id, id);

create table destruction_approval (
  list_id uuid not null references destruction_list (id),
  facility_id uuid not null references facility (id),
  staff_id uuid not null references staff (id),
  at timestamptz not null,
  constraint destruction_approval_once primary key (list_id, staff_id)
);

create table destruction (
  list_id uuid not null primary key references destruction_list (id),
  facility_id uuid not null references facility (id),
  destroyed text not null,
  kept text not null,
  at timestamptz not null
);

create trigger restriction_no_update before update on restriction for each row execute function refuse_change();
create trigger restriction_no_delete before delete on restriction for each row execute function refuse_change();
create trigger data_request_no_update before update on data_request for each row execute function refuse_change();
create trigger data_request_no_delete before delete on data_request for each row execute function refuse_change();
create trigger data_request_answer_no_update before update on data_request_answer for each row execute function refuse_change();
create trigger data_request_answer_no_delete before delete on data_request_answer for each row execute function refuse_change();
create trigger data_request_overdue_no_update before update on data_request_overdue for each row execute function refuse_change();
create trigger data_request_overdue_no_delete before delete on data_request_overdue for each row execute function refuse_change();
create trigger legal_hold_no_update before update on legal_hold for each row execute function refuse_change();
create trigger legal_hold_no_delete before delete on legal_hold for each row execute function refuse_change();
create trigger legal_hold_release_no_update before update on legal_hold_release for each row execute function refuse_change();
create trigger legal_hold_release_no_delete before delete on legal_hold_release for each row execute function refuse_change();
create trigger destruction_list_no_update before update on destruction_list for each row execute function refuse_change();
create trigger destruction_list_no_delete before delete on destruction_list for each row execute function refuse_change();
create trigger destruction_approval_no_update before update on destruction_approval for each row execute function refuse_change();
create trigger destruction_approval_no_delete before delete on destruction_approval for each row execute function refuse_change();
create trigger destruction_no_update before update on destruction for each row execute function refuse_change();
create trigger destruction_no_delete before delete on destruction for each row execute function refuse_change();

-- What she did while reading goes after its time, where nobody ever signed and the consent has ended.
drop trigger consent_reading_no_delete on consent_reading;
create function refuse_while_it_proves() returns trigger language plpgsql as $$
begin
  if exists (select 1 from consent_signature s where s.consent_id = old.consent_id)
    or not exists (select 1 from consent c where c.id = old.consent_id and c.ended_at is not null) then
    raise exception '% is immutable', tg_table_name;
  end if;
  return old;
end;
$$;
create trigger consent_reading_no_delete before delete on consent_reading
  for each row execute function refuse_while_it_proves();
