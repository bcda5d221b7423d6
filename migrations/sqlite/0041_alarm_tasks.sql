-- A task of an alarm that was ticked off while nobody had taken the alarm waits again: it ends with its alarm.

update task set done_at = null, done_by_id = null
where kind in ('analgesia.alarm', 'analgesia.complication')
  and exists (select 1 from labor_alarm a where a.id = task.subject_id and a.state = 'open');
