-- Whom the hospital's provider knows an account of staff as: of his name there only a keyed digest is kept.

create table sign_on (
  staff_id blob not null primary key references staff (id),
  facility_id blob not null references facility (id),
  issuer text not null,
  subject_blind blob not null,
  bound_at text not null,
  constraint sign_on_subject unique (facility_id, issuer, subject_blind)
);

-- Passkeys of staff, sealed; found by a keyed digest of the id that the authenticator gave.

create table passkey (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  staff_id blob not null references staff (id),
  credential_blind blob not null,
  name blob not null,
  key blob not null,
  created_at text not null,
  used_at text,
  constraint passkey_credential unique (credential_blind)
);
create index passkey_staff on passkey (staff_id);
