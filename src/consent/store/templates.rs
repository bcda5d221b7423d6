//! A hospital's templates, what happened to them, and the consents that it touched.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Locale;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, EpisodeId, FacilityId, PatientId, StaffId};
use crate::consent::model::{Consent, Listed, State, TemplateEvent, TemplateState, Touched};
use crate::content::consents::Template;
use crate::ctx::{Records, Tx};
use crate::db::{Q, dialect, placeholders};
use crate::vault::{Class, Sealed};

/// States of a consent that a change of its wording concerns: before she signed, after it, in force.
pub const CONCERNED: [State; 5] = [
    State::Issued,
    State::Reading,
    State::Ready,
    State::PatientSigned,
    State::Active,
];

/// Nobody releases a consent of this hospital until the transaction ends.
pub async fn lock_templates(tx: &mut Tx, facility: FacilityId) -> Result<()> {
    let _held: Option<(FacilityId,)> = tx.q(dialect::LOCK_TEMPLATES).bind(facility).opt().await?;
    Ok(())
}

/// No template of this hospital changes its state until the transaction ends.
pub async fn hold_templates(tx: &mut Tx, facility: FacilityId) -> Result<()> {
    let _held: Option<(FacilityId,)> = tx.q(dialect::HOLD_TEMPLATES).bind(facility).opt().await?;
    Ok(())
}

/// Keeps a draft; false when the hospital has it.
pub async fn add_template(
    tx: &mut Tx,
    facility: FacilityId,
    listed: &Listed,
    document: &str,
    editor: StaffId,
) -> Result<bool> {
    let now = tx.now;
    let added = tx
        .q(
            "insert into consent_template (facility_id, template_id, code, version, locale, title, document, editor_id, at) \
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        )
        .bind(facility)
        .bind(listed.id.clone())
        .bind(listed.code.clone())
        .bind(listed.version.clone())
        .bind(listed.locale.tag())
        .bind(listed.title.clone())
        .bind(document.to_owned())
        .bind(editor)
        .bind(now)
        .run()
        .await?;
    Ok(added == 1)
}

/// The hospital's own templates, without their documents.
pub async fn templates(q: &mut impl Q, facility: FacilityId) -> Result<Vec<Listed>> {
    let rows: Vec<(String, String, String, String, String, StaffId)> = q
        .q("select template_id, code, version, locale, title, editor_id from consent_template where facility_id = $1")
        .bind(facility)
        .all()
        .await?;
    rows.into_iter()
        .map(|(id, code, version, locale, title, editor)| {
            Ok(Listed {
                id,
                code,
                version,
                locale: language(&locale)?,
                title,
                editor: Some(editor),
            })
        })
        .collect()
}

fn language(tag: &str) -> Result<Locale> {
    Locale::parse(tag).ok_or_else(|| Error::broken("a template has no language"))
}

/// One of the hospital's own templates.
pub async fn template(q: &mut impl Q, facility: FacilityId, id: &str) -> Result<Option<Template>> {
    let row: Option<(String, String, String, String)> = q
        .q("select code, version, locale, document from consent_template where facility_id = $1 and template_id = $2")
        .bind(facility)
        .bind(id.to_owned())
        .opt()
        .await?;
    let Some((code, version, locale, document)) = row else {
        return Ok(None);
    };
    Ok(Some(Template {
        id: id.to_owned(),
        code,
        version,
        locale: language(&locale)?,
        document: serde_json::from_str(&document)?,
    }))
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: Uuid,
    template_id: String,
    state: String,
    staff_id: StaffId,
    material_change: Option<bool>,
    reason: Option<Sealed>,
    effective_at: Option<DateTime<Utc>>,
    predecessor_id: Option<String>,
    at: DateTime<Utc>,
}

impl EventRow {
    fn event(self, reason: Option<String>) -> Result<TemplateEvent> {
        Ok(TemplateEvent {
            state: TemplateState::parse(&self.state)
                .ok_or_else(|| Error::broken("a template is in an unknown state"))?,
            id: self.id,
            template: self.template_id,
            staff: self.staff_id,
            material_change: self.material_change,
            reason,
            effective_at: self.effective_at,
            predecessor: self.predecessor_id,
            at: self.at,
        })
    }
}

const EVENTS: &str = "select id, template_id, state, staff_id, material_change, reason, effective_at, predecessor_id, at \
     from consent_template_event where facility_id = $1";

/// What happened to every template of a hospital, oldest first; without the reasons, which stay sealed.
pub async fn template_events(q: &mut impl Q, facility: FacilityId) -> Result<Vec<TemplateEvent>> {
    let rows: Vec<EventRow> = q
        .q(format!("{EVENTS} order by at, id"))
        .bind(facility)
        .all()
        .await?;
    rows.into_iter().map(|row| row.event(None)).collect()
}

/// What happened to one template, oldest first, with the reasons.
pub async fn template_history(
    r: &mut impl Records,
    facility: FacilityId,
    id: &str,
) -> Result<Vec<TemplateEvent>> {
    let rows: Vec<EventRow> = r
        .q(format!("{EVENTS} and template_id = $2 order by at, id"))
        .bind(facility)
        .bind(id.to_owned())
        .all()
        .await?;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let reason = r.open_if(row.id, "reason", row.reason.as_ref()).await?;
        events.push(row.event(reason)?);
    }
    Ok(events)
}

