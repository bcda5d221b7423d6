//! What the clinic does: registering, looking.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use tracing::instrument;

use super::mine::{begun, lay_out};
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::facts;
use crate::episode::model::{Color, Episode, Listed, Overview, Registered, Stage, day};
use crate::episode::rules::{self, Dates, Likeness, home};
use crate::episode::store::{self, Filter};
use crate::http::params::{Faults, is_mobile, is_resident_id};
use crate::once;
use crate::people::caller::Caller;
use crate::people::facts as people;
use crate::people::model::{IdType, Patient};
use crate::people::policy::{self, Belongs};

/// What staff write of a woman whom they register.
#[derive(Clone, Debug)]
pub struct NewPatient {
    /// Name as on the identity document.
    pub name: String,
    /// Mobile phone.
    pub phone: Option<String>,
    /// Kind and number of the identity document.
    pub id_document: Option<(IdType, String)>,
    /// Birth date; read from a resident identity number if absent.
    pub birth_date: Option<NaiveDate>,
    /// Expected date of delivery.
    pub edd: NaiveDate,
    /// Pregnancies, this one included.
    pub gravidity: Option<i64>,
    /// Births before.
    pub parity: Option<i64>,
}

/// Registers a woman in the clinic and invites her to bind her account.
///
/// Errors: `http.invalid`; `episode.already_registered` with her record in `current`.
#[instrument(name = "episode.register", skip_all)]
pub async fn register(ctx: &Ctx, caller: &Caller, new: NewPatient) -> Result<Registered> {
    policy::allowed(caller, Act::EpisodeRegister)?;
    let facility = caller.staff()?.facility;
    let mut tx = once!(ctx, Act::EpisodeRegister, caller);
    let new = checked(new, tx.now)?;
    people::lock_register(&mut tx, facility).await?;
    let patient = match registered(&mut tx, facility, &new).await? {
        None => recorded(&mut tx, facility, &new).await?,
        Some(known) => {
            // She comes again: another pregnancy belongs to the same record.
            if !is_over(&mut tx, &known, new.edd).await? {
                let current = json!({ "patient_id": known.id });
                return Err(Error::Conflict(Code::EpisodeAlreadyRegistered, current));
            }
            known
        }
    };
    let said = Dates {
        edd: Some(new.edd),
        lmp: None,
        // Nobody has 0 pregnancies here: it means that she was not asked yet.
        gravidity: new.gravidity.unwrap_or(0),
        parity: new.parity.unwrap_or(0),
        fetuses: 1,
        pre_pregnancy_weight_kg: None,
    };
    let episode = begun(&tx, &patient, new.edd, &said, false);
    store::add_episode(&mut tx, &episode).await?;
    lay_out(&mut tx, ctx, &episode).await?;
    let invitation = people::invite(&mut tx, facility, patient.id).await?;
    tx.journal(
        caller,
        Subject::of_patient("patient", patient.id, patient.id),
        json!({ "episode": episode.id }),
    )
    .await?;
    let registered = Registered {
        patient: patient.id,
        record_number: patient.record_number,
        episode: episode.id,
        invitation,
    };
    tx.commit_with(&registered).await?;
    Ok(registered)
}

async fn recorded(tx: &mut Tx, facility: FacilityId, new: &NewPatient) -> Result<Patient> {
    let place = people::facility(tx, facility).await?;
    let mut patient = Patient {
        id: tx.id(),
        facility_id: facility,
        account_id: None,
        record_number: String::new(),
        name: Some(new.name.clone()),
        birth_date: new.birth_date,
        id_type: new.id_document.as_ref().map(|(kind, _)| *kind),
        id_number: new.id_document.as_ref().map(|(_, number)| number.clone()),
        phone: new.phone.clone(),
        phone_confirmed: false,
        height_cm: None,
        language: "zh-CN".to_owned(),
        emergency_contact: None,
        level: 0,
        matched: false,
        is_test: place.settings.is_test,
        version: 1,
    };
    people::add_patient(tx, &mut patient).await?;
    Ok(patient)
}

