-- Amendments of submitted answers; the last versions of a draft, so that a client that fell behind learns what changed.

alter table response add column amends_id blob references response (id);
alter table response add column reason blob;
drop index response_assignment;
create unique index response_assignment on response (assignment_id) where assignment_id is not null and amends_id is null;
drop index response_draft;
create unique index response_draft on response (episode_id, name) where status = 'in_progress' and amends_id is null;
create unique index response_amends on response (amends_id) where amends_id is not null;
create index response_of_assignment on response (assignment_id);

create table draft_version (
  response_id blob not null references response (id),
  facility_id blob not null references facility (id),
  version bigint not null,
  content blob not null,
  constraint draft_version_once primary key (response_id, version)
);