/// Keeps that a template entered a state; false when it was there before.
pub async fn add_template_event(tx: &mut Tx, facility: FacilityId, event: &TemplateEvent) -> Result<bool> {
    let reason = tx
        .seal_if(
            Some(facility),
            event.id,
            Class::FreeText,
            "reason",
            event.reason.as_deref(),
        )
        .await?;
    let added = tx
        .q(
            "insert into consent_template_event (id, facility_id, template_id, state, staff_id, material_change, reason, \
            effective_at, predecessor_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        )
        .bind(event.id)
        .bind(facility)
        .bind(event.template.clone())
        .bind(event.state.word())
        .bind(event.staff)
        .bind(event.material_change)
        .bind(reason)
        .bind(event.effective_at)
        .bind(event.predecessor.clone())
        .bind(event.at)
        .run()
        .await?;
    Ok(added == 1)
}

/// Notes every open and active consent of a template, as it stands now, as touched by an event.
pub async fn touch(tx: &mut Tx, facility: FacilityId, event: Uuid, template: &str) -> Result<u64> {
    let text = format!(
        "insert into consent_template_touched (event_id, consent_id, facility_id, template_id, state) \
         select $1, id, facility_id, template_id, state from consent \
         where facility_id = $2 and template_id = $3 and state in ({}) on conflict do nothing",
        placeholders(4, CONCERNED.len())
    );
    let mut query = tx.q(text).bind(event).bind(facility).bind(template.to_owned());
    for state in CONCERNED {
        query = query.bind(state.word());
    }
    query.run().await
}

/// The consents that an event touched, as they stood then and stand now.
pub async fn touched_by(q: &mut impl Q, facility: FacilityId, event: Uuid) -> Result<Vec<Touched>> {
    let rows: Vec<TouchedRow> = q
        .q(format!("{TOUCHED} and t.event_id = $2 order by t.consent_id"))
        .bind(facility)
        .bind(event)
        .all()
        .await?;
    rows.into_iter().map(touched).collect()
}

/// The consents of a template that any change of the wording touched.
pub async fn touched_of(q: &mut impl Q, facility: FacilityId, template: &str) -> Result<Vec<Touched>> {
    let rows: Vec<TouchedRow> = q
        .q(format!(
            "{TOUCHED} and t.template_id = $2 order by t.consent_id, t.event_id"
        ))
        .bind(facility)
        .bind(template.to_owned())
        .all()
        .await?;
    rows.into_iter().map(touched).collect()
}

type TouchedRow = (ConsentId, PatientId, String, String);

const TOUCHED: &str = "select t.consent_id, c.patient_id, t.state, c.state from consent_template_touched t \
     join consent c on c.id = t.consent_id where t.facility_id = $1";

fn touched((consent, patient, then, now): TouchedRow) -> Result<Touched> {
    let state =
        |word: &str| State::parse(word).ok_or_else(|| Error::broken("a consent is in an unknown state"));
    Ok(Touched {
        consent,
        patient,
        then: state(&then)?,
        now: state(&now)?,
    })
}

/// The drafts of a template.
pub async fn drafts_of(q: &mut impl Q, facility: FacilityId, template: &str) -> Result<Vec<ConsentId>> {
    let rows: Vec<(ConsentId,)> = q
        .q("select id from consent where facility_id = $1 and template_id = $2 and state = 'draft' order by id")
        .bind(facility)
        .bind(template.to_owned())
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Puts a draft on another template; what is released never changes its own (CE-041).
pub async fn move_draft(tx: &mut Tx, consent: &Consent, template: &str, locale: Locale) -> Result<bool> {
    let moved = tx
        .q(
            "update consent set template_id = $3, locale = $4 where facility_id = $1 and id = $2 and state = 'draft'",
        )
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(template.to_owned())
        .bind(locale.tag())
        .run()
        .await?;
    Ok(moved == 1)
}

/// Whether the active consent of a pregnancy was made from a template that the hospital recalled.
pub async fn active_is_recalled(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<bool> {
    let row: Option<(Uuid,)> = q
        .q("select e.id from consent c join consent_template_event e \
            on e.facility_id = c.facility_id and e.template_id = c.template_id and e.state = 'recalled' \
            where c.facility_id = $1 and c.episode_id = $2 and c.state = 'active' limit 1")
        .bind(facility)
        .bind(episode)
        .opt()
        .await?;
    Ok(row.is_some())
}
