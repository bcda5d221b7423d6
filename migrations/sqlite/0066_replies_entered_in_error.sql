-- A reply to a survey that was entered in error counts no longer: the figures of its day are counted anew.

create index response_mistaken on response (id) where status = 'entered_in_error';

create trigger figure_response_update after update of status on response
  when new.status = 'entered_in_error' and old.status <> new.status
begin
  insert into figure_change (facility_id, day, changes)
    select l.facility_id, date(coalesce(l.born_at, l.closed_at), '+8 hours'), 1 from labor l
    where l.episode_id = new.episode_id and coalesce(l.born_at, l.closed_at) is not null
    on conflict (facility_id, day) do update set changes = changes + 1;
end;
