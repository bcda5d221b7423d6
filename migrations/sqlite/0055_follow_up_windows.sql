-- The window that a point was planned with, hours from birth: what a hospital chooses later does not move it. None of a
-- point from before hospitals could choose.

alter table follow_up add column window_h text;
