-- Whom the hospital's provider knows an account of staff as: of his name there only a keyed digest is kept.

create table sign_on (
  staff_id uuid not null primary key references staff (id),
  facility_id uuid not null references facility (id),
  issuer text not null,
  subject_blind bytea not null,
  bound_at timestamptz not null,
  constraint sign_on_subject unique (facility_id, issuer, subject_blind)
);

-- Passkeys of staff, sealed; found by a keyed digest of the id that the authenticator gave.

create table passkey (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  staff_id uuid not null references staff (id),
  credential_blind bytea not null,
  name bytea not null,
  key bytea not null,
  created_at timestamptz not null,
  used_at timestamptz,
  constraint passkey_credential unique (credential_blind)
);
create index passkey_staff on passkey (staff_id);
