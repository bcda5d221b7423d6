-- A reply to a survey that was entered in error counts no longer: the figures of its day are counted anew.

create index response_mistaken on response (id) where status = 'entered_in_error';

create trigger figure_response after update of status on response
  for each row when (new.status = 'entered_in_error' and old.status <> new.status)
  execute function figure_by_episode();
