-- What staff checked of who she is stays as it was: only a code of the bedside is confirmed once, and its wrong tries count.
-- A question of hers may be closed without an answer.

create trigger identity_check_no_update before update on identity_check for each row
  when (new.id is distinct from old.id or new.facility_id is distinct from old.facility_id
    or new.patient_id is distinct from old.patient_id or new.method is distinct from old.method
    or new.identifiers is distinct from old.identifiers or new.staff_id is distinct from old.staff_id
    or new.code_hash is distinct from old.code_hash or new.at is distinct from old.at
    or new.expires_at is distinct from old.expires_at or new.failures < old.failures
    or (old.confirmed_at is not null and new.confirmed_at is distinct from old.confirmed_at))
  execute function refuse_change();
create trigger identity_check_no_delete before delete on identity_check for each row execute function refuse_change();

alter table consent_answer add column closed boolean not null default false;
