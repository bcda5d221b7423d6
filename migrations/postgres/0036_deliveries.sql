-- How notices leave the house: one row per notice and channel, and what she allowed WeChat to send her.

create table notice_delivery (
  id uuid not null primary key,
  facility_id uuid not null references facility (id),
  patient_id uuid not null references patient (id),
  account_id uuid not null references account (id),
  notice_id uuid not null references notice (id),
  channel text not null,
  state text not null,
  reason text,
  tries bigint not null,
  unclear bigint not null,
  message_id text,
  due_at timestamptz not null,
  begun_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null,
  constraint notice_delivery_once unique (notice_id, channel)
);
create index notice_delivery_patient on notice_delivery (patient_id);
create index notice_delivery_sending on notice_delivery (account_id) where state = 'sending';
create index notice_delivery_dead on notice_delivery (id) where state = 'dead';
create index notice_delivery_message on notice_delivery (message_id) where message_id is not null;
create index notice_delivery_age on notice_delivery (facility_id, created_at);

create table subscription_entry (
  id uuid not null primary key,
  account_id uuid not null references account (id),
  template text not null,
  word text not null,
  at timestamptz not null
);
create index subscription_entry_account on subscription_entry (account_id, template, id);
create trigger subscription_entry_no_update before update on subscription_entry for each row execute function refuse_change();

create index job_dead on job (id) where state = 'dead';
