-- Who treats her no longer may open her record, for hours and with a reason; she is told, and the quality office looks at it.

alter table episode add column born_at text;
update episode set born_at = (select min(l.born_at) from labor l where l.episode_id = episode.id);

create table record_access (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  staff_id blob not null references staff (id),
  role text not null,
  reason text not null,
  words blob,
  at text not null,
  until text not null
);
create index record_access_open on record_access (patient_id, staff_id, until);
create index record_access_page on record_access (facility_id, id);
create trigger record_access_no_update before update on record_access begin select raise(abort, 'record_access is immutable'); end;
create trigger record_access_no_delete before delete on record_access begin select raise(abort, 'record_access is immutable'); end;

create table record_access_review (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  access_id blob not null references record_access (id),
  staff_id blob not null references staff (id),
  verdict text not null,
  words blob not null,
  at text not null,
  constraint record_access_review_once unique (access_id)
);
create trigger record_access_review_no_update before update on record_access_review begin select raise(abort, 'record_access_review is immutable'); end;
create trigger record_access_review_no_delete before delete on record_access_review begin select raise(abort, 'record_access_review is immutable'); end;
