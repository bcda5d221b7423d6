-- The tips that were found broken, asked for by the word that both engines know.

drop index examination_tip;
create index examination_tip on follow_up_examination (facility_id, at) where tip_intact = false;
