-- What was explained to her after she said no, with the document of her decision that says so; and what was found at the
-- bedside when the consent could not be confirmed; and that she wants time to think.

create table consent_explanation (
  id blob not null primary key,
  decision_id blob not null references consent_decision (id),
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  body blob not null,
  at text not null,
  constraint consent_explanation_decision unique (decision_id)
);
create index consent_explanation_consent on consent_explanation (consent_id, id);

create table consent_explanation_record (
  explanation_id blob not null primary key references consent_explanation (id),
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  pdf blob not null,
  sha256 text not null,
  at text not null
);
create index consent_explanation_record_consent on consent_explanation_record (consent_id, explanation_id);

create table consent_unconfirmed (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  body blob not null,
  at text not null
);
create index consent_unconfirmed_consent on consent_unconfirmed (consent_id, id);

create table consent_later (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  until text,
  at text not null
);
create index consent_later_consent on consent_later (consent_id, id);

create trigger consent_explanation_no_update before update on consent_explanation begin select raise(abort, 'consent_explanation is immutable'); end;
create trigger consent_explanation_no_delete before delete on consent_explanation begin select raise(abort, 'consent_explanation is immutable'); end;
create trigger consent_explanation_record_no_update before update on consent_explanation_record begin select raise(abort, 'consent_explanation_record is immutable'); end;
create trigger consent_explanation_record_no_delete before delete on consent_explanation_record begin select raise(abort, 'consent_explanation_record is immutable'); end;
create trigger consent_unconfirmed_no_update before update on consent_unconfirmed begin select raise(abort, 'consent_unconfirmed is immutable'); end;
create trigger consent_unconfirmed_no_delete before delete on consent_unconfirmed begin select raise(abort, 'consent_unconfirmed is immutable'); end;
create trigger consent_later_no_update before update on consent_later begin select raise(abort, 'consent_later is immutable'); end;
create trigger consent_later_no_delete before delete on consent_later begin select raise(abort, 'consent_later is immutable'); end;
