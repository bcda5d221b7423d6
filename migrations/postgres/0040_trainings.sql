-- Trainings and drills of the service team, with who took part and how it went.

create table training (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  kind text not null,
  held_on date not null,
  words bytea not null,
  decided_at timestamptz,
  delivered_at timestamptz,
  replaces_id uuid references training (id),
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create unique index training_replaces on training (replaces_id) where replaces_id is not null;
create index training_page on training (facility_id, held_on desc, id desc);
create trigger training_no_update before update on training for each row execute function refuse_change();
create trigger training_no_delete before delete on training for each row execute function refuse_change();

create table training_person (
  training_id uuid not null references training (id),
  staff_id uuid not null references staff (id),
  facility_id uuid not null references facility (id),
  result text not null,
  score bigint,
  primary key (training_id, staff_id)
);
create index training_person_staff on training_person (staff_id);
create trigger training_person_no_update before update on training_person for each row execute function refuse_change();
create trigger training_person_no_delete before delete on training_person for each row execute function refuse_change();
