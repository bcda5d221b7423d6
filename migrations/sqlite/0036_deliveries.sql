-- How notices leave the house: one row per notice and channel, and what she allowed WeChat to send her.

create table notice_delivery (
  id blob not null primary key,
  facility_id blob not null references facility (id),
  patient_id blob not null references patient (id),
  account_id blob not null references account (id),
  notice_id blob not null references notice (id),
  channel text not null,
  state text not null,
  reason text,
  tries bigint not null,
  unclear bigint not null,
  message_id text,
  due_at text not null,
  begun_at text,
  ended_at text,
  created_at text not null,
  constraint notice_delivery_once unique (notice_id, channel)
);
create index notice_delivery_patient on notice_delivery (patient_id);
create index notice_delivery_sending on notice_delivery (account_id) where state = 'sending';
create index notice_delivery_dead on notice_delivery (id) where state = 'dead';
create index notice_delivery_message on notice_delivery (message_id) where message_id is not null;
create index notice_delivery_age on notice_delivery (facility_id, created_at);

create table subscription_entry (
  id blob not null primary key,
  account_id blob not null references account (id),
  template text not null,
  word text not null,
  at text not null
);
create index subscription_entry_account on subscription_entry (account_id, template, id);
create trigger subscription_entry_no_update before update on subscription_entry begin select raise(abort, 'subscription_entry is immutable'); end;

create index job_dead on job (id) where state = 'dead';
