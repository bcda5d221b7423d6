-- A guardian's word on the rules for a child's data, with the text that it is about.

create table guardian_agreement (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  kind text not null,
  version text not null,
  sha256 text not null,
  accepted boolean not null,
  guardian bytea not null,
  staff_id uuid not null references staff (id),
  checked_at timestamptz,
  at timestamptz not null
);
create index guardian_agreement_patient on guardian_agreement (patient_id, id);

create trigger guardian_agreement_no_update before update on guardian_agreement for each row execute function refuse_change();
create trigger guardian_agreement_no_delete before delete on guardian_agreement for each row execute function refuse_change();

-- Strokes that were handed out for a forensic examination: to whom and why.
create table strokes_release (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  consent_id uuid not null references consent (id),
  staff_id uuid not null references staff (id),
  body bytea not null,
  at timestamptz not null
);
create index strokes_release_consent on strokes_release (consent_id, id);

create trigger strokes_release_no_update before update on strokes_release for each row execute function refuse_change();
create trigger strokes_release_no_delete before delete on strokes_release for each row execute function refuse_change();

-- Pictures of characters that no font has; the newest of a character counts.
create table character_picture (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  code_point bigint not null,
  description bytea not null,
  png bytea not null,
  sha256 text not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index character_picture_find on character_picture (facility_id, code_point, id);

create trigger character_picture_no_update before update on character_picture for each row execute function refuse_change();
create trigger character_picture_no_delete before delete on character_picture for each row execute function refuse_change();
