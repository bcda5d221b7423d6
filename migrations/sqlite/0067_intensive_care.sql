-- Unplanned intensive care after a complication: an adverse event that must be reported.

alter table labor_complication add column intensive_care boolean check (intensive_care in (0, 1));
