-- Which replies to a survey hold a suggestion in her own words, and how its check by WeChat stands where there is one. The
-- words stay sealed among her answers.

create table survey_text (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  response_id blob not null unique references response (id),
  form text not null,
  at text not null,
  checked text check (checked in ('waiting', 'pass', 'review', 'risky', 'unchecked'))
);
create index survey_text_page on survey_text (facility_id, form, id);
create index survey_text_patient on survey_text (facility_id, patient_id, id);
