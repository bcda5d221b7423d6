-- The batches of pump bags lead to the register of supplies; a task of the ward to its labor; the task of an alert of
-- follow-up ends with its alert.

create table analgesia_bag (
  record_id uuid not null references analgesia_record (id),
  facility_id uuid not null references facility (id),
  batch text not null,
  primary key (record_id, batch)
);
create index analgesia_bag_batch on analgesia_bag (facility_id, batch);
create trigger analgesia_bag_no_update before update on analgesia_bag for each row execute function refuse_change();
create trigger analgesia_bag_no_delete before delete on analgesia_bag for each row execute function refuse_change();

alter table task add column labor_id uuid;
update task set labor_id = subject_id where done_at is null and subject_id in (select id from labor);
update task set labor_id = (select a.labor_id from labor_alarm a where a.id = task.subject_id)
where done_at is null and subject_id in (select id from labor_alarm);

update task set done_at = null, done_by_id = null
where kind = 'followup.alert' and done_at is not null
  and exists (select 1 from alert a where a.id = task.subject_id and a.state <> 'closed')
  and not exists (select 1 from task o where o.kind = task.kind and o.subject_id = task.subject_id and o.done_at is null);
