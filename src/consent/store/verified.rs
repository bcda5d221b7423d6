//! Documents by what whoever verifies knows of them: the printed code; and the time of their seals.

use chrono::{DateTime, Utc};

use super::file_version;
use crate::base::error::Result;
use crate::base::id::{ConsentId, FacilityId};
use crate::consent::model::{FileVersion, SealOf};
use crate::db::Q;

/// A document that a code was printed on.
pub struct Coded {
    /// The institution.
    pub facility: FacilityId,
    /// The consent.
    pub consent: ConsentId,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Its seal: when, and the newest file that came of it.
    pub sealed: Option<(DateTime<Utc>, FileVersion)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    facility_id: FacilityId,
    consent_id: ConsentId,
    at: DateTime<Utc>,
    sealed_at: Option<DateTime<Utc>>,
    number: Option<i64>,
    sha256: Option<String>,
    attested_at: Option<DateTime<Utc>>,
    file_at: Option<DateTime<Utc>>,
}

/// Documents with a code; which of them follows.
const CODED: &str = "select d.facility_id, d.consent_id, d.at, s.at as sealed_at, f.number, f.sha256, f.attested_at, \
     f.at as file_at from consent_document d left join consent_seal s on s.paper = 'consent' and s.of_id = d.consent_id \
     left join consent_seal_file f on f.seal_id = s.id \
     and f.number = (select max(number) from consent_seal_file where seal_id = s.id) where";

impl Row {
    fn read(self) -> Coded {
        let version = self.number.zip(self.sha256).zip(self.file_at);
        let version = version.map(|((number, sha256), at)| FileVersion {
            number,
            sha256,
            response: None,
            attested_at: self.attested_at,
            at,
        });
        Coded {
            facility: self.facility_id,
            consent: self.consent_id,
            at: self.at,
            sealed: self.sealed_at.zip(version),
        }
    }
}

/// The document with the code of this digest, of whatever institution: whoever asks does not say of which.
pub async fn coded(q: &mut impl Q, digest: [u8; 32]) -> Result<Option<Coded>> {
    let row: Option<Row> = q
        .q(format!("{CODED} d.code_digest = $1"))
        .bind(digest.to_vec())
        .opt()
        .await?;
    Ok(row.map(Row::read))
}

/// The document that was sealed last; none where there is none.
pub async fn any_coded(q: &mut impl Q) -> Result<Option<Coded>> {
    let row: Option<Row> = q
        .q(format!(
            "{CODED} d.consent_id = (select of_id from consent_seal where paper = 'consent' order by id desc limit 1)"
        ))
        .opt()
        .await?;
    Ok(row.map(Row::read))
}

/// The newest version of a sealed file, without its bytes.
pub async fn newest_version(q: &mut impl Q, seal: &SealOf) -> Result<Option<FileVersion>> {
    Ok(file_version(q, seal).await?.map(|(version, _)| version))
}

/// The responses of time authorities that a sealed file rests on, with the versions that they came for: the first one's
/// token is in the seal, those of later ones are behind it.
pub async fn responses(q: &mut impl Q, seal: &SealOf) -> Result<Vec<(i64, Vec<u8>)>> {
    q.q(
        "select number, response from consent_seal_file where facility_id = $1 and seal_id = $2 \
         and response is not null order by number",
    )
    .bind(seal.facility)
    .bind(seal.id)
    .all()
    .await
}
