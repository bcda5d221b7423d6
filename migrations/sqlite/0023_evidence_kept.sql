-- What identity checks count from, and what of a consent never changes or goes.

-- Since when the account and the name, birth date and document are what they are: earlier checks count no more (CE-102).
alter table patient add column identity_since text;
update patient set identity_since = bound_at;

create trigger consent_question_no_update before update on consent_question begin select raise(abort, 'consent_question is immutable'); end;
create trigger consent_question_no_delete before delete on consent_question begin select raise(abort, 'consent_question is immutable'); end;
create trigger consent_identity_no_update before update on consent_identity begin select raise(abort, 'consent_identity is immutable'); end;
create trigger consent_identity_no_delete before delete on consent_identity begin select raise(abort, 'consent_identity is immutable'); end;
create trigger consent_no_delete before delete on consent begin select raise(abort, 'consent is immutable'); end;

-- As before, and no value is taken away either; what was shown and for which technique stays, too (CE-041).
drop trigger consent_frozen;
create trigger consent_frozen before update on consent
  when old.state <> 'draft' and (new.basis is not old.basis or new.template_id is not old.template_id
    or new.patient_id is not old.patient_id or new.episode_id is not old.episode_id
    or new.presented_sha256 is not old.presented_sha256 or new.form is not old.form
    or new.technique_class is not old.technique_class)
  begin select raise(abort, 'a released consent is frozen'); end;
