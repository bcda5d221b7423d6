-- Managed cases of women at high risk, what hospitals agreed on among themselves, and referrals from one to another.

create table managed_case (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  color text not null,
  purple boolean not null,
  found_at timestamptz not null,
  graded_at timestamptz not null,
  registered_at timestamptz not null,
  reported_at timestamptz,
  planned_at timestamptz,
  next_on date,
  closed_at timestamptz,
  outcome text
);
create unique index managed_case_open on managed_case (episode_id) where closed_at is null;
create index managed_case_page on managed_case (facility_id, id desc);
create index managed_case_patient on managed_case (patient_id);

create table case_entry (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  case_id uuid not null references managed_case (id),
  kind text not null,
  words bytea not null,
  staff_id uuid references staff (id),
  at timestamptz not null
);
create index case_entry_case on case_entry (case_id, at, id);
create trigger case_entry_no_update before update on case_entry for each row execute function refuse_change();
create trigger case_entry_no_delete before delete on case_entry for each row execute function refuse_change();

create table alliance_word (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  partner_id uuid not null references facility (id),
  comparison boolean not null,
  referral boolean not null,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index alliance_word_facility on alliance_word (facility_id, partner_id, at, id);
create index alliance_word_partner on alliance_word (partner_id, facility_id, at, id);
create trigger alliance_word_no_update before update on alliance_word for each row execute function refuse_change();
create trigger alliance_word_no_delete before delete on alliance_word for each row execute function refuse_change();

create table referral (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  to_id uuid not null references facility (id),
  case_id uuid not null references managed_case (id),
  patient_id uuid not null references patient (id),
  episode_id uuid not null references episode (id),
  state text not null,
  basis text not null,
  shared_until date not null,
  sent_at timestamptz not null
);
create unique index referral_open on referral (case_id) where state in ('sent', 'accepted');
create index referral_from on referral (facility_id, id desc);
create index referral_to on referral (to_id, id desc);
create index referral_patient on referral (patient_id);

create table referral_step (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  referral_id uuid not null references referral (id),
  state text not null,
  words bytea,
  staff_id uuid not null references staff (id),
  at timestamptz not null
);
create index referral_step_referral on referral_step (referral_id, at, id);
create trigger referral_step_no_update before update on referral_step for each row execute function refuse_change();
create trigger referral_step_no_delete before delete on referral_step for each row execute function refuse_change();
