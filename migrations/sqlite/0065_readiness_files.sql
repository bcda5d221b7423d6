-- Evidence for self-checks of the hospital: uploaded first, then named by an answer.

create table readiness_file (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  staff_id blob not null references staff (id),
  kind text not null,
  size bigint not null,
  address text not null,
  file_key blob not null,
  at text not null,
  constraint readiness_file_address unique (address)
);
create trigger readiness_file_no_update before update on readiness_file begin select raise(abort, 'readiness_file is immutable'); end;
create trigger readiness_file_no_delete before delete on readiness_file begin select raise(abort, 'readiness_file is immutable'); end;
