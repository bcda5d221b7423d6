-- What the figures of quality look up by time.

create index labor_left on labor (facility_id, closed_at, id) where born_at is null and closed_at is not null;
