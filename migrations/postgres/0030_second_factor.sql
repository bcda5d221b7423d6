-- Second factors of staff (CE-021): the secret is sealed, recovery codes are kept as digests and go when they are used.

alter table session add column second_factor boolean not null default false;

create table second_factor (
  staff_id uuid not null primary key references staff (id),
  facility_id uuid not null references facility (id),
  secret bytea,
  proposed bytea,
  since timestamptz,
  used_step bigint not null,
  reset_at timestamptz
);

create table recovery_code (
  staff_id uuid not null references staff (id),
  facility_id uuid not null references facility (id),
  digest bytea not null,
  primary key (staff_id, digest)
);
