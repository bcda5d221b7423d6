-- An alert is raised by answers of hers or by an examination: what staff find does not wait longer than what she reports.

alter table alert alter column response_id drop not null;
alter table alert add column examination_id uuid references follow_up_examination (id);
alter table alert add constraint alert_examination unique (examination_id);
alter table alert add constraint alert_found_in check ((response_id is null) <> (examination_id is null));
