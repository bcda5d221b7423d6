-- Trainings and drills of the service team, with who took part and how it went.

create table training (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  kind text not null,
  held_on text not null,
  words blob not null,
  decided_at text,
  delivered_at text,
  replaces_id blob references training (id),
  staff_id blob not null references staff (id),
  at text not null
);
create unique index training_replaces on training (replaces_id) where replaces_id is not null;
create index training_page on training (facility_id, held_on desc, id desc);
create trigger training_no_update before update on training begin select raise(abort, 'training is immutable'); end;
create trigger training_no_delete before delete on training begin select raise(abort, 'training is immutable'); end;

create table training_person (
  training_id blob not null references training (id),
  staff_id blob not null references staff (id),
  facility_id blob not null references facility (id),
  result text not null,
  score bigint,
  primary key (training_id, staff_id)
);
create index training_person_staff on training_person (staff_id);
create trigger training_person_no_update before update on training_person begin select raise(abort, 'training_person is immutable'); end;
create trigger training_person_no_delete before delete on training_person begin select raise(abort, 'training_person is immutable'); end;
