-- The day on which a batch came, which may lie before the day on which it was registered; and what was written down
-- wrongly of where some of it went, corrected by a row in its place.

alter table supply add column received_on text;

alter table supply_move add column replaces_id blob references supply_move (id);
create unique index supply_move_replaces on supply_move (replaces_id) where replaces_id is not null;
