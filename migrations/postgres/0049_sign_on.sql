-- Whom the hospital's provider knows an account of staff as: of his name there only a keyed digest is kept.

create table sign_on (
  staff_id uuid not null primary key references staff (id),
  facility_id uuid not null references facility (id),
  issuer text not null,
  subject_blind bytea not null,
  bound_at timestamptz not null,
  constraint sign_on_subject unique (facility_id, issuer, subject_blind)
);
