//! A guardian's word on a child's data: insert-only.

use chrono::{DateTime, Utc};

use crate::base::error::Result;
use crate::base::id::{AgreementId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::caller::Mine;
use crate::people::model::GuardianWord;
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct WordRow {
    id: AgreementId,
    kind: String,
    version: String,
    sha256: String,
    accepted: bool,
    guardian: Sealed,
    staff_id: StaffId,
    checked_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
}

/// Keeps a guardian's word.
pub async fn add_guardian_word(tx: &mut Tx, child: Mine, word: &GuardianWord) -> Result<()> {
    let guardian = tx
        .seal_json(
            Some(child.facility),
            word.id,
            Class::Identity,
            "guardian",
            &word.guardian,
        )
        .await?;
    tx.q(
        "insert into guardian_agreement (id, facility_id, patient_id, kind, version, sha256, accepted, guardian, staff_id, \
          checked_at, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(word.id)
    .bind(child.facility)
    .bind(child.patient)
    .bind(word.kind.clone())
    .bind(word.version.clone())
    .bind(word.sha256.clone())
    .bind(word.accepted)
    .bind(guardian)
    .bind(word.staff)
    .bind(word.checked_at)
    .bind(word.at)
    .run()
    .await?;
    Ok(())
}

/// What guardians said of a child's data, oldest first.
pub async fn guardian_words(r: &mut impl Records, child: Mine) -> Result<Vec<GuardianWord>> {
    let rows: Vec<WordRow> = r
        .q(
            "select id, kind, version, sha256, accepted, guardian, staff_id, checked_at, at from guardian_agreement \
            where facility_id = $1 and patient_id = $2 order by id",
        )
        .bind(child.facility)
        .bind(child.patient)
        .all()
        .await?;
    let mut words = Vec::with_capacity(rows.len());
    for row in rows {
        words.push(GuardianWord {
            guardian: r.open_json(row.id, "guardian", &row.guardian).await?,
            id: row.id,
            kind: row.kind,
            version: row.version,
            sha256: row.sha256,
            accepted: row.accepted,
            staff: row.staff_id,
            checked_at: row.checked_at,
            at: row.at,
        });
    }
    Ok(words)
}
