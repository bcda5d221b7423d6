-- Follow-up: points that end without an answer, calls of staff, what staff find, the proposal of a headache after dural
-- puncture, and the replies to surveys as counts.

alter table follow_up add column ended text;
alter table follow_up add column ended_at timestamptz;
alter table follow_up add column lost_reason text;
alter table follow_up add column reminded_at timestamptz;

alter table alert add column proposal text;
alter table alert add column confirmed_at timestamptz;
alter table alert add column confirmed_by_id uuid references staff (id);

create table follow_up_call (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  follow_up_id uuid not null references follow_up (id),
  outcome text not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index follow_up_call_point on follow_up_call (follow_up_id, at, id);
create trigger follow_up_call_no_update before update on follow_up_call for each row execute function refuse_change();
create trigger follow_up_call_no_delete before delete on follow_up_call for each row execute function refuse_change();

create table follow_up_examination (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  follow_up_id uuid not null references follow_up (id),
  document bytea not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index follow_up_examination_point on follow_up_examination (follow_up_id, at, id);
create trigger follow_up_examination_no_update before update on follow_up_examination for each row execute function refuse_change();
create trigger follow_up_examination_no_delete before delete on follow_up_examination for each row execute function refuse_change();

create table survey_answer (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  episode_id uuid not null,
  response_id uuid not null,
  form text not null,
  mode text,
  item text not null,
  code text not null,
  score bigint,
  by_staff boolean not null,
  at timestamptz not null
);
create index survey_answer_form on survey_answer (facility_id, form, at, id);
create trigger survey_answer_no_update before update on survey_answer for each row execute function refuse_change();
create trigger survey_answer_no_delete before delete on survey_answer for each row execute function refuse_change();
