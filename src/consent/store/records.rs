//! The documents of a consent and of what came after it: of a decision, of an explanation, of the bedside. Each table has
//! the same columns beside its own key; a document is kept once and never changed. What is on it stands in `seals`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{file_version, seal_of};
use crate::base::error::Result;
use crate::base::id::{ConsentId, FacilityId};
use crate::consent::model::{Consent, KeptDocument, Paper, Sealable};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// Keeps the document of `of` by `insert` ($1 of, facility, consent, pdf, SHA-256, at); false when there is one.
pub(super) async fn keep(
    tx: &mut Tx,
    insert: &'static str,
    consent: &Consent,
    of: Uuid,
    (pdf, sha256): (&[u8], &str),
) -> Result<bool> {
    let facility = Some(consent.facility_id);
    let pdf = tx
        .seal_bytes(facility, of, Class::Document, "record", pdf)
        .await?;
    let now = tx.now;
    let added = tx
        .q(insert)
        .bind(of)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(pdf)
        .bind(sha256.to_owned())
        .bind(now)
        .run()
        .await?;
    Ok(added == 1)
}

/// Where documents of a kind are: what is sealed, and how those of a consent are found ($1 facility, $2 consent), newest
/// first. Of a decision that was explained afterwards the document that says so counts.
fn places(paper: Paper) -> &'static [(Sealable, &'static str)] {
    match paper {
        Paper::Consent => &[(
            Sealable::Consent,
            "select consent_id, pdf, sha256, at, sealing_status from consent_document where facility_id = $1 and consent_id = $2",
        )],
        Paper::Decision => &[
            (
                Sealable::Explanation,
                "select explanation_id, pdf, sha256, at, 'none' from consent_explanation_record \
                 where facility_id = $1 and consent_id = $2 order by explanation_id desc",
            ),
            (
                Sealable::Decision,
                "select decision_id, pdf, sha256, at, 'none' from consent_record where facility_id = $1 and consent_id = $2 \
                 order by decision_id desc",
            ),
        ],
        Paper::Bedside => &[(
            Sealable::Bedside,
            "select bedside_id, pdf, sha256, at, 'none' from consent_bedside_record where facility_id = $1 and consent_id = $2 \
             order by bedside_id desc",
        )],
    }
}

/// A document, as it was printed.
pub struct Printed {
    /// Of which kind.
    pub kind: Paper,
    /// What is to be sealed.
    pub paper: Sealable,
    /// Whose.
    pub of: Uuid,
    /// SHA-256 of the printed document, lower-case hex.
    pub sha256: String,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// It was put in force with its seal, so that one without is not what was kept.
    pub came_sealed: bool,
    pdf: Sealed,
}

impl Printed {
    /// Its bytes.
    pub async fn bytes(&self, r: &mut impl Records) -> Result<Vec<u8>> {
        let column = column(self.paper);
        Ok(r.open_bytes(self.of, column, &self.pdf).await?.to_vec())
    }
}

type Row = (Uuid, Sealed, String, DateTime<Utc>, String);

fn printed(kind: Paper, paper: Sealable, (of, pdf, sha256, at, status): Row) -> Printed {
    Printed {
        kind,
        paper,
        of,
        sha256,
        at,
        came_sealed: status == "sealed",
        pdf,
    }
}

/// The newest document of a kind.
pub async fn newest_document(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
    kind: Paper,
) -> Result<Option<Printed>> {
    for (paper, select) in places(kind) {
        let newest = format!("{select} limit 1");
        let row: Option<Row> = q.q(newest).bind(facility).bind(id).opt().await?;
        if let Some(row) = row {
            return Ok(Some(printed(kind, *paper, row)));
        }
    }
    Ok(None)
}

/// All documents of a consent, of each kind the newest first: what came later takes no earlier one's place in the record.
pub async fn every_document(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Vec<Printed>> {
    let mut all = Vec::new();
    for kind in Paper::ALL {
        for (paper, select) in places(*kind) {
            let rows: Vec<Row> = q.q(*select).bind(facility).bind(id).all().await?;
            all.extend(rows.into_iter().map(|row| printed(*kind, *paper, row)));
        }
    }
    Ok(all)
}

/// The documents of a consent, of each kind the newest, each as who asks for it gets it.
pub async fn kept_documents(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<KeptDocument>> {
    let mut all = Vec::new();
    for paper in Paper::ALL {
        if let Some(printed) = newest_document(q, facility, id, *paper).await? {
            all.push(kept(q, facility, &printed).await?);
        }
    }
    Ok(all)
}

/// A document as who asks for it gets it: under its seal, once it has one.
pub async fn kept(q: &mut impl Q, facility: FacilityId, printed: &Printed) -> Result<KeptDocument> {
    let (mut size, mut sha256) = (printed.pdf.plain_len(), printed.sha256.clone());
    if let Some(seal) = seal_of(q, facility, printed.paper, printed.of).await?
        && let Some((version, tail)) = file_version(q, &seal).await?
    {
        size += tail.plain_len();
        sha256 = version.sha256;
    }
    Ok(KeptDocument {
        paper: printed.kind,
        size,
        sha256,
        at: printed.at,
    })
}

/// The column that a document is sealed as.
pub(super) fn column(paper: Sealable) -> &'static str {
    match paper {
        Sealable::Consent => "pdf",
        Sealable::Decision | Sealable::Explanation | Sealable::Bedside => "record",
    }
}
