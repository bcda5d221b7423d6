-- A guardian's word on the rules for a child's data, with the text that it is about.

create table guardian_agreement (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  kind text not null,
  version text not null,
  sha256 text not null,
  accepted boolean not null check (accepted in (0, 1)),
  guardian blob not null,
  staff_id blob not null references staff (id),
  checked_at text,
  at text not null
);
create index guardian_agreement_patient on guardian_agreement (patient_id, id);

create trigger guardian_agreement_no_update before update on guardian_agreement begin select raise(abort, 'guardian_agreement is immutable'); end;
create trigger guardian_agreement_no_delete before delete on guardian_agreement begin select raise(abort, 'guardian_agreement is immutable'); end;

-- Strokes that were handed out for a forensic examination: to whom and why.
create table strokes_release (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  staff_id blob not null references staff (id),
  body blob not null,
  at text not null
);
create index strokes_release_consent on strokes_release (consent_id, id);

create trigger strokes_release_no_update before update on strokes_release begin select raise(abort, 'strokes_release is immutable'); end;
create trigger strokes_release_no_delete before delete on strokes_release begin select raise(abort, 'strokes_release is immutable'); end;

-- Pictures of characters that no font has; the newest of a character counts.
create table character_picture (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  code_point bigint not null,
  description blob not null,
  png blob not null,
  sha256 text not null,
  staff_id blob not null references staff (id),
  at text not null
);
create index character_picture_find on character_picture (facility_id, code_point, id);

create trigger character_picture_no_update before update on character_picture begin select raise(abort, 'character_picture is immutable'); end;
create trigger character_picture_no_delete before delete on character_picture begin select raise(abort, 'character_picture is immutable'); end;
