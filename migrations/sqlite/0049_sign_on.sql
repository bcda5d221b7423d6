-- Whom the hospital's provider knows an account of staff as: of his name there only a keyed digest is kept.

create table sign_on (
  staff_id blob not null primary key references staff (id),
  facility_id blob not null references facility (id),
  issuer text not null,
  subject_blind blob not null,
  bound_at text not null,
  constraint sign_on_subject unique (facility_id, issuer, subject_blind)
);
