//! Entries that have their place, with all that their digests are over: as somebody outside is told them.

use serde_json::Value;
use uuid::Uuid;

use super::entry::{Digested, payload};
use crate::base::Subject;
use crate::base::error::Result;
use crate::db::Q;

/// An entry that has its place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Its id.
    pub id: Uuid,
    /// The act's word.
    pub act: String,
    /// From 1.
    pub seq: i64,
    /// The entry of CE-145, whose digest is the leaf.
    pub entry: Value,
    /// What it says beside its own members.
    pub detail: Value,
    /// The salt of the digest over that: 16 bytes.
    pub salt: Vec<u8>,
    /// Whom it concerns, the nil id for nobody; none where the digest does not cover it.
    pub patient: Option<Uuid>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    digested: Digested,
    patient_id: Option<Uuid>,
    detail: String,
    salt: Vec<u8>,
    seq: i64,
    prev: String,
}

impl Row {
    fn read(self) -> Result<Placed> {
        let covered = payload(&self.salt, self.detail.as_bytes(), self.patient_id);
        let patient = self.patient_id.unwrap_or_default();
        Ok(Placed {
            id: self.digested.id,
            act: self.digested.act.clone(),
            seq: self.seq,
            entry: self.digested.members(self.seq, &self.prev),
            detail: serde_json::from_str(&self.detail)?,
            salt: self.salt,
            patient: (covered == self.digested.payload_sha256).then_some(patient),
        })
    }
}

/// Whether an entry is on its way to its place; one that is neither there nor on its way was taken away.
pub async fn waits(q: &mut impl Q, id: Uuid) -> Result<bool> {
    let row: Option<(Uuid,)> = q
        .q("select entry_id from journal_pending where entry_id = $1")
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// What was written about one woman's subject and has its place, in the order of the log.
pub async fn of_subject(q: &mut impl Q, facility: Uuid, subject: Subject) -> Result<Vec<Placed>> {
    let rows: Vec<Row> = q
        .q(
            "select e.id, e.act, e.actor, e.at, e.subject, e.payload_sha256, e.request_id, e.patient_id, e.detail, \
            e.salt, c.seq, c.prev from journal_entry e join journal_chain c on c.entry_id = e.id \
            where e.patient_id = $1 and e.facility_id = $2 and e.subject = $3 order by c.seq",
        )
        .bind(subject.patient)
        .bind(facility)
        .bind(subject.word())
        .all()
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// One entry, once it has its place.
pub async fn one(q: &mut impl Q, facility: Uuid, id: Uuid) -> Result<Option<Placed>> {
    let row: Option<Row> = q
        .q(
            "select e.id, e.act, e.actor, e.at, e.subject, e.payload_sha256, e.request_id, e.patient_id, e.detail, \
            e.salt, c.seq, c.prev from journal_entry e join journal_chain c on c.entry_id = e.id \
            where e.facility_id = $1 and e.id = $2",
        )
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    row.map(Row::read).transpose()
}
