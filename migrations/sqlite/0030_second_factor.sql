-- Second factors of staff (CE-021): the secret is sealed, recovery codes are kept as digests and go when they are used.

alter table session add column second_factor boolean not null default false check (second_factor in (0, 1));

create table second_factor (
  staff_id blob not null primary key references staff (id),
  facility_id blob not null references facility (id),
  secret blob,
  proposed blob,
  since text,
  used_step bigint not null,
  reset_at text
);

create table recovery_code (
  staff_id blob not null references staff (id),
  facility_id blob not null references facility (id),
  digest blob not null,
  primary key (staff_id, digest)
);
