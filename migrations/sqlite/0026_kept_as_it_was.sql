-- What staff checked of who she is stays as it was: only a code of the bedside is confirmed once, and its wrong tries count.
-- A question of hers may be closed without an answer.

create trigger identity_check_no_update before update on identity_check
  when (new.id is not old.id or new.facility_id is not old.facility_id or new.patient_id is not old.patient_id
    or new.method is not old.method or new.identifiers is not old.identifiers or new.staff_id is not old.staff_id
    or new.code_hash is not old.code_hash or new.at is not old.at or new.expires_at is not old.expires_at
    or new.failures < old.failures or (old.confirmed_at is not null and new.confirmed_at is not old.confirmed_at))
  begin select raise(abort, 'identity_check is immutable'); end;
create trigger identity_check_no_delete before delete on identity_check begin select raise(abort, 'identity_check is immutable'); end;

alter table consent_answer add column closed boolean not null default 0 check (closed in (0, 1));
