-- What an operator took after a restore is signed by the log's key, over the tree as it was taken.
alter table journal_restore add column root blob;
alter table journal_restore add column signature text;

-- The detached SM2 signature over the evidence root with the key that it holds under, where it is switched on.
alter table consent_seal add column sm2 blob;
alter table consent_seal add column sm2_key blob;

-- What the issuer said of a certificate that seals, with the list that says it: never changed, the newest counts.
create table seal_revocation (
  id blob not null primary key,
  certificate_sha256 text not null,
  status text not null check (status in ('good', 'revoked')),
  revoked_at text,
  issued_at text,
  next_at text,
  list blob,
  at text not null
);
create index seal_revocation_certificate on seal_revocation (certificate_sha256, at);

-- The keys that seal and that sign the log, as they came into use.
create table key_use (
  id blob not null primary key,
  kind text not null check (kind in ('seal', 'log', 'sm2')),
  key_id text not null,
  at text not null,
  constraint key_use_once unique (kind, key_id)
);

create trigger seal_revocation_no_update before update on seal_revocation begin select raise(abort, 'seal_revocation is immutable'); end;
create trigger seal_revocation_no_delete before delete on seal_revocation begin select raise(abort, 'seal_revocation is immutable'); end;
create trigger key_use_no_update before update on key_use begin select raise(abort, 'key_use is immutable'); end;
create trigger key_use_no_delete before delete on key_use begin select raise(abort, 'key_use is immutable'); end;