/// Whether her last pregnancy here is over, or an expected date says that it must be; then it is closed.
async fn is_over(tx: &mut Tx, patient: &Patient, edd: NaiveDate) -> Result<bool> {
    let facility = patient.facility_id;
    let Some(last) = store::current(tx, facility, patient.id).await? else {
        return Ok(true);
    };
    let last = store::lock(tx, facility, last.id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    // Staff answer for it: a woman who was taken elsewhere in labor may come back.
    let over = last.stage == Stage::Closed || rules::begins_another(&last, edd, day(tx.now));
    if over && last.stage != Stage::Closed {
        store::set_stage(tx, facility, last.id, Stage::Closed).await?;
    }
    Ok(over)
}

fn checked(new: NewPatient, now: DateTime<Utc>) -> Result<NewPatient> {
    let mut faults = Faults::default();
    let name = faults.text(&new.name, "/name", 1, 40);
    let phone = new.phone.map(|phone| phone.trim().to_owned());
    if let Some(phone) = &phone {
        let abroad = phone
            .strip_prefix('+')
            .is_some_and(|rest| (6..=20).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit()));
        faults.check(abroad || is_mobile(phone), "/phone", "format");
    }
    let id_document = new
        .id_document
        .map(|(kind, number)| (kind, number.trim().to_uppercase()));
    if let Some((kind, number)) = &id_document {
        let right = *kind != IdType::ResidentId || is_resident_id(number);
        let length = (5..=30).contains(&number.chars().count());
        faults.check(right && length, "/id_document/number", "format");
    }
    faults.check(phone.is_some() || id_document.is_some(), "/phone", "required");
    let in_document = id_document
        .as_ref()
        .filter(|(kind, _)| *kind == IdType::ResidentId)
        .and_then(|(_, number)| rules::birth_date_of(number));
    let birth_date = new.birth_date.or(in_document);
    if let Some(birth_date) = birth_date {
        faults.check(rules::plausible_age(birth_date, now), "/birth_date", "range_age");
    }
    faults.check(rules::plausible(new.edd, day(now)), "/edd", "range_edd");
    if let Some(gravidity) = new.gravidity {
        faults.number(gravidity, "/gravidity", 1, 20);
    }
    if let Some(parity) = new.parity {
        let most = new.gravidity.map_or(15, |gravidity| (gravidity - 1).clamp(0, 15));
        faults.number(parity, "/parity", 0, most);
        faults.check(new.gravidity.is_some(), "/gravidity", "required");
    }
    faults.done()?;
    Ok(NewPatient {
        name,
        phone,
        id_document,
        birth_date,
        ..new
    })
}

/// Her record, if this hospital has one. A phone may be that of a family: another woman's record is not hers, and where
/// nothing tells them apart staff look first.
///
/// Errors: `episode.already_registered`.
async fn registered(tx: &mut Tx, facility: FacilityId, new: &NewPatient) -> Result<Option<Patient>> {
    let number = new.id_document.as_ref().map(|(_, number)| number);
    let said = rules::Said {
        name: &new.name,
        phone: new.phone.as_deref(),
        id_document: new.id_document.as_ref(),
        birth_date: new.birth_date,
    };
    for text in number.into_iter().chain(&new.phone) {
        for id in people::search(tx, facility, text).await? {
            let Some(known) = people::patient(tx, facility, id).await? else {
                continue;
            };
            match rules::is_she(&known, &said) {
                Likeness::Same => return Ok(Some(known)),
                Likeness::Another => {}
                Likeness::Unclear => {
                    let current = json!({ "patient_id": known.id });
                    return Err(Error::Conflict(Code::EpisodeAlreadyRegistered, current));
                }
            }
        }
    }
    Ok(None)
}

