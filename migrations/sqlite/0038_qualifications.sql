-- What a staff member is qualified by, and since when: one row each time that something is shown or taken away.

create table qualification (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  subject_id blob not null references staff (id),
  item text not null,
  withdrawn boolean not null check (withdrawn in (0, 1)),
  valid_from text not null,
  valid_until text,
  scope text,
  higher_title boolean not null check (higher_title in (0, 1)),
  number blob,
  approver_id blob references staff (id),
  staff_id blob references staff (id),
  at text not null
);
create index qualification_subject on qualification (facility_id, subject_id, item, valid_from, id);
create trigger qualification_no_update before update on qualification begin select raise(abort, 'qualification is immutable'); end;
create trigger qualification_no_delete before delete on qualification begin select raise(abort, 'qualification is immutable'); end;
