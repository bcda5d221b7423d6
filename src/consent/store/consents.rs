//! The instance, what it stands on and what was shown.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::base::Locale;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, EpisodeId, FacilityId, PatientId, StaffId};
use crate::consent::model::{Basis, Consent, ConsentForm, Medium, Risks, State, TechniqueClass};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::vault::{Class, Sealed};

const COLUMNS: &str = "id, facility_id, patient_id, episode_id, procedure_class, template_id, locale, basis, form, medium, technique_class, \
     state, revision, requested, presented_sha256, issued_at, sign_deadline, understood_at, failed_rounds, signed_at, countersign_due_at, \
     activated_at, valid_until, started_at, ended_at, created_at";

#[derive(sqlx::FromRow)]
struct Row {
    id: ConsentId,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    procedure_class: String,
    template_id: String,
    locale: String,
    basis: String,
    form: String,
    medium: String,
    technique_class: String,
    state: String,
    revision: i64,
    requested: bool,
    presented_sha256: Option<String>,
    issued_at: Option<DateTime<Utc>>,
    sign_deadline: Option<DateTime<Utc>>,
    understood_at: Option<DateTime<Utc>>,
    failed_rounds: i64,
    signed_at: Option<DateTime<Utc>>,
    countersign_due_at: Option<DateTime<Utc>>,
    activated_at: Option<DateTime<Utc>>,
    valid_until: Option<DateTime<Utc>>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Consent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Consent> {
        let unknown = || Error::broken("a consent holds an unknown word");
        Ok(Consent {
            receipt: None,
            form: ConsentForm::parse(&row.form).ok_or_else(unknown)?,
            medium: Medium::parse(&row.medium).ok_or_else(unknown)?,
            technique_class: TechniqueClass::parse(&row.technique_class).ok_or_else(unknown)?,
            state: State::parse(&row.state)
                .ok_or_else(|| Error::broken("a consent is in an unknown state"))?,
            basis: Basis::parse(&row.basis)
                .ok_or_else(|| Error::broken("a consent is signed by an unknown right"))?,
            locale: Locale::parse(&row.locale).ok_or_else(|| Error::broken("a consent has no language"))?,
            id: row.id,
            facility_id: row.facility_id,
            patient_id: row.patient_id,
            episode_id: row.episode_id,
            procedure_class: row.procedure_class,
            template_id: row.template_id,
            revision: row.revision,
            requested: row.requested,
            presented_sha256: row.presented_sha256,
            issued_at: row.issued_at,
            sign_deadline: row.sign_deadline,
            understood_at: row.understood_at,
            failed_rounds: row.failed_rounds,
            signed_at: row.signed_at,
            countersign_due_at: row.countersign_due_at,
            activated_at: row.activated_at,
            valid_until: row.valid_until,
            started_at: row.started_at,
            ended_at: row.ended_at,
            created_at: row.created_at,
        })
    }
}

/// Adds a draft; false when one for the same procedure is open.
pub async fn add_consent(
    tx: &mut Tx,
    consent: &Consent,
    template_code: &str,
    by: uuid::Uuid,
) -> Result<bool> {
    let added = tx
        .q("insert into consent (id, facility_id, patient_id, episode_id, procedure_class, template_code, template_id, locale, \
            basis, medium, state, revision, requested, prepared_by_id, failed_rounds, created_at) \
            values ($1, $2, $3, $4, $5, $6, $7, $8, $14, 'electronic', $9, $10, $11, $12, 0, $13) on conflict do nothing")
        .bind(consent.id)
        .bind(consent.facility_id)
        .bind(consent.patient_id)
        .bind(consent.episode_id)
        .bind(consent.procedure_class.clone())
        .bind(template_code.to_owned())
        .bind(consent.template_id.clone())
        .bind(consent.locale.tag())
        .bind(consent.state.word())
        .bind(consent.revision)
        .bind(consent.requested)
        .bind(by)
        .bind(consent.created_at)
        .bind(consent.basis.word())
        .run()
        .await?;
    Ok(added == 1)
}

