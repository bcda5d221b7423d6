-- A draft that was given up no longer stands in the way: staff file the form, or she begins another amendment.

drop index response_assignment;
create unique index response_assignment on response (assignment_id) where assignment_id is not null and amends_id is null and status <> 'stopped';
drop index response_amends;
create unique index response_amends on response (amends_id) where amends_id is not null and status <> 'stopped';
