-- Documents of decisions on a whole consent: a refusal, a withdrawal.

create table consent_record (
  decision_id uuid not null primary key references consent_decision (id),
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  pdf bytea not null,
  sha256 text not null,
  at timestamptz not null
);
create index consent_record_consent on consent_record (consent_id, decision_id);

create trigger consent_record_no_update before update on consent_record for each row execute function refuse_change();
create trigger consent_record_no_delete before delete on consent_record for each row execute function refuse_change();
