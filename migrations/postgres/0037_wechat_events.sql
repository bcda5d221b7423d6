-- What WeChat pushed about an account: once, however often it was delivered, sealed with the account.

create table wechat_event (
  id uuid not null primary key,
  account_id uuid not null references account (id),
  mark bytea not null,
  kind text not null,
  content bytea not null,
  happened_at timestamptz not null,
  at timestamptz not null,
  taken_at timestamptz,
  constraint wechat_event_once unique (mark)
);
create index wechat_event_account on wechat_event (account_id, happened_at);
create index wechat_event_age on wechat_event (at);
