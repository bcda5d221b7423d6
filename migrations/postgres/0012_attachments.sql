-- Uploaded files by address, and the answers that name them; the order in which submitted answers are exported.

create table attachment (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  kind text not null,
  size bigint not null,
  address text not null,
  file_key bytea not null,
  created_at timestamptz not null,
  constraint attachment_address unique (address)
);

create table attachment_use (
  attachment_id uuid not null references attachment (id),
  response_id uuid not null references response (id),
  facility_id uuid not null references facility (id),
  constraint attachment_use_once primary key (attachment_id, response_id)
);
create index attachment_use_response on attachment_use (response_id);

create index response_export on response (facility_id, name, completed_at, id) where completed_at is not null;
