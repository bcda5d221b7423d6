-- A task may be about no woman of the hospital, and may wait for one person alone.

alter table task alter column patient_id drop not null;
alter table task alter column episode_id drop not null;
alter table task add column staff_id uuid references staff (id);
alter table task add constraint task_about check ((patient_id is null) = (episode_id is null));
