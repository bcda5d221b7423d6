-- What stood in clear and needs not: her height and weight, the digests on the list of a hold, the rules that raised an alert (they
-- stand in its sealed findings).

alter table patient add column height blob;
alter table episode add column weight blob;
alter table legal_hold add column listed blob;
alter table alert drop column rules;

-- Key-encryption keys as a key service wrapped them, and what a rotation looks for.
create table key_encryption_key (
  number bigint not null primary key,
  wrapped blob not null,
  created_at text not null
);
create index data_key_kek on data_key (kek_id, id);
