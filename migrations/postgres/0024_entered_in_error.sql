-- Answers that were entered in error, with a reason: nothing that followed from them counts. A second doctor beside a decision.

alter table response add column mistake bytea;
alter table response add column withdrawn_by_id uuid references staff (id);
alter table response add column withdrawn_at timestamptz;
drop index response_assignment;
create unique index response_assignment on response (assignment_id)
  where assignment_id is not null and amends_id is null and status not in ('stopped', 'entered_in_error');
drop index response_amends;
create unique index response_amends on response (amends_id)
  where amends_id is not null and status not in ('stopped', 'entered_in_error');

create table withdrawn_answers (
  response_id uuid not null primary key references response (id),
  facility_id uuid not null references facility (id),
  at timestamptz not null
);
create trigger withdrawn_answers_no_update before update on withdrawn_answers for each row execute function refuse_change();
create trigger withdrawn_answers_no_delete before delete on withdrawn_answers for each row execute function refuse_change();

alter table review_decision add column second_by_id uuid references staff (id);
