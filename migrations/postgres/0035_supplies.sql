-- Batches of drugs and consumables, and where each of them went.

create table supply (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  kind text not null,
  name text not null,
  batch text not null,
  supplier text not null,
  unit text not null,
  expires_on date not null,
  controlled boolean not null,
  received_milli bigint not null check (received_milli > 0),
  balance_milli bigint not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index supply_page on supply (facility_id, id desc);
create index supply_batch on supply (facility_id, batch);

create table supply_move (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  supply_id uuid not null references supply (id),
  kind text not null,
  amount_milli bigint not null check (amount_milli >= 0),
  expected_milli bigint not null,
  labor_id uuid references labor (id),
  reason bytea,
  staff_id uuid not null references staff (id),
  second_id uuid references staff (id),
  moved_at timestamptz not null,
  at timestamptz not null
);
create index supply_move_supply on supply_move (supply_id, at, id);
create index supply_move_labor on supply_move (labor_id) where labor_id is not null;
create trigger supply_move_no_update before update on supply_move for each row execute function refuse_change();
create trigger supply_move_no_delete before delete on supply_move for each row execute function refuse_change();
