-- Follow-up: points that end without an answer, calls of staff, what staff find, the proposal of a headache after dural
-- puncture, and the replies to surveys as counts.

alter table follow_up add column ended text;
alter table follow_up add column ended_at text;
alter table follow_up add column lost_reason text;
alter table follow_up add column reminded_at text;

alter table alert add column proposal text;
alter table alert add column confirmed_at text;
alter table alert add column confirmed_by_id blob references staff (id);

create table follow_up_call (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  follow_up_id blob not null references follow_up (id),
  outcome text not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index follow_up_call_point on follow_up_call (follow_up_id, at, id);
create trigger follow_up_call_no_update before update on follow_up_call begin select raise(abort, 'follow_up_call is immutable'); end;
create trigger follow_up_call_no_delete before delete on follow_up_call begin select raise(abort, 'follow_up_call is immutable'); end;

create table follow_up_examination (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  follow_up_id blob not null references follow_up (id),
  document blob not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index follow_up_examination_point on follow_up_examination (follow_up_id, at, id);
create trigger follow_up_examination_no_update before update on follow_up_examination begin select raise(abort, 'follow_up_examination is immutable'); end;
create trigger follow_up_examination_no_delete before delete on follow_up_examination begin select raise(abort, 'follow_up_examination is immutable'); end;

create table survey_answer (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  episode_id blob not null,
  response_id blob not null,
  form text not null,
  mode text,
  item text not null,
  code text not null,
  score bigint,
  by_staff boolean not null check (by_staff in (0, 1)),
  at text not null
);
create index survey_answer_form on survey_answer (facility_id, form, at, id);
create trigger survey_answer_no_update before update on survey_answer begin select raise(abort, 'survey_answer is immutable'); end;
create trigger survey_answer_no_delete before delete on survey_answer begin select raise(abort, 'survey_answer is immutable'); end;
