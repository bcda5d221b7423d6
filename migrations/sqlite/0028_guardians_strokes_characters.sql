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
