//! Seals on the documents of consents, and the files that came of them: insert-only.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::records::column;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId};
use crate::consent::model::{Consent, FileVersion, SealOf, Sealable};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    facility_id: FacilityId,
    consent_id: ConsentId,
    paper: String,
    of_id: Uuid,
    root: Option<String>,
    signed_sha256: String,
    certificate_sha256: String,
    revocation: String,
    sm2: Option<Vec<u8>>,
    sm2_key: Option<Vec<u8>>,
    level: String,
    entry_id: Uuid,
    at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> Result<SealOf> {
        Ok(SealOf {
            id: self.id,
            facility: self.facility_id,
            consent: self.consent_id,
            paper: Sealable::parse(&self.paper)
                .ok_or_else(|| Error::broken("a seal on an unknown document"))?,
            of: self.of_id,
            root: self.root,
            signed_sha256: self.signed_sha256,
            certificate_sha256: self.certificate_sha256,
            revocation: self.revocation,
            national: self.sm2.zip(self.sm2_key),
            level: self.level,
            entry: self.entry_id,
            at: self.at,
        })
    }
}

/// Keeps a seal; false when the document has one.
pub async fn add_seal(tx: &mut Tx, seal: &SealOf) -> Result<bool> {
    let (sm2, sm2_key) = seal.national.clone().unzip();
    let added = tx
        .q(
            "insert into consent_seal (id, facility_id, consent_id, paper, of_id, root, signed_sha256, certificate_sha256, \
            revocation, sm2, sm2_key, level, entry_id, at) \
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
            on conflict (paper, of_id) do nothing",
        )
        .bind(seal.id)
        .bind(seal.facility)
        .bind(seal.consent)
        .bind(seal.paper.word())
        .bind(seal.of)
        .bind(seal.root.clone())
        .bind(seal.signed_sha256.clone())
        .bind(seal.certificate_sha256.clone())
        .bind(seal.revocation.clone())
        .bind(sm2)
        .bind(sm2_key)
        .bind(seal.level.clone())
        .bind(seal.entry)
        .bind(seal.at)
        .run()
        .await?;
    Ok(added == 1)
}

/// Keeps a file of a seal: what follows the printed document in it; false when that version is there already.
pub async fn add_file(tx: &mut Tx, seal: &SealOf, version: &FileVersion, tail: &[u8]) -> Result<bool> {
    let tail = tx
        .seal_bytes(Some(seal.facility), seal.id, Class::Document, "tail", tail)
        .await?;
    let added = tx
        .q(
            "insert into consent_seal_file (seal_id, number, facility_id, sha256, tail, response, attested_at, at) \
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (seal_id, number) do nothing",
        )
        .bind(seal.id)
        .bind(version.number)
        .bind(seal.facility)
        .bind(version.sha256.clone())
        .bind(tail)
        .bind(version.response.clone())
        .bind(version.attested_at)
        .bind(version.at)
        .run()
        .await?;
    Ok(added == 1)
}

