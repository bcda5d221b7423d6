-- What a session was opened on, so that its owner can tell one from another.

alter table session add column device text not null default 'unknown';
create index session_account on session (account_id) where ended_at is null;
