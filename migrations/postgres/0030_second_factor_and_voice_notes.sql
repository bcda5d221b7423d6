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

-- A question that she speaks instead of writing it (CE-094), and what the doctor heard in it.

create table consent_voice (
  question_id uuid not null primary key references consent_question (id),
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  kind text not null,
  duration_ms bigint not null check (duration_ms > 0),
  sha256 text not null,
  content bytea not null
);
create trigger consent_voice_no_update before update on consent_voice for each row execute function refuse_change();
create trigger consent_voice_no_delete before delete on consent_voice for each row execute function refuse_change();

alter table consent_answer add column heard bytea;
