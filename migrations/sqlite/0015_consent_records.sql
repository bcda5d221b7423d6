-- Documents of decisions on a whole consent: a refusal, a withdrawal.

create table consent_record (
  decision_id blob not null primary key references consent_decision (id),
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  pdf blob not null,
  sha256 text not null,
  at text not null
);
create index consent_record_consent on consent_record (consent_id, decision_id);

create trigger consent_record_no_update before update on consent_record begin select raise(abort, 'consent_record is immutable'); end;
create trigger consent_record_no_delete before delete on consent_record begin select raise(abort, 'consent_record is immutable'); end;