/// Keeps a sealed document whose consent had moved on before it was there (CE-046).
pub async fn add_orphan(tx: &mut Tx, consent: &Consent, signed: &str, pdf: &[u8]) -> Result<()> {
    let id: Uuid = tx.id();
    let facility = Some(consent.facility_id);
    let pdf = tx
        .seal_bytes(facility, id, Class::Document, "orphan", pdf)
        .await?;
    let now = tx.now;
    tx.q(
        "insert into consent_seal_orphan (id, facility_id, consent_id, revision, signed_sha256, pdf, at) \
          values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(consent.facility_id)
    .bind(consent.id)
    .bind(consent.revision)
    .bind(signed.to_owned())
    .bind(pdf)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// The seal with this id, of whatever institution: for the jobs that an id alone is given.
pub async fn seal(q: &mut impl Q, facility: FacilityId, id: Uuid) -> Result<Option<SealOf>> {
    let row: Option<Row> = q
        .q("select * from consent_seal where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    row.map(Row::read).transpose()
}

/// The seal on a document.
pub async fn seal_of(
    q: &mut impl Q,
    facility: FacilityId,
    paper: Sealable,
    of: Uuid,
) -> Result<Option<SealOf>> {
    let row: Option<Row> = q
        .q("select * from consent_seal where facility_id = $1 and paper = $2 and of_id = $3")
        .bind(facility)
        .bind(paper.word())
        .bind(of)
        .opt()
        .await?;
    row.map(Row::read).transpose()
}

/// The seal over these signed bytes, of whatever institution: whoever verifies does not say of which.
pub async fn seal_by_signed(q: &mut impl Q, signed_sha256: &str) -> Result<Option<SealOf>> {
    let row: Option<Row> = q
        .q("select * from consent_seal where signed_sha256 = $1")
        .bind(signed_sha256.to_owned())
        .opt()
        .await?;
    row.map(Row::read).transpose()
}

/// The seal whose file has this digest, in whatever version and of whatever institution.
pub async fn seal_by_file(q: &mut impl Q, sha256: &str) -> Result<Option<SealOf>> {
    let row: Option<Row> = q
        .q(
            "select s.* from consent_seal s join consent_seal_file f on f.seal_id = s.id \
            where f.sha256 = $1 limit 1",
        )
        .bind(sha256.to_owned())
        .opt()
        .await?;
    row.map(Row::read).transpose()
}

/// The newest version of a sealed file with what follows the printed document in it, sealed.
pub(super) async fn file_version(q: &mut impl Q, seal: &SealOf) -> Result<Option<(FileVersion, Sealed)>> {
    type Version = (
        i64,
        String,
        Option<Vec<u8>>,
        Option<DateTime<Utc>>,
        DateTime<Utc>,
        Sealed,
    );
    let row: Option<Version> = q
        .q(
            "select number, sha256, response, attested_at, at, tail from consent_seal_file \
            where facility_id = $1 and seal_id = $2 order by number desc limit 1",
        )
        .bind(seal.facility)
        .bind(seal.id)
        .opt()
        .await?;
    Ok(row.map(|(number, sha256, response, attested_at, at, tail)| {
        let version = FileVersion {
            number,
            sha256,
            response,
            attested_at,
            at,
        };
        (version, tail)
    }))
}

/// The newest version of a sealed file: the printed document with what follows it.
pub async fn sealed_file(r: &mut impl Records, seal: &SealOf) -> Result<(Vec<u8>, FileVersion)> {
    let gone = || Error::broken("a seal without its file");
    let (version, tail) = file_version(r, seal).await?.ok_or_else(gone)?;
    let (_, mut file) = printed(r, seal.facility, seal.paper, seal.of)
        .await?
        .ok_or_else(gone)?;
    file.extend_from_slice(&r.open_bytes(seal.id, "tail", &tail).await?);
    Ok((file, version))
}

/// A document as it was printed, without a seal, and the consent that it belongs to.
pub async fn printed(
    r: &mut impl Records,
    facility: FacilityId,
    paper: Sealable,
    of: Uuid,
) -> Result<Option<(ConsentId, Vec<u8>)>> {
    let select = match paper {
        Sealable::Consent => {
            "select consent_id, pdf from consent_document where facility_id = $1 and consent_id = $2"
        }
        Sealable::Decision => {
            "select consent_id, pdf from consent_record where facility_id = $1 and decision_id = $2"
        }
        Sealable::Explanation => {
            "select consent_id, pdf from consent_explanation_record where facility_id = $1 and explanation_id = $2"
        }
        Sealable::Bedside => {
            "select consent_id, pdf from consent_bedside_record where facility_id = $1 and bedside_id = $2"
        }
    };
    let row: Option<(ConsentId, Sealed)> = r.q(select).bind(facility).bind(of).opt().await?;
    match row {
        Some((consent, pdf)) => {
            let bytes = r.open_bytes(of, column(paper), &pdf).await?;
            Ok(Some((consent, bytes.to_vec())))
        }
        None => Ok(None),
    }
}

/// Documents of one kind that no seal is on, of all institutions, behind the last one that was looked at: at most this
/// many. None are left when it is empty.
pub async fn unsealed(
    q: &mut impl Q,
    after: Option<(Sealable, Uuid)>,
    most: i64,
) -> Result<Vec<(FacilityId, Sealable, Uuid)>> {
    let kinds = [
        (
            Sealable::Consent,
            "select d.facility_id, d.consent_id from consent_document d left join consent_seal s \
             on s.paper = 'consent' and s.of_id = d.consent_id \
             where s.id is null and d.consent_id > $1 order by d.consent_id limit $2",
        ),
        (
            Sealable::Decision,
            "select d.facility_id, d.decision_id from consent_record d left join consent_seal s \
             on s.paper = 'decision' and s.of_id = d.decision_id \
             where s.id is null and d.decision_id > $1 order by d.decision_id limit $2",
        ),
        (
            Sealable::Explanation,
            "select d.facility_id, d.explanation_id from consent_explanation_record d left join consent_seal s \
             on s.paper = 'explanation' and s.of_id = d.explanation_id \
             where s.id is null and d.explanation_id > $1 order by d.explanation_id limit $2",
        ),
        (
            Sealable::Bedside,
            "select d.facility_id, d.bedside_id from consent_bedside_record d left join consent_seal s \
             on s.paper = 'bedside' and s.of_id = d.bedside_id \
             where s.id is null and d.bedside_id > $1 order by d.bedside_id limit $2",
        ),
    ];
    let first = after.map_or(Sealable::Consent, |(paper, _)| paper);
    let mut behind = after.map_or(Uuid::nil(), |(_, of)| of);
    for (paper, select) in kinds.into_iter().skip_while(|(paper, _)| *paper != first) {
        let rows: Vec<(FacilityId, Uuid)> = q.q(select).bind(behind).bind(most).all().await?;
        if !rows.is_empty() {
            return Ok(rows
                .into_iter()
                .map(|(facility, of)| (facility, paper, of))
                .collect());
        }
        behind = Uuid::nil();
    }
    Ok(Vec::new())
}

/// Seals without a time that anybody attests, oldest first: id, institution, when.
pub async fn unattested(q: &mut impl Q) -> Result<Vec<(Uuid, FacilityId, DateTime<Utc>)>> {
    q.q("select s.id, s.facility_id, s.at from consent_seal s where not exists \
         (select 1 from consent_seal_file f where f.seal_id = s.id and f.attested_at is not null) order by s.id limit 1000")
        .all()
        .await
}

/// How many seals there are, of all institutions.
pub async fn count_seals(q: &mut impl Q) -> Result<i64> {
    let (count,): (i64,) = q.q("select count(*) from consent_seal").one().await?;
    Ok(count)
}

/// When the next sealed file gets a time-stamp of a newer authority.
pub async fn next_renewal(q: &mut impl Q) -> Result<Option<DateTime<Utc>>> {
    let row: Option<(DateTime<Utc>,)> = q
        .q("select run_at from job where kind = 'consent.preserve' and state in ('ready', 'leased') order by run_at limit 1")
        .opt()
        .await?;
    Ok(row.map(|(due,)| due))
}
