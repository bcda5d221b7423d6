-- A report of an adverse event as it was handed in, beside what it is understood as now. Of older ones only the present is
-- known.

alter table adverse_event add column reported_class text;
alter table adverse_event add column reported_severity integer;
alter table adverse_event add column reported_due text;
update adverse_event set reported_class = class, reported_severity = severity, reported_due = due;

-- A catheter tip that is found broken on the ward, and severe asphyxia by either definition, must be reported.
alter table follow_up_examination add column tip_intact boolean check (tip_intact in (0, 1));
create index examination_tip on follow_up_examination (facility_id, at) where tip_intact = 0;

drop index newborn_severe;
create index newborn_severe on newborn (facility_id, born_at)
  where asphyxia_apgar = 'severe' or asphyxia_consensus2016 = 'severe';
