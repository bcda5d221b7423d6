//! The work of the log beside the sequencer: checkpoints, copies of them outside, audits, and what happens when one of
//! these finds that the log is not what it was.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::StartFault;
use crate::base::canonical::sha256;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Act, Noun, Subject};
use crate::config::{Config, Fault};
use crate::consent::sealing::attest;
use crate::ctx::Ctx;
use crate::db;
use crate::files::copies::{self, Copies};
use crate::journal::audit::{self, Audit, Scope};
use crate::journal::incident::{self, Kind};
use crate::journal::key_use::Keys;
use crate::journal::restore::{self, Copied, Standing};
use crate::journal::signing::{self, AT_LEAST, Outcome, Signed};
use crate::journal::stamped::{self, Stamp};
use crate::journal::{Log, LogKey, LogPublic, PLATFORM};
use crate::outbox::{self, Message};
use crate::people;
use crate::quality;

/// The key that is made where none is configured (decision 35), and what everybody can see of it.
const TEST_KEY: &str = "log-key.pem";
const TEST_NAME: &str = "test.muan.invalid/log";

/// The key of the settings, or the test key of the data folder.
pub fn open(config: &Config) -> std::result::Result<Log, StartFault> {
    let settings = &config.journal;
    let fault = |why: String| StartFault::Config(Fault::Key(format!("of the journal: {why}")));
    let key = match (&settings.key_file, &settings.key_name) {
        (Some(path), Some(name)) => {
            let pem = std::fs::read_to_string(path)
                .map(zeroize::Zeroizing::new)
                .map_err(|error| fault(format!("{}: {error}", path.display())))?;
            LogKey::from_pem(name, &pem)
        }
        (None, None) => {
            let pem = test_key(&config.data.join(TEST_KEY))
                .map_err(|error| StartFault::Io(config.data.display().to_string(), error))?;
            LogKey::from_pem(TEST_NAME, &pem)
        }
        _ => return Err(fault("set journal.key_file with journal.key_name".to_owned())),
    };
    let former: std::result::Result<Vec<LogPublic>, _> =
        settings.former_keys.split_whitespace().map(str::parse).collect();
    Ok(Log::new(
        key.map_err(|why| fault(why.to_string()))?,
        former.map_err(|why| fault(why.to_string()))?,
    ))
}

