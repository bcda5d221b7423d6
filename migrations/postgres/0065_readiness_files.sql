-- Evidence for self-checks of the hospital: uploaded first, then named by an answer.

create table readiness_file (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  staff_id uuid not null references staff (id),
  kind text not null,
  size bigint not null,
  address text not null,
  file_key bytea not null,
  at timestamptz not null,
  constraint readiness_file_address unique (address)
);
create trigger readiness_file_no_update before update on readiness_file for each row execute function refuse_change();
create trigger readiness_file_no_delete before delete on readiness_file for each row execute function refuse_change();
