-- Who signs beside her or for her, on which device, and by which right.

alter table staff add column consent_privilege boolean not null default 1 check (consent_privilege in (0, 1));
alter table staff add column consent_privilege_until text;

create table device_session (
  session_id blob not null primary key references session (id),
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  staff_id blob not null references staff (id),
  asset text not null,
  ward text,
  at text not null
);
create index device_session_asset on device_session (facility_id, asset);

create table signer_check (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  staff_id blob not null references staff (id),
  kind text not null,
  identifiers text not null,
  person blob not null,
  at text not null
);
create index signer_check_patient on signer_check (patient_id, at desc);

create table consent_authority (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  staff_id blob not null references staff (id),
  matter text not null,
  scope text not null,
  body blob not null,
  begins_at text not null,
  ends_at text not null,
  at text not null
);
create index consent_authority_patient on consent_authority (patient_id, id);

create table consent_code (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  code_hash blob not null,
  code blob,
  expires_at text not null,
  used_at text,
  at text not null
);
create index consent_code_consent on consent_code (consent_id, at desc);

create table identity_tries (
  patient_id blob not null references patient (id),
  facility_id blob not null references facility (id),
  method text not null,
  failures bigint not null,
  locked_until text,
  primary key (patient_id, method)
);

alter table consent_identity add column result text not null default 'confirmed';
alter table consent_identity add column provider text;
alter table consent_identity add column reference text;
alter table consent_identity add column expires_at text;

create table consent_family (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  allowed boolean not null check (allowed in (0, 1)),
  at text not null
);
create index consent_family_consent on consent_family (consent_id, id);

create trigger device_session_no_update before update on device_session begin select raise(abort, 'device_session is immutable'); end;
create trigger device_session_no_delete before delete on device_session begin select raise(abort, 'device_session is immutable'); end;
create trigger signer_check_no_update before update on signer_check begin select raise(abort, 'signer_check is immutable'); end;
create trigger signer_check_no_delete before delete on signer_check begin select raise(abort, 'signer_check is immutable'); end;
create trigger consent_authority_no_update before update on consent_authority begin select raise(abort, 'consent_authority is immutable'); end;
create trigger consent_authority_no_delete before delete on consent_authority begin select raise(abort, 'consent_authority is immutable'); end;
create trigger consent_family_no_update before update on consent_family begin select raise(abort, 'consent_family is immutable'); end;
create trigger consent_family_no_delete before delete on consent_family begin select raise(abort, 'consent_family is immutable'); end;

-- From the release on these never change (CE-041).
create trigger consent_frozen before update on consent
  when old.state <> 'draft' and (new.basis <> old.basis or new.template_id <> old.template_id
    or new.patient_id <> old.patient_id or new.episode_id <> old.episode_id
    or new.presented_sha256 <> old.presented_sha256)
  begin select raise(abort, 'a released consent is frozen'); end;