fn test_key(path: &Path) -> std::io::Result<zeroize::Zeroizing<String>> {
    let made = LogKey::make().map_err(std::io::Error::other)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match file {
        Ok(mut file) => file.write_all(made.as_bytes())?,
        // It was made before, or by the process beside this one.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(zeroize::Zeroizing::new(std::fs::read_to_string(path)?))
}

/// Signs the heads that are due.
pub async fn sign(ctx: &Ctx) -> Result<()> {
    let now = ctx.clock.now();
    for (facility, outcome) in signing::sign_due(&ctx.db, &ctx.log.key, now).await? {
        if outcome == Outcome::Refused {
            let mut tx = ctx.db.begin().await?;
            raise(ctx, &mut tx, facility, Kind::CheckpointRefused, &json!({})).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// What takes longer: audits that are due, copies that are due. One log's trouble does not stop the others'. True
/// when there was any.
pub async fn look(ctx: &Ctx) -> Result<bool> {
    let now = ctx.clock.now();
    let mut due = audit::due(&ctx.db, now).await?;
    for suspect in ctx.log.take_suspects() {
        // What was found within a day is known; anybody can ask for proofs, and must not keep the audit busy.
        if incident::recent(&mut ctx.view(), suspect, now).await? == 0 {
            due.retain(|(log, _)| *log != suspect);
            due.push((suspect, Scope::Whole));
        }
    }
    let any = !due.is_empty();
    for (facility, scope) in due {
        if let Err(error) = audit_one(ctx, facility, scope).await {
            tracing::error!(facility.id = %facility, %error, "a journal could not be audited");
        }
    }
    if let Err(error) = stamp(ctx).await {
        tracing::error!(%error, "checkpoints could not be time-stamped");
    }
    if let Err(error) = attest::watch(ctx).await {
        tracing::error!(%error, "seals without a time could not be counted");
    }
    if let Err(error) = copy(ctx).await {
        tracing::error!(%error, "checkpoints could not be copied");
    }
    let standing = incident::standing(&ctx.db, now).await?;
    metrics::gauge!("muan_journal_inconsistent_logs").set(standing as f64);
    Ok(any)
}

/// Audits one log, keeps the result and raises an incident for what it found.
pub async fn audit_one(ctx: &Ctx, facility: Uuid, scope: Scope) -> Result<Audit> {
    let now = ctx.clock.now();
    let keys = Keys::of(&mut ctx.view(), &ctx.log).await?;
    let audit = audit::audit(&ctx.db, facility, scope, &keys, now).await?;
    // A log that is not to be trusted is not written to either.
    if ctx.log.is_read_only() {
        return Ok(audit);
    }
    let mut tx = ctx.db.begin().await?;
    audit::note(&mut tx, ctx.ids.make(now), facility, &audit, now).await?;
    if !audit.is_sound() {
        raise(ctx, &mut tx, facility, Kind::LogInconsistent, &audit.detail()).await?;
    }
    tx.commit().await?;
    Ok(audit)
}

/// Notes an incident and calls the quality office, once a day.
async fn raise(ctx: &Ctx, tx: &mut db::Tx, facility: Uuid, kind: Kind, detail: &Value) -> Result<()> {
    let now = ctx.clock.now();
    let id = ctx.ids.make(now);
    if !incident::note(tx, id, facility, kind, detail, now).await? {
        return Ok(());
    }
    tracing::error!(
        facility.id = %facility, incident.id = %id, kind = kind.word(), detail = %detail,
        "security incident: a journal is not what was logged"
    );
    let office = FacilityId(facility);
    let called = incident::recent(tx, facility, now).await? > 1;
    if called || people::facts::find_facility(tx, office).await?.is_none() {
        return Ok(());
    }
    let message = Message {
        kind: quality::jobs::INCIDENT,
        facility: Some(office),
        payload: &json!({ "kind": "log_inconsistent", "at": now }),
        dedupe: Some(format!("{facility} {}", clinic_date(now))),
        due: now,
    };
    outbox::enqueue(tx, ctx.ids.make(now), message, now).await
}

/// Has the newest checkpoint of each log time-stamped, once a day (CE-184).
async fn stamp(ctx: &Ctx) -> Result<()> {
    let (now, mut view) = (ctx.clock.now(), ctx.view());
    for facility in audit::logs(&ctx.db).await? {
        if !stamped::is_due(&mut view, facility, now).await? {
            continue;
        }
        let Some(signed) = signing::newest(&mut view, facility).await? else {
            continue;
        };
        let imprint = sha256(signed.note.as_bytes());
        let got = match ctx.seal.stamp(imprint, || ctx.clock.now()).await {
            Ok(got) => got,
            Err(unattested) => {
                // The other logs would be refused, too; it is tried again within a minute.
                tracing::warn!(reasons = ?unattested.0, "no time authority gave a time-stamp of a checkpoint");
                return Ok(());
            }
        };
        let stamp = Stamp {
            number: signed.number,
            response: &got.response,
            attested_at: got.token.time,
            expires_at: got.token.certificate.not_after(),
        };
        let mut tx = ctx.db.begin().await?;
        stamped::keep(&mut tx, facility, &stamp, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Copies the newest checkpoint of each log outside, once a day.
async fn copy(ctx: &Ctx) -> Result<()> {
    let Some(copies) = &ctx.copies else { return Ok(()) };
    let now = ctx.clock.now();
    let mut view = ctx.view();
    let mut due = Vec::new();
    for facility in audit::logs(&ctx.db).await? {
        let last = restore::last_copy(&mut view, facility, now).await?;
        if last.is_none_or(|last| now - last >= AT_LEAST) {
            let newest = signing::newest(&mut view, facility).await?;
            due.extend(newest.map(|signed| (facility, signed)));
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    // A log that was rolled back must not hide behind a new copy.
    guard(ctx).await?;
    if ctx.log.is_read_only() {
        return Ok(());
    }
    for (facility, signed) in due {
        if let Err(error) = copy_one(ctx, copies, facility, &signed, now).await {
            tracing::error!(facility.id = %facility, %error, "a checkpoint could not be copied");
        }
    }
    Ok(())
}

async fn copy_one(
    ctx: &Ctx,
    copies: &Copies,
    facility: Uuid,
    signed: &Signed,
    now: DateTime<Utc>,
) -> Result<()> {
    let name = copies
        .put(facility, signed.at, signed.size.unsigned_abs(), &signed.note)
        .await?;
    let mut tx = ctx.db.begin().await?;
    restore::copied(&mut tx, facility, now, signed.size, &name).await?;
    tx.commit().await
}

/// The newest copy of each log that a known key signed in its time, if there is one.
async fn newest_copies(ctx: &Ctx, copies: &Copies) -> Result<Vec<(Uuid, Option<Copied>)>> {
    let keys = Keys::of(&mut ctx.view(), &ctx.log).await?;
    // An older one under a newer name, or one of another log, is none.
    let read = |log: Uuid, name: &str, note: &str| {
        let (checkpoint, key) = keys.checkpoint(note).ok()?;
        let own = checkpoint.origin.ends_with(&format!("/{log}"));
        let named = name == copies::name(checkpoint.at, checkpoint.size);
        (own && named).then_some(Copied { checkpoint, key })
    };
    copies.newest(read).await
}

/// Stops all writing while a log is shorter than its newest copy outside, or another one, or has copies of which none can be
/// believed (CE-187).
///
/// Errors: the copies can't be reached; nothing changes then.
pub async fn guard(ctx: &Ctx) -> Result<()> {
    let Some(copies) = &ctx.copies else { return Ok(()) };
    let mut rolled_back = false;
    for (facility, copied) in newest_copies(ctx, copies).await? {
        let Some(copied) = copied else {
            rolled_back = true;
            tracing::error!(
                facility.id = %facility,
                "security incident: of a journal's copies outside none can be believed; nothing is written until an \
                 operator has put the place in order or named the key that signed them"
            );
            continue;
        };
        if let Standing::RolledBack { size } =
            restore::standing(&mut ctx.view(), facility, &copied, &ctx.log).await?
        {
            rolled_back = true;
            tracing::error!(
                facility.id = %facility, size, copied = copied.checkpoint.size,
                "security incident: a journal does not continue its copy outside; nothing is written until an operator \
                 has looked"
            );
        }
    }
    if ctx.log.set_read_only(rolled_back) && !rolled_back {
        tracing::warn!("every journal continues its copy outside again, or was accepted: writing goes on");
    }
    metrics::gauge!("muan_journal_read_only").set(if rolled_back { 1.0 } else { 0.0 });
    Ok(())
}

/// An operator takes a log as it came back; entries of it and in its copy, or none when there was nothing to accept.
///
/// Errors: `Missing` when no copy of it is outside.
pub async fn accept_restore(ctx: &Ctx, facility: Uuid) -> Result<Option<(i64, u64)>> {
    let missing = || Error::Missing(Noun::Document);
    let copies = ctx.copies.as_ref().ok_or_else(missing)?;
    let newest = newest_copies(ctx, copies).await?;
    let copied = newest
        .into_iter()
        .find(|(log, _)| *log == facility)
        .and_then(|(_, copied)| copied)
        .ok_or_else(missing)?;
    let Standing::RolledBack { size } =
        restore::standing(&mut ctx.view(), facility, &copied, &ctx.log).await?
    else {
        return Ok(None);
    };
    let copied = copied.checkpoint;
    ctx.log.set_read_only(false);
    let mut tx = ctx.write(Act::JournalAcceptRestore).await?;
    let now = tx.now;
    let id = tx.id();
    restore::accept(&mut tx, id, facility, &copied, &ctx.log.key, now).await?;
    let detail = json!({ "size": size, "copied_size": copied.size, "copied_root": hex::encode(copied.root) });
    let id = tx.id();
    incident::note(&mut tx, id, facility, Kind::LogRolledBack, &detail, now).await?;
    let institution = (facility != PLATFORM).then_some(FacilityId(facility));
    let subject = Subject::thing("log", facility);
    tx.journal_own(Act::JournalAcceptRestore, institution, subject, detail)
        .await?;
    tx.commit().await?;
    guard(ctx).await?;
    Ok(Some((size, copied.size)))
}
