-- The institution's seal on a document: once, never changed. Its files as they grew: with the time-stamp, with what preserves
-- them; of each only what follows the printed document is kept. A seal that came too late for its consent is an orphan.

create table consent_seal (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  paper text not null check (paper in ('consent', 'decision', 'explanation', 'bedside')),
  of_id blob not null,
  root text,
  signed_sha256 text not null,
  certificate_sha256 text not null,
  revocation text not null check (revocation in ('good', 'unknown')),
  level text not null check (level in ('E1', 'E2', 'E3')),
  entry_id blob not null references journal_entry (id),
  at text not null,
  constraint consent_seal_of unique (paper, of_id),
  constraint consent_seal_signed unique (signed_sha256)
);
create index consent_seal_consent on consent_seal (consent_id, id);

create table consent_seal_file (
  seal_id blob not null references consent_seal (id),
  number bigint not null,
  facility_id blob not null references facility (id),
  sha256 text not null,
  tail blob not null,
  response blob,
  attested_at text,
  at text not null,
  primary key (seal_id, number)
);
create index consent_seal_file_sha256 on consent_seal_file (sha256);

create table consent_seal_orphan (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  consent_id blob not null references consent (id),
  revision bigint not null,
  signed_sha256 text not null,
  pdf blob not null,
  at text not null
);

-- Time-stamps over checkpoints: each renews the proof of time of everything below it.
create table journal_stamp (
  facility_id blob not null,
  number bigint not null,
  response blob not null,
  attested_at text not null,
  expires_at text not null,
  at text not null,
  primary key (facility_id, at)
);

create trigger consent_seal_no_update before update on consent_seal begin select raise(abort, 'consent_seal is immutable'); end;
create trigger consent_seal_no_delete before delete on consent_seal begin select raise(abort, 'consent_seal is immutable'); end;
create trigger consent_seal_file_no_update before update on consent_seal_file begin select raise(abort, 'consent_seal_file is immutable'); end;
create trigger consent_seal_file_no_delete before delete on consent_seal_file begin select raise(abort, 'consent_seal_file is immutable'); end;
create trigger consent_seal_orphan_no_update before update on consent_seal_orphan begin select raise(abort, 'consent_seal_orphan is immutable'); end;
create trigger consent_seal_orphan_no_delete before delete on consent_seal_orphan begin select raise(abort, 'consent_seal_orphan is immutable'); end;
create trigger journal_stamp_no_update before update on journal_stamp begin select raise(abort, 'journal_stamp is immutable'); end;
create trigger journal_stamp_no_delete before delete on journal_stamp begin select raise(abort, 'journal_stamp is immutable'); end;
