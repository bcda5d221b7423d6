-- What the answers to the risk table suggest, beside the color that a person sets; the hospital's self-checks.

create table risk_suggestion (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  response_id blob not null references response (id),
  response_version bigint not null,
  color text not null,
  purple boolean not null check (purple in (0, 1)),
  grounds blob not null,
  form text not null,
  rules_version text not null,
  at text not null
);
create index risk_suggestion_episode on risk_suggestion (episode_id, at desc);
create trigger risk_suggestion_no_update before update on risk_suggestion begin select raise(abort, 'risk_suggestion is immutable'); end;
create trigger risk_suggestion_no_delete before delete on risk_suggestion begin select raise(abort, 'risk_suggestion is immutable'); end;

create table readiness_check (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  checked_on text not null,
  level text not null,
  status text not null,
  form text not null,
  rules_version text not null,
  content blob not null,
  result blob not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index readiness_check_page on readiness_check (facility_id, checked_on desc, id desc);
create trigger readiness_check_no_update before update on readiness_check begin select raise(abort, 'readiness_check is immutable'); end;
create trigger readiness_check_no_delete before delete on readiness_check begin select raise(abort, 'readiness_check is immutable'); end;
