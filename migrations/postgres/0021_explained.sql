-- What was explained to her after she said no, with the document of her decision that says so; and what was found at the
-- bedside when the consent could not be confirmed; and that she wants time to think.

create table consent_explanation (
  id uuid not null primary key,
  decision_id uuid not null references consent_decision (id),
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  body bytea not null,
  at timestamptz not null,
  constraint consent_explanation_decision unique (decision_id)
);
create index consent_explanation_consent on consent_explanation (consent_id, id);

create table consent_explanation_record (
  explanation_id uuid not null primary key references consent_explanation (id),
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  pdf bytea not null,
  sha256 text not null,
  at timestamptz not null
);
create index consent_explanation_record_consent on consent_explanation_record (consent_id, explanation_id);

create table consent_unconfirmed (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  body bytea not null,
  at timestamptz not null
);
create index consent_unconfirmed_consent on consent_unconfirmed (consent_id, id);

create table consent_later (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  until timestamptz,
  at timestamptz not null
);
create index consent_later_consent on consent_later (consent_id, id);

create trigger consent_explanation_no_update before update on consent_explanation for each row execute function refuse_change();
create trigger consent_explanation_no_delete before delete on consent_explanation for each row execute function refuse_change();
create trigger consent_explanation_record_no_update before update on consent_explanation_record for each row execute function refuse_change();
create trigger consent_explanation_record_no_delete before delete on consent_explanation_record for each row execute function refuse_change();
create trigger consent_unconfirmed_no_update before update on consent_unconfirmed for each row execute function refuse_change();
create trigger consent_unconfirmed_no_delete before delete on consent_unconfirmed for each row execute function refuse_change();
create trigger consent_later_no_update before update on consent_later for each row execute function refuse_change();
create trigger consent_later_no_delete before delete on consent_later for each row execute function refuse_change();
