-- The certificate that an issuer was asked about, so that what its list says can be read again in thirty years. Lists of before
-- have none and say nothing any more; issuers are asked again at the start.
alter table seal_revocation add column certificate blob;

-- A key that comes back into use is written again: they are numbered, each kind from 1.
create table key_use_next (
  id blob not null primary key,
  kind text not null check (kind in ('seal', 'log', 'sm2')),
  number bigint not null,
  key_id text not null,
  at text not null,
  constraint key_use_number unique (kind, number)
);
insert into key_use_next (id, kind, number, key_id, at)
select id, kind, row_number() over (partition by kind order by at, id), key_id, at from key_use;
drop table key_use;
alter table key_use_next rename to key_use;
create trigger key_use_no_update before update on key_use begin select raise(abort, 'key_use is immutable'); end;
create trigger key_use_no_delete before delete on key_use begin select raise(abort, 'key_use is immutable'); end;
