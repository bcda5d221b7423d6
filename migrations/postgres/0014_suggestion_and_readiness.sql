-- What the answers to the risk table suggest, beside the color that a person sets; the hospital's self-checks.

create table risk_suggestion (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  response_id uuid not null references response (id),
  response_version bigint not null,
  color text not null,
  purple boolean not null,
  grounds bytea not null,
  form text not null,
  rules_version text not null,
  at timestamptz not null
);
create index risk_suggestion_episode on risk_suggestion (episode_id, at desc);
create trigger risk_suggestion_no_update before update on risk_suggestion for each row execute function refuse_change();
create trigger risk_suggestion_no_delete before delete on risk_suggestion for each row execute function refuse_change();

create table readiness_check (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  checked_on date not null,
  level text not null,
  status text not null,
  form text not null,
  rules_version text not null,
  content bytea not null,
  result bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index readiness_check_page on readiness_check (facility_id, checked_on desc, id desc);
create trigger readiness_check_no_update before update on readiness_check for each row execute function refuse_change();
create trigger readiness_check_no_delete before delete on readiness_check for each row execute function refuse_change();
