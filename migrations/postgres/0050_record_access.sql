-- Who treats her no longer may open her record, for hours and with a reason; she is told, and the quality office looks at it.

alter table episode add column born_at timestamptz;
update episode set born_at = (select min(l.born_at) from labor l where l.episode_id = episode.id);

create table record_access (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  staff_id uuid not null references staff (id),
  role text not null,
  reason text not null,
  words bytea,
  at timestamptz not null,
  until timestamptz not null
);
create index record_access_open on record_access (patient_id, staff_id, until);
create index record_access_page on record_access (facility_id, id);
create trigger record_access_no_update before update on record_access for each row execute function refuse_change();
create trigger record_access_no_delete before delete on record_access for each row execute function refuse_change();

create table record_access_review (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  access_id uuid not null references record_access (id),
  staff_id uuid not null references staff (id),
  verdict text not null,
  words bytea not null,
  at timestamptz not null,
  constraint record_access_review_once unique (access_id)
);
create trigger record_access_review_no_update before update on record_access_review for each row execute function refuse_change();
create trigger record_access_review_no_delete before delete on record_access_review for each row execute function refuse_change();
