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

/// Where documents of a kind are: what is sealed, and how the newest one of a consent is found ($1 facility, $2 consent).
/// Of a decision that was explained afterwards the document that says so counts.
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
                 where facility_id = $1 and consent_id = $2 order by explanation_id desc limit 1",
            ),
            (
                Sealable::Decision,
                "select decision_id, pdf, sha256, at, 'none' from consent_record where facility_id = $1 and consent_id = $2 \
                 order by decision_id desc limit 1",
            ),
        ],
        Paper::Bedside => &[(
            Sealable::Bedside,
            "select bedside_id, pdf, sha256, at, 'none' from consent_bedside_record where facility_id = $1 and consent_id = $2 \
             order by bedside_id desc limit 1",
        )],
    }
}

/// The newest document of a kind, as it was printed.
pub struct Printed {
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

/// The newest document of a kind.
pub async fn newest_document(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
    paper: Paper,
) -> Result<Option<Printed>> {
    for (paper, select) in places(paper) {
        let row: Option<(Uuid, Sealed, String, DateTime<Utc>, String)> =
            q.q(*select).bind(facility).bind(id).opt().await?;
        if let Some((of, pdf, sha256, at, status)) = row {
            return Ok(Some(Printed {
                paper: *paper,
                of,
                sha256,
                at,
                came_sealed: status == "sealed",
                pdf,
            }));
        }
    }
    Ok(None)
}

/// The documents of a consent, each as who asks for it gets it: under its seal, once it has one.
pub async fn kept_documents(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<KeptDocument>> {
    let mut all = Vec::new();
    for paper in Paper::ALL {
        let Some(printed) = newest_document(q, facility, id, *paper).await? else {
            continue;
        };
        let (mut size, mut sha256) = (printed.pdf.plain_len(), printed.sha256);
        if let Some(seal) = seal_of(q, facility, printed.paper, printed.of).await?
            && let Some((version, tail)) = file_version(q, &seal).await?
        {
            size += tail.plain_len();
            sha256 = version.sha256;
        }
        all.push(KeptDocument {
            paper: *paper,
            size,
            sha256,
            at: printed.at,
        });
    }
    Ok(all)
}

/// The column that a document is sealed as.
pub(super) fn column(paper: Sealable) -> &'static str {
    match paper {
        Sealable::Consent => "pdf",
        Sealable::Decision | Sealable::Explanation | Sealable::Bedside => "record",
    }
}
