-- What identity checks count from, and what of a consent never changes or goes.

-- Since when the account and the name, birth date and document are what they are: earlier checks count no more (CE-102).
alter table patient add column identity_since timestamptz;
update patient set identity_since = bound_at;

create trigger consent_question_no_update before update on consent_question for each row execute function refuse_change();
create trigger consent_question_no_delete before delete on consent_question for each row execute function refuse_change();
create trigger consent_identity_no_update before update on consent_identity for each row execute function refuse_change();
create trigger consent_identity_no_delete before delete on consent_identity for each row execute function refuse_change();
create trigger consent_no_delete before delete on consent for each row execute function refuse_change();

-- As before, and no value is taken away either; what was shown and for which technique stays, too (CE-041).
drop trigger consent_frozen on consent;
create trigger consent_frozen before update on consent for each row
  when (old.state <> 'draft' and (new.basis is distinct from old.basis or new.template_id is distinct from old.template_id
    or new.patient_id is distinct from old.patient_id or new.episode_id is distinct from old.episode_id
    or new.presented_sha256 is distinct from old.presented_sha256 or new.form is distinct from old.form
    or new.technique_class is distinct from old.technique_class))
  execute function refuse_thaw();
