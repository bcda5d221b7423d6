-- Managed cases of women at high risk, what hospitals agreed on among themselves, and referrals from one to another.

create table managed_case (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  color text not null,
  purple boolean not null check (purple in (0, 1)),
  found_at text not null,
  graded_at text not null,
  registered_at text not null,
  reported_at text,
  planned_at text,
  next_on text,
  closed_at text,
  outcome text
);
create unique index managed_case_open on managed_case (episode_id) where closed_at is null;
create index managed_case_page on managed_case (facility_id, id desc);
create index managed_case_patient on managed_case (patient_id);

create table case_entry (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  case_id blob not null references managed_case (id),
  kind text not null,
  words blob not null,
  staff_id blob references staff (id),
  at text not null
);
create index case_entry_case on case_entry (case_id, at, id);
create trigger case_entry_no_update before update on case_entry begin select raise(abort, 'case_entry is immutable'); end;
create trigger case_entry_no_delete before delete on case_entry begin select raise(abort, 'case_entry is immutable'); end;

create table alliance_word (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  partner_id blob not null references facility (id),
  comparison boolean not null check (comparison in (0, 1)),
  referral boolean not null check (referral in (0, 1)),
  staff_id blob not null references staff (id),
  at text not null
);
create index alliance_word_facility on alliance_word (facility_id, partner_id, at, id);
create index alliance_word_partner on alliance_word (partner_id, facility_id, at, id);
create trigger alliance_word_no_update before update on alliance_word begin select raise(abort, 'alliance_word is immutable'); end;
create trigger alliance_word_no_delete before delete on alliance_word begin select raise(abort, 'alliance_word is immutable'); end;

create table referral (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  to_id blob not null references facility (id),
  case_id blob not null references managed_case (id),
  patient_id blob not null references patient (id),
  episode_id blob not null references episode (id),
  state text not null,
  basis text not null,
  shared_until text not null,
  sent_at text not null
);
create unique index referral_open on referral (case_id) where state in ('sent', 'accepted');
create index referral_from on referral (facility_id, id desc);
create index referral_to on referral (to_id, id desc);
create index referral_patient on referral (patient_id);

create table referral_step (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  referral_id blob not null references referral (id),
  state text not null,
  words blob,
  staff_id blob not null references staff (id),
  at text not null
);
create index referral_step_referral on referral_step (referral_id, at, id);
create trigger referral_step_no_update before update on referral_step begin select raise(abort, 'referral_step is immutable'); end;
create trigger referral_step_no_delete before delete on referral_step begin select raise(abort, 'referral_step is immutable'); end;
