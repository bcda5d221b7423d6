-- Why a block was begun without a re-check that holds.

alter table analgesia_time_out add column recheck_reason blob;
