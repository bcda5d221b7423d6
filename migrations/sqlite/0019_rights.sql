-- Her rights over her record: how long it is kept, legal holds, her requests, restrictions, destruction.

alter table patient add column destroyed_at text;

create table retention (
  patient_id blob not null primary key references patient (id),
  facility_id blob not null references facility (id),
  last_visit_at text not null,
  last_discharge_at text,
  in_hospital boolean not null check (in_hospital in (0, 1))
);
create index retention_visit on retention (facility_id, last_visit_at);
insert into retention (patient_id, facility_id, last_visit_at, last_discharge_at, in_hospital)
  select p.id, p.facility_id, p.created_at,
    (select max(l.closed_at) from labor l where l.patient_id = p.id),
    exists (select 1 from labor l where l.patient_id = p.id and l.state in ('open', 'delivered'))
  from patient p;

create table restriction (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  begun boolean not null check (begun in (0, 1)),
  at text not null
);
create index restriction_patient on restriction (facility_id, patient_id, id);

create table data_request (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  number text not null,
  kind text not null,
  words blob,
  received_at text not null,
  due_at text not null,
  constraint data_request_number unique (facility_id, number)
);
create index data_request_page on data_request (facility_id, due_at, id);
create index data_request_patient on data_request (patient_id, id);

create table data_request_answer (
  request_id blob not null primary key references data_request (id),
  facility_id blob not null references facility (id),
  outcome text not null,
  body blob not null,
  staff_id blob not null references staff (id),
  at text not null
);

create table data_request_overdue (
  request_id blob not null primary key references data_request (id),
  facility_id blob not null references facility (id),
  at text not null
);

create table legal_hold (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  consent_id blob,
  body blob not null,
  items text not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index legal_hold_page on legal_hold (facility_id, id);

create table legal_hold_release (
  hold_id blob not null primary key references legal_hold (id),
  facility_id blob not null references facility (id),
  reason blob not null,
  staff_id blob not null references staff (id),
  at text not null
);

create table destruction_list (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  items text not null,
  sha256 text not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index destruction_list_page on destruction_list (facility_id, id);

create table destruction_approval (
  list_id blob not null references destruction_list (id),
  facility_id blob not null references facility (id),
  staff_id blob not null references staff (id),
  at text not null,
  constraint destruction_approval_once primary key (list_id, staff_id)
);

create table destruction (
  list_id blob not null primary key references destruction_list (id),
  facility_id blob not null references facility (id),
  destroyed text not null,
  kept text not null,
  at text not null
);

create trigger restriction_no_update before update on restriction begin select raise(abort, 'restriction is immutable'); end;
create trigger restriction_no_delete before delete on restriction begin select raise(abort, 'restriction is immutable'); end;
create trigger data_request_no_update before update on data_request begin select raise(abort, 'data_request is immutable'); end;
create trigger data_request_no_delete before delete on data_request begin select raise(abort, 'data_request is immutable'); end;
create trigger data_request_answer_no_update before update on data_request_answer begin select raise(abort, 'data_request_answer is immutable'); end;
create trigger data_request_answer_no_delete before delete on data_request_answer begin select raise(abort, 'data_request_answer is immutable'); end;
create trigger data_request_overdue_no_update before update on data_request_overdue begin select raise(abort, 'data_request_overdue is immutable'); end;
create trigger data_request_overdue_no_delete before delete on data_request_overdue begin select raise(abort, 'data_request_overdue is immutable'); end;
create trigger legal_hold_no_update before update on legal_hold begin select raise(abort, 'legal_hold is immutable'); end;
create trigger legal_hold_no_delete before delete on legal_hold begin select raise(abort, 'legal_hold is immutable'); end;
create trigger legal_hold_release_no_update before update on legal_hold_release begin select raise(abort, 'legal_hold_release is immutable'); end;
create trigger legal_hold_release_no_delete before delete on legal_hold_release begin select raise(abort, 'legal_hold_release is immutable'); end;
create trigger destruction_list_no_update before update on destruction_list begin select raise(abort, 'destruction_list is immutable'); end;
create trigger destruction_list_no_delete before delete on destruction_list begin select raise(abort, 'destruction_list is immutable'); end;
create trigger destruction_approval_no_update before update on destruction_approval begin select raise(abort, 'destruction_approval is immutable'); end;
create trigger destruction_approval_no_delete before delete on destruction_approval begin select raise(abort, 'destruction_approval is immutable'); end;
create trigger destruction_no_update before update on destruction begin select raise(abort, 'destruction is immutable'); end;
create trigger destruction_no_delete before delete on destruction begin select raise(abort, 'destruction is immutable'); end;

-- What she did while reading goes after its time, where nobody ever signed and the consent has ended.
drop trigger consent_reading_no_delete;
create trigger consent_reading_no_delete before delete on consent_reading
  when exists (select 1 from consent_signature s where s.consent_id = old.consent_id)
    or not exists (select 1 from consent c where c.id = old.consent_id and c.ended_at is not null)
  begin select raise(abort, 'consent_reading is immutable'); end;
