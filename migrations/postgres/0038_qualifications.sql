-- What a staff member is qualified by, and since when: one row each time that something is shown or taken away.

create table qualification (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  subject_id uuid not null references staff (id),
  item text not null,
  withdrawn boolean not null,
  valid_from date not null,
  valid_until date,
  scope text,
  higher_title boolean not null,
  number bytea,
  approver_id uuid references staff (id),
  staff_id uuid references staff (id),
  at timestamptz not null
);
create index qualification_subject on qualification (facility_id, subject_id, item, valid_from, id);
create trigger qualification_no_update before update on qualification for each row execute function refuse_change();
create trigger qualification_no_delete before delete on qualification for each row execute function refuse_change();
