-- The figures of quality day by day: how often what is counted of a day's births has changed, and the sums of the day that hold
-- while that number is the same. A day is the one on which the first baby was born, or on which she left before the birth,
-- Asia/Shanghai (`base/clock.rs`); before either, nothing is counted. Versions of a birth and of a block, and newborns,
-- count once the labor points to them.

create table figure_change (
  facility_id uuid not null references facility (id),
  day date not null,
  changes bigint not null,
  primary key (facility_id, day)
);

create table figure_day (
  facility_id uuid not null references facility (id),
  day date not null,
  changes bigint not null,
  basis text not null,
  valid_until timestamptz,
  sums text not null,
  primary key (facility_id, day)
);

create index labor_episode on labor (episode_id);

insert into figure_change (facility_id, day, changes)
  select facility_id, (coalesce(born_at, closed_at) at time zone 'Asia/Shanghai')::date, 1 from labor
  where coalesce(born_at, closed_at) is not null group by 1, 2;

create function figure_changed(place uuid, instant timestamptz) returns void language sql as $$
  insert into figure_change (facility_id, day, changes)
    select place, (instant at time zone 'Asia/Shanghai')::date, 1 where instant is not null
    on conflict (facility_id, day) do update set changes = figure_change.changes + 1
$$;

-- The earlier day first: two who move a birth between the same two days then wait for each other in one order.
create function figure_of_labor() returns trigger language plpgsql as $$
declare
  before timestamptz;
  now_at timestamptz := coalesce(new.born_at, new.closed_at);
begin
  if tg_op = 'UPDATE' then
    before := coalesce(old.born_at, old.closed_at);
  end if;
  perform figure_changed(new.facility_id, least(before, now_at));
  if before <> now_at then
    perform figure_changed(new.facility_id, greatest(before, now_at));
  end if;
  return null;
end $$;

create function figure_by_labor() returns trigger language plpgsql as $$
declare
  touched uuid;
begin
  if tg_op = 'DELETE' then
    touched := old.labor_id;
  else
    touched := new.labor_id;
  end if;
  perform figure_changed(l.facility_id, coalesce(l.born_at, l.closed_at)) from labor l where l.id = touched;
  return null;
end $$;

create function figure_by_episode() returns trigger language plpgsql as $$
declare
  touched uuid;
begin
  if tg_op = 'DELETE' then
    touched := old.episode_id;
  else
    touched := new.episode_id;
  end if;
  perform figure_changed(l.facility_id, coalesce(l.born_at, l.closed_at)) from labor l where l.episode_id = touched;
  return null;
end $$;

create function figure_of_episode() returns trigger language plpgsql as $$
begin
  perform figure_changed(l.facility_id, coalesce(l.born_at, l.closed_at)) from labor l where l.episode_id = new.id;
  return null;
end $$;

create trigger figure_labor
  after insert or update of requested_at, first_dose_at, born_at, closed_at, record_id, delivery_id, is_test on labor
  for each row execute function figure_of_labor();
create trigger figure_labor_observation after insert on labor_observation
  for each row execute function figure_by_labor();
create trigger figure_labor_complication after insert on labor_complication
  for each row execute function figure_by_labor();
create trigger figure_labor_correction after insert on labor_correction
  for each row execute function figure_by_labor();
create trigger figure_survey_reply after insert on survey_reply
  for each row execute function figure_by_labor();
create trigger figure_follow_up after insert or update or delete on follow_up
  for each row execute function figure_by_labor();
create trigger figure_consent after insert or update or delete on consent
  for each row execute function figure_by_episode();
create trigger figure_review after insert or update or delete on review
  for each row execute function figure_by_episode();
create trigger figure_lesson_progress after insert or update or delete on lesson_progress
  for each row execute function figure_by_episode();
create trigger figure_episode after update of enrolled_at on episode
  for each row execute function figure_of_episode();
