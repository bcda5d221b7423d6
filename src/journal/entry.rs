//! One entry: how it is written, and the digests over it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PLATFORM, stamp};
use crate::base::canonical::{self, tagged};
use crate::base::error::{Error, Result};
use crate::base::{Act, Actor, Subject};
use crate::db::Q;

/// An entry to be written.
pub struct Entry<'a> {
    /// Its id.
    pub id: Uuid,
    /// The institution.
    pub facility: Option<Uuid>,
    /// The operation.
    pub act: Act,
    /// Who.
    pub actor: Actor,
    /// About what.
    pub subject: Subject,
    /// Numbers, states and codes; no names, answers or free text (CE-180).
    pub detail: &'a Value,
    /// When.
    pub at: DateTime<Utc>,
    /// The request that it came with.
    pub request_id: Option<&'a str>,
}

/// What the digests of an entry are over.
#[derive(sqlx::FromRow)]
pub(super) struct Digested {
    pub(super) id: Uuid,
    pub(super) act: String,
    pub(super) actor: String,
    pub(super) at: DateTime<Utc>,
    pub(super) subject: String,
    pub(super) payload_sha256: String,
    pub(super) request_id: Option<String>,
}

impl Digested {
    /// The digest that it has before it has a place (decision 41).
    pub(super) fn unsequenced(&self) -> Result<[u8; 32]> {
        let members = json!({
            "act": self.act,
            "actor": self.actor,
            "at": stamp(self.at),
            "id": self.id.to_string(),
            "payload_sha256": self.payload_sha256,
            "subject": self.subject,
        });
        digest("audit/unsequenced/v1", &self.with_request(members))
    }

    /// The entry of CE-145 with its id.
    pub(super) fn members(&self, seq: i64, prev: &str) -> Value {
        self.with_request(json!({
            "actor": self.actor,
            "at": stamp(self.at),
            "id": self.id.to_string(),
            "payload_sha256": self.payload_sha256,
            "prev": prev,
            "seq": seq,
            "subject": self.subject,
            "type": self.act,
        }))
    }

    /// The digest over [`Digested::members`] that is chain link and Merkle leaf.
    pub(super) fn chained(&self, seq: i64, prev: &str) -> Result<[u8; 32]> {
        digest("audit/entry/v1", &self.members(seq, prev))
    }

    fn with_request(&self, mut members: Value) -> Value {
        if let (Some(id), Some(members)) = (&self.request_id, members.as_object_mut()) {
            members.insert("request_id".into(), id.clone().into());
        }
        members
    }
}

fn digest(tag: &str, members: &Value) -> Result<[u8; 32]> {
    let bytes =
        canonical::canonical(members).map_err(|_| Error::broken("a journal entry is not canonical"))?;
    Ok(tagged(tag, &bytes))
}

/// The digest of what an entry says beside its own members, and of the woman it concerns: salted, because both are easy
/// to guess.
pub(super) fn payload(salt: &[u8], detail: &[u8], patient: Option<Uuid>) -> String {
    let patient = patient.unwrap_or_default();
    hex::encode(tagged(
        "audit/payload/v2",
        &[salt, patient.as_bytes(), detail].concat(),
    ))
}

/// As [`payload`], of entries that were written before it covered the woman.
pub(super) fn payload_without_patient(salt: &[u8], detail: &[u8]) -> String {
    hex::encode(tagged("audit/payload/v1", &[salt, detail].concat()))
}

/// Writes an entry inside the caller's transaction; its digest, for a receipt.
pub async fn record(q: &mut impl Q, entry: Entry<'_>) -> Result<[u8; 32]> {
    let salt: [u8; 16] = rand::random();
    let detail =
        canonical::canonical(entry.detail).map_err(|_| Error::broken("a journal detail is not canonical"))?;
    let digested = Digested {
        id: entry.id,
        act: entry.act.word().to_owned(),
        actor: entry.actor.word(),
        at: entry.at,
        subject: entry.subject.word(),
        payload_sha256: payload(&salt, &detail, entry.subject.patient),
        request_id: entry.request_id.map(str::to_owned),
    };
    let digest = digested.unsequenced()?;
    let facility = entry.facility.unwrap_or(PLATFORM);
    q.q("insert into journal_entry (id, facility_id, act, actor, actor_kind, actor_id, at, subject, patient_id, detail, \
         salt, payload_sha256, request_id, entry_digest) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
        .bind(digested.id)
        .bind(facility)
        .bind(digested.act)
        .bind(digested.actor)
        .bind(entry.actor.kind.word())
        .bind(entry.actor.id)
        .bind(digested.at)
        .bind(digested.subject)
        .bind(entry.subject.patient)
        .bind(String::from_utf8_lossy(&detail).into_owned())
        .bind(salt.to_vec())
        .bind(digested.payload_sha256)
        .bind(digested.request_id)
        .bind(digest.to_vec())
        .run()
        .await?;
    q.q("insert into journal_pending (entry_id, facility_id) values ($1, $2)")
        .bind(entry.id)
        .bind(facility)
        .run()
        .await?;
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_the_digests_that_the_members_say() {
        let entry = Digested {
            id: Uuid::nil(),
            act: "consent.issued".to_owned(),
            actor: "staff:1".to_owned(),
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
            subject: "c-1".to_owned(),
            payload_sha256: "00".repeat(32),
            request_id: None,
        };
        let text = format!(
            "{{\"actor\":\"staff:1\",\"at\":\"2026-01-01T00:00:00.000Z\",\"id\":\"{}\",\"payload_sha256\":\"{}\",\
             \"prev\":\"ab\",\"seq\":1,\"subject\":\"c-1\",\"type\":\"consent.issued\"}}",
            Uuid::nil(),
            "00".repeat(32)
        );
        assert_eq!(
            entry.chained(1, "ab").unwrap(),
            tagged("audit/entry/v1", text.as_bytes())
        );
        assert_ne!(entry.chained(2, "ab").unwrap(), entry.chained(1, "ab").unwrap());
        let with_request = Digested {
            request_id: Some("r".to_owned()),
            ..entry
        };
        assert_ne!(
            with_request.chained(1, "ab").unwrap(),
            tagged("audit/entry/v1", text.as_bytes())
        );
    }

    #[test]
    fn the_payload_covers_the_woman() {
        let patient = Some(Uuid::from_bytes([1; 16]));
        assert_ne!(payload(b"s", b"{}", patient), payload(b"s", b"{}", None));
        assert_ne!(payload(b"s", b"{}", patient), payload(b"t", b"{}", patient));
    }
}
