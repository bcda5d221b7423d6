-- The hospital's own totals of births, and what the figures of quality look up by time.

create table birth_total (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  month text not null,
  vaginal bigint not null check (vaginal >= 0),
  cesarean bigint not null check (cesarean >= 0),
  newborns bigint not null check (newborns >= 0),
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index birth_total_month on birth_total (facility_id, month, at, id);
create trigger birth_total_no_update before update on birth_total for each row execute function refuse_change();
create trigger birth_total_no_delete before delete on birth_total for each row execute function refuse_change();

create index labor_left on labor (facility_id, closed_at, id) where born_at is null and closed_at is not null;
create index labor_complication_onset on labor_complication (facility_id, onset_at);
create index newborn_severe on newborn (facility_id, born_at) where asphyxia_apgar = 'severe';
