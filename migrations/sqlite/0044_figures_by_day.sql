-- The figures of quality day by day: how often what is counted of a day's births has changed, and the sums of the day that hold
-- while that number is the same. A day is the one on which the first baby was born, or on which she left before the birth,
-- Asia/Shanghai (`base/clock.rs`); before either, nothing is counted. Versions of a birth and of a block, and newborns,
-- count once the labor points to them.

create table figure_change (
  facility_id blob not null references facility (id),
  day text not null,
  changes bigint not null,
  primary key (facility_id, day)
);

create table figure_day (
  facility_id blob not null references facility (id),
  day text not null,
  changes bigint not null,
  basis text not null,
  valid_until text,
  sums text not null,
  primary key (facility_id, day)
);

create index labor_episode on labor (episode_id);

insert into figure_change (facility_id, day, changes)
  select facility_id, date(coalesce(born_at, closed_at), '+8 hours'), 1 from labor
  where coalesce(born_at, closed_at) is not null group by 1, 2;

create trigger figure_labor_insert after insert on labor begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_labor_update
  after update of requested_at, first_dose_at, born_at, closed_at, record_id, delivery_id, is_test on labor begin
  insert into figure_change (facility_id, day, changes)
    select old.facility_id, date(coalesce(old.born_at, old.closed_at), '+8 hours'), 1
    where coalesce(old.born_at, old.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_labor_observation_insert after insert on labor_observation begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.labor_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_labor_complication_insert after insert on labor_complication begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.labor_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_labor_correction_insert after insert on labor_correction begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.labor_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_survey_reply_insert after insert on survey_reply begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.labor_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_follow_up_insert after insert on follow_up begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.labor_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_follow_up_update after update on follow_up begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = new.labor_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_follow_up_delete after delete on follow_up begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.id = old.labor_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_consent_insert after insert on consent begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_consent_update after update on consent begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_consent_delete after delete on consent begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = old.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_review_insert after insert on review begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_review_update after update on review begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_review_delete after delete on review begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = old.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_lesson_progress_insert after insert on lesson_progress begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_lesson_progress_update after update on lesson_progress begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_lesson_progress_delete after delete on lesson_progress begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = old.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
create trigger figure_episode_update after update of enrolled_at on episode begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