/// What the clinic looks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Exact phone, identity or record number, or the beginning of a name.
    pub q: Option<String>,
    /// At this stage; without it and without `q`, all that are not closed.
    pub stage: Option<Stage>,
    /// Of this risk color.
    pub risk: Option<Color>,
    /// With a step that is open and due by then.
    pub due: Option<DateTime<Utc>>,
}

/// The women of the clinic by expected date.
#[instrument(name = "episode.patients", skip_all)]
pub async fn patients(ctx: &Ctx, caller: &Caller, wanted: Wanted, page: PageRequest) -> Result<Page<Listed>> {
    policy::allowed(caller, Act::EpisodePatients)?;
    let facility = caller.staff()?.facility;
    let key = serde_json::to_string(&(
        &wanted.q,
        wanted.stage.map(Stage::word),
        wanted.risk.map(Color::word),
        wanted.due,
    ))?;
    let after = page.after(&key)?;
    let mut tx = ctx.write(Act::EpisodePatients).await?;
    let found = match wanted.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        Some(q) => Some(people::search(&mut tx, facility, q).await?),
        None => None,
    };
    // Whoever looks for one woman finds her; a list does not show those whose data may only be kept.
    let restricted = match &found {
        Some(_) => BTreeSet::new(),
        None => people::restricted(&mut tx, facility).await?,
    };
    let filter = Filter {
        patients: found,
        stage: wanted.stage,
        color: wanted.risk,
        due: wanted.due,
    };
    let rows = store::listed(&mut tx, facility, &filter, after, page.limit + 1).await?;
    let rows = page.page(rows, &key, |(episode, _)| (episode.edd, episode.id));
    let today = day(tx.now);
    let mut items = Vec::with_capacity(rows.items.len());
    for (episode, urgent) in rows.items {
        if restricted.contains(&episode.patient_id) {
            continue;
        }
        let patient = people::patient(&mut tx, facility, episode.patient_id)
            .await?
            .ok_or_else(|| Error::broken("a pregnancy without its woman"))?;
        items.push(Listed {
            gestation: episode.gestation(today),
            patient,
            episode,
            urgent,
        });
    }
    tx.journal(caller, Subject::list("patient"), json!({ "count": items.len() }))
        .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: rows.next_cursor,
    })
}

/// One woman's whole pathway on one page.
///
/// Errors: `episode.access_needed`.
#[instrument(name = "episode.patient", skip_all)]
pub async fn patient(ctx: &Ctx, caller: &Caller, id: PatientId) -> Result<Overview> {
    policy::allowed(caller, Act::EpisodePatient)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::EpisodePatient).await?;
    let (patient, episode) = known(&mut tx, caller, Act::EpisodePatient, facility, id).await?;
    let now = tx.now;
    facts::may_read(&mut tx, caller, Act::EpisodePatient, id, now).await?;
    let steps = store::steps(&mut tx, facility, episode.id).await?;
    let overview = Overview {
        gestation: episode.gestation(day(tx.now)),
        steps: home::shown(&episode, steps, tx.now),
        tasks: store::open_tasks(&mut tx, facility, episode.id).await?,
        graded: store::newest_grading(&mut tx, facility, episode.id).await?,
        suggested: store::newest_suggestion(&mut tx, facility, episode.id).await?,
        patient,
        episode,
    };
    tx.journal(caller, Subject::of_patient("patient", id, id), json!({}))
        .await?;
    tx.commit().await?;
    Ok(overview)
}

pub(super) async fn known(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    facility: FacilityId,
    id: PatientId,
) -> Result<(Patient, Episode)> {
    let episode = store::current(tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let patient = people::patient(tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let belongs = Belongs {
        facility: patient.facility_id,
        account: patient.account_id,
    };
    policy::may(caller, act, Noun::Patient, belongs)?;
    if people::is_destroyed(tx, facility, id).await? {
        return Err(Error::Missing(Noun::Patient));
    }
    Ok((patient, episode))
}
