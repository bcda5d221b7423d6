//! The few texts that can't be the same on both engines, side by side.

use super::run::{Sql, per};

/// Claims due jobs of the outbox: PostgreSQL skips rows that another worker holds, SQLite has one writer anyway.
/// Binds: now, how many, lease until, worker, kinds between commas, whether a job is one of them.
pub const CLAIM_JOBS: Sql = per(
    "with c as materialized (select id from job where state in ('ready','leased') and run_at <= $1 \
       and (lease_until is null or lease_until < $1) and ($5 like '%,' || kind || ',%') = $6 \
       order by run_at, id limit $2) \
     update job set state = 'leased', attempts = attempts + 1, lease_until = $3, leased_by = $4 \
     where id in (select id from c) returning id, facility_id, kind, payload, attempts, run_at",
    "with c as materialized (select id from job where state in ('ready','leased') and run_at <= $1 \
       and (lease_until is null or lease_until < $1) and ($5 like '%,' || kind || ',%') = $6 \
       order by run_at, id limit $2 for update skip locked) \
     update job set state = 'leased', attempts = attempts + 1, lease_until = $3, leased_by = $4 \
     where id in (select id from c) returning id, facility_id, kind, payload, attempts, run_at",
);

/// How long a second call with the same idempotency key waits for the first. SQLite's one writer waits by itself.
pub const WAIT_FOR_TWIN: Sql = per("select 1", "set local lock_timeout = '5s'");

/// Back to the usual lock wait after [`WAIT_FOR_TWIN`].
pub const WAIT_AS_USUAL: Sql = per("select 1", "set local lock_timeout = 0");

/// Locks a pregnancy's row until the transaction ends; the one lock order begins there. SQLite has one writer anyway.
/// Binds: facility, episode.
pub const LOCK_EPISODE: Sql = per(
    "select id from episode where facility_id = $1 and id = $2",
    "select id from episode where facility_id = $1 and id = $2 for update",
);

/// Locks a woman's record until the transaction ends: a legal hold and the destruction of the record wait for each
/// other. SQLite has one writer anyway. Binds: facility, woman.
pub const LOCK_PATIENT: Sql = per(
    "select destroyed_at from patient where facility_id = $1 and id = $2",
    "select destroyed_at from patient where facility_id = $1 and id = $2 for update",
);

/// Locks an account of staff until the transaction ends: parallel guesses must not share one count. SQLite has one writer
/// anyway. Binds: facility, staff member.
pub const LOCK_STAFF: Sql = per(
    "select id from staff where facility_id = $1 and id = $2",
    "select id from staff where facility_id = $1 and id = $2 for no key update",
);

/// Locks a woman's account until the transaction ends: two messages to her must not share one permission. SQLite has one
/// writer anyway. Binds: account.
pub const LOCK_ACCOUNT: Sql = per(
    "select id from account where id = $1",
    "select id from account where id = $1 for no key update",
);

/// Locks a list of records to be destroyed, so that of two approvals one is the second. A lock of its own: a row of an
/// immutable table could only be locked by who may change it. Binds: facility, list.
pub const LOCK_DESTRUCTION_LIST: Sql = per(
    "select id from destruction_list where facility_id = $1 and id = $2",
    "with l as materialized (select pg_advisory_xact_lock(hashtextextended($2::text, 0))) \
     select d.id from l, destruction_list d where d.facility_id = $1 and d.id = $2",
);

/// Locks a sealing of a record, so that of two who sign, list or end it one is the second; as [`LOCK_DESTRUCTION_LIST`].
/// Binds: facility, sealing.
pub const LOCK_SEAL: Sql = per(
    "select id from record_seal where facility_id = $1 and id = $2",
    "with l as materialized (select pg_advisory_xact_lock(hashtextextended($2::text, 0))) \
     select r.id from l, record_seal r where r.facility_id = $1 and r.id = $2",
);

/// Holds back every other act on a hospital's consent templates until the transaction ends, and whoever prepares or
/// releases a consent from one. It stands for the templates, some of which are the release's and have no row: the
/// hospital's row is locked in a way that rows pointing to it don't mind. SQLite has one writer anyway. Binds: facility.
pub const LOCK_TEMPLATES: Sql = per(
    "select id from facility where id = $1",
    "select id from facility where id = $1 for no key update",
);

/// Holds back every other registration at a hospital until the transaction ends: of two at once the second must see the
/// first, or one woman gets two records and two women one number. Binds: facility.
pub const LOCK_REGISTER: Sql = LOCK_TEMPLATES;

/// The other side of [`LOCK_TEMPLATES`]: many at once, none while a template changes its state. Binds: facility.
pub const HOLD_TEMPLATES: Sql = per(
    "select id from facility where id = $1",
    "select id from facility where id = $1 for share",
);
