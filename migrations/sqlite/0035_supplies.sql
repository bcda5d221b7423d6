-- Batches of drugs and consumables, and where each of them went.

create table supply (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  kind text not null,
  name text not null,
  batch text not null,
  supplier text not null,
  unit text not null,
  expires_on text not null,
  controlled boolean not null check (controlled in (0, 1)),
  received_milli bigint not null check (received_milli > 0),
  balance_milli bigint not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index supply_page on supply (facility_id, id desc);
create index supply_batch on supply (facility_id, batch);

create table supply_move (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  supply_id blob not null references supply (id),
  kind text not null,
  amount_milli bigint not null check (amount_milli >= 0),
  expected_milli bigint not null,
  labor_id blob references labor (id),
  reason blob,
  staff_id blob not null references staff (id),
  second_id blob references staff (id),
  moved_at text not null,
  at text not null
);
create index supply_move_supply on supply_move (supply_id, at, id);
create index supply_move_labor on supply_move (labor_id) where labor_id is not null;
create trigger supply_move_no_update before update on supply_move begin select raise(abort, 'supply_move is immutable'); end;
create trigger supply_move_no_delete before delete on supply_move begin select raise(abort, 'supply_move is immutable'); end;
