-- What WeChat pushed about an account: once, however often it was delivered, sealed with the account.

create table wechat_event (
  id blob not null primary key,
  account_id blob not null references account (id),
  mark blob not null,
  kind text not null,
  content blob not null,
  happened_at text not null,
  at text not null,
  taken_at text,
  constraint wechat_event_once unique (mark)
);
create index wechat_event_account on wechat_event (account_id, happened_at);
create index wechat_event_age on wechat_event (at);
