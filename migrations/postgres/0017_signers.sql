-- Who signs beside her or for her, on which device, and by which right.

alter table staff add column consent_privilege boolean not null default true;
alter table staff add column consent_privilege_until date;

create table device_session (
  session_id uuid not null primary key references session (id),
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  staff_id uuid not null references staff (id),
  asset text not null,
  ward text,
  at timestamptz not null
);
create index device_session_asset on device_session (facility_id, asset);

create table signer_check (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  staff_id uuid not null references staff (id),
  kind text not null,
  identifiers text not null,
  person bytea not null,
  at timestamptz not null
);
create index signer_check_patient on signer_check (patient_id, at desc);

create table consent_authority (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  staff_id uuid not null references staff (id),
  matter text not null,
  scope text not null,
  body bytea not null,
  begins_at timestamptz not null,
  ends_at timestamptz not null,
  at timestamptz not null
);
create index consent_authority_patient on consent_authority (patient_id, id);

create table consent_code (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  code_hash bytea not null,
  code bytea,
  expires_at timestamptz not null,
  used_at timestamptz,
  at timestamptz not null
);
create index consent_code_consent on consent_code (consent_id, at desc);

create table identity_tries (
  patient_id uuid not null references patient (id),
  facility_id uuid not null references facility (id),
  method text not null,
  failures bigint not null,
  locked_until timestamptz,
  primary key (patient_id, method)
);

alter table consent_identity add column result text not null default 'confirmed';
alter table consent_identity add column provider text;
alter table consent_identity add column reference text;
alter table consent_identity add column expires_at timestamptz;

create table consent_family (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  allowed boolean not null,
  at timestamptz not null
);
create index consent_family_consent on consent_family (consent_id, id);

create trigger device_session_no_update before update on device_session for each row execute function refuse_change();
create trigger device_session_no_delete before delete on device_session for each row execute function refuse_change();
create trigger signer_check_no_update before update on signer_check for each row execute function refuse_change();
create trigger signer_check_no_delete before delete on signer_check for each row execute function refuse_change();
create trigger consent_authority_no_update before update on consent_authority for each row execute function refuse_change();
create trigger consent_authority_no_delete before delete on consent_authority for each row execute function refuse_change();
create trigger consent_family_no_update before update on consent_family for each row execute function refuse_change();
create trigger consent_family_no_delete before delete on consent_family for each row execute function refuse_change();

-- From the release on these never change (CE-041).
create function refuse_thaw() returns trigger language plpgsql as $$
begin
  raise exception 'a released consent is frozen';
end;
$$;
create trigger consent_frozen before update on consent for each row
  when (old.state <> 'draft' and (new.basis <> old.basis or new.template_id <> old.template_id
    or new.patient_id <> old.patient_id or new.episode_id <> old.episode_id
    or new.presented_sha256 <> old.presented_sha256))
  execute function refuse_thaw();