/// One consent of this hospital.
pub async fn consent(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Option<Consent>> {
    let row: Option<Row> = q
        .q(format!(
            "select {COLUMNS} from consent where facility_id = $1 and id = $2"
        ))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    row.map(Consent::try_from).transpose()
}

/// Writes state, revision and times; false when another act was first.
pub async fn save_consent(tx: &mut Tx, consent: &Consent, before: i64) -> Result<bool> {
    let saved = tx
        .q("update consent set state = $4, revision = $5, presented_sha256 = $6, issued_at = $7, sign_deadline = $8, \
            understood_at = $9, failed_rounds = $10, signed_at = $11, countersign_due_at = $12, activated_at = $13, \
            valid_until = $14, ended_at = $15, basis = $16, form = $17, medium = $18, technique_class = $19, started_at = $20 where facility_id = $1 and id = $2 and revision = $3")
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(before)
        .bind(consent.state.word())
        .bind(consent.revision)
        .bind(consent.presented_sha256.clone())
        .bind(consent.issued_at)
        .bind(consent.sign_deadline)
        .bind(consent.understood_at)
        .bind(consent.failed_rounds)
        .bind(consent.signed_at)
        .bind(consent.countersign_due_at)
        .bind(consent.activated_at)
        .bind(consent.valid_until)
        .bind(consent.ended_at)
        .bind(consent.basis.word())
        .bind(consent.form.word())
        .bind(consent.medium.word())
        .bind(consent.technique_class.word())
        .bind(consent.started_at)
        .run()
        .await?;
    Ok(saved == 1)
}

/// The consents of a pregnancy, oldest first.
pub async fn of_episode(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Vec<Consent>> {
    let rows: Vec<Row> = q
        .q(format!(
            "select {COLUMNS} from consent where facility_id = $1 and episode_id = $2 order by id"
        ))
        .bind(facility)
        .bind(episode)
        .all()
        .await?;
    rows.into_iter().map(Consent::try_from).collect()
}

/// What a list asks for.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// One woman.
    pub patient: Option<PatientId>,
    /// Any of these states; empty means all.
    pub states: Vec<State>,
    /// Also drafts that she did not ask for.
    pub all_drafts: bool,
}

/// Consents, newest first, after a key.
pub async fn consents(
    q: &mut impl Q,
    facility: FacilityId,
    filter: &ListFilter,
    after: Option<ConsentId>,
    limit: i64,
) -> Result<Vec<Consent>> {
    let mut text = format!("select {COLUMNS} from consent where facility_id = $1");
    let mut next = 2;
    if filter.patient.is_some() {
        text += &format!(" and patient_id = ${next}");
        next += 1;
    }
    if !filter.states.is_empty() {
        text += &format!(" and state in ({})", placeholders(next, filter.states.len()));
        next += filter.states.len();
    }
    if !filter.all_drafts {
        text += &format!(" and (state <> 'draft' or requested = ${next})");
        next += 1;
    }
    if after.is_some() {
        text += &format!(" and id < ${next}");
        next += 1;
    }
    text += &format!(" order by id desc limit ${next}");
    let mut query = q.q(text).bind(facility);
    if let Some(patient) = filter.patient {
        query = query.bind(patient);
    }
    for state in &filter.states {
        query = query.bind(state.word());
    }
    if !filter.all_drafts {
        query = query.bind(true);
    }
    if let Some(after) = after {
        query = query.bind(after);
    }
    let rows: Vec<Row> = query.bind(limit).all().await?;
    rows.into_iter().map(Consent::try_from).collect()
}

/// Keeps the anesthesiologist's decision on her risks.
pub async fn add_risks(tx: &mut Tx, consent: &Consent, staff: StaffId, risks: &Risks) -> Result<()> {
    let id: uuid::Uuid = tx.id();
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::Clinical, "body", risks)
        .await?;
    let now = tx.now;
    tx.q("insert into consent_risks (id, facility_id, consent_id, staff_id, body, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(staff)
        .bind(body)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// The last decision on her risks.
pub async fn risks(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Option<(Risks, StaffId)>> {
    let row: Option<(uuid::Uuid, Sealed, StaffId)> = r
        .q("select id, body, staff_id from consent_risks where facility_id = $1 and consent_id = $2 order by id desc limit 1")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some((record, body, staff)) => Ok(Some((r.open_json(record, "body", &body).await?, staff))),
        None => Ok(None),
    }
}

/// What was shown, as bytes.
pub struct NewPresented<'a> {
    /// The JCS bytes.
    pub bytes: &'a [u8],
    /// Their SHA-256, lower-case hex.
    pub sha256: &'a str,
    /// The renderer's version.
    pub renderer: &'a str,
    /// What the document was made of (CE-070).
    pub inputs: &'a Value,
    /// Who released it.
    pub by: StaffId,
}

/// Freezes what she is shown.
pub async fn add_presented(tx: &mut Tx, consent: &Consent, new: NewPresented<'_>) -> Result<()> {
    let facility = Some(consent.facility_id);
    let body = tx
        .seal_bytes(facility, consent.id, Class::Clinical, "presented", new.bytes)
        .await?;
    let inputs = tx
        .seal_json(facility, consent.id, Class::Clinical, "inputs", new.inputs)
        .await?;
    let now = tx.now;
    tx.q("insert into consent_presented (consent_id, facility_id, sha256, renderer, body, inputs, released_by_id, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(consent.id)
        .bind(consent.facility_id)
        .bind(new.sha256.to_owned())
        .bind(new.renderer.to_owned())
        .bind(body)
        .bind(inputs)
        .bind(new.by)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// What she was shown, byte for byte, and what it was made of.
pub struct Presented {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256, lower-case hex.
    pub sha256: String,
    /// The renderer's version.
    pub renderer: String,
    /// What it was made of.
    pub inputs: Value,
    /// Who released it.
    pub released_by: StaffId,
}

#[derive(sqlx::FromRow)]
struct PresentedRow {
    sha256: String,
    renderer: String,
    body: Sealed,
    inputs: Sealed,
    released_by_id: StaffId,
}

/// What she was shown; none before the release.
pub async fn presented(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Option<Presented>> {
    let row: Option<PresentedRow> = r
        .q("select sha256, renderer, body, inputs, released_by_id from consent_presented where facility_id = $1 and consent_id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Presented {
        bytes: r.open_bytes(id, "presented", &row.body).await?.to_vec(),
        inputs: r.open_json(id, "inputs", &row.inputs).await?,
        sha256: row.sha256,
        renderer: row.renderer,
        released_by: row.released_by_id,
    }))
}
