//! What she does with her own pregnancy.

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;

use super::over;
use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, FacilityId, NoticeId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Sender, Tx};
use crate::episode::model::{Episode, Journey, Notice, Stage, day};
use crate::episode::rules::{self, Dates, home};
use crate::episode::store;
use crate::http::params::Faults;
use crate::outbox::Message;
use crate::people::caller::{Caller, Mine};
use crate::people::model::Patient;
use crate::people::{facts as people, policy};

/// She gives the dates of her pregnancy; a hospital that does not know her makes an unverified record.
///
/// Errors: `people.agreement_missing`, `people.record_mismatch` before she was matched with what the hospital wrote,
/// `http.invalid`, `episode.past_antenatal`, `episode.closed`; once she has given them, `PreconditionRequired` and `Stale`.
#[instrument(name = "episode.enroll", skip_all)]
pub async fn enroll(ctx: &Ctx, caller: &Caller, facility: FacilityId, said: Dates) -> Result<Episode> {
    policy::allowed(caller, Act::EpisodeEnroll)?;
    let account = caller.account()?;
    let mut tx = ctx.write(Act::EpisodeEnroll).await?;
    people::require_own_agreements(&mut tx, ctx, account).await?;
    let patient = record(&mut tx, caller, account, facility).await?;
    let standing = match store::current(&mut tx, facility, patient.id).await? {
        Some(known) => store::lock(&mut tx, facility, known.id).await?,
        None => None,
    };
    let today = day(tx.now);
    let edd = checked(&said, today)?;
    let episode = match standing {
        None => begin(&mut tx, &patient, edd, &said).await?,
        Some(known) => {
            let open = known.stage != Stage::Closed;
            if open && known.enrolled_at.is_some() {
                caller.request.must_match(known.version)?;
            }
            if !rules::begins_another(&known, edd, today) {
                redate(&mut tx, known, edd, &said).await?
            } else {
                if open {
                    store::set_stage(&mut tx, facility, known.id, Stage::Closed).await?;
                }
                begin(&mut tx, &patient, edd, &said).await?
            }
        }
    };
    lay_out(&mut tx, ctx, &episode).await?;
    // She may have had no hospital when this request began, so the entry names it itself.
    let subject = Subject::of_patient("episode", episode.id, patient.id);
    let detail = json!({ "version": episode.version });
    let request = caller.request().id.as_str();
    tx.journal_as(
        Act::EpisodeEnroll,
        caller.actor(),
        Some(facility),
        subject,
        detail,
        Some(request),
    )
    .await?;
    tx.commit().await?;
    Ok(episode)
}

/// A pregnancy that she herself begins here.
async fn begin(tx: &mut Tx, patient: &Patient, edd: NaiveDate, said: &Dates) -> Result<Episode> {
    let new = begun(tx, patient, edd, said, true);
    store::add_episode(tx, &new).await?;
    Ok(new)
}

/// Errors: `episode.past_antenatal`, `episode.closed`.
async fn redate(tx: &mut Tx, mut known: Episode, edd: NaiveDate, said: &Dates) -> Result<Episode> {
    rules::may_enroll(&known).map_err(Error::Refused)?;
    let before = known.edd;
    known.edd = edd;
    if known.edd != before {
        redated(tx, &known).await?;
    }
    known.gravidity = said.gravidity;
    known.parity = said.parity;
    known.fetuses = said.fetuses;
    known.pre_pregnancy_weight_kg = said.pre_pregnancy_weight_kg;
    known.enrolled_at = known.enrolled_at.or(Some(tx.now));
    store::save_dates(tx, &known).await?;
    known.version += 1;
    Ok(known)
}

/// The weeks that her assessment was made with are no longer right.
async fn redated(tx: &mut Tx, episode: &Episode) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "assessment.due_date",
        facility: Some(episode.facility_id),
        payload: &json!({ "episode": episode.id }),
        dedupe: Some(episode.id.to_string()),
        due,
    })
    .await
}

fn checked(said: &Dates, today: NaiveDate) -> Result<NaiveDate> {
    let mut faults = Faults::default();
    let edd = rules::check_dates(&mut faults, said, today);
    faults.done()?;
    edd.ok_or_else(|| Error::invalid("/edd", "required"))
}

async fn record(tx: &mut Tx, caller: &Caller, account: AccountId, facility: FacilityId) -> Result<Patient> {
    if let Some(id) = people::patient_of(tx, account, facility).await? {
        let found = people::patient(tx, facility, id).await?;
        let found = found.ok_or(Error::Missing(Noun::Patient))?;
        // Asked of the record that she names: her account may be bound to another hospital's since.
        return match found.matched {
            true => Ok(found),
            false => Err(Error::Refused(Code::PeopleRecordMismatch)),
        };
    }
    let place = people::find_facility(tx, facility)
        .await?
        .ok_or_else(|| Error::invalid("/facility_id", "unknown"))?;
    let mut patient = Patient {
        id: tx.id(),
        facility_id: facility,
        account_id: Some(account),
        record_number: String::new(),
        name: None,
        birth_date: None,
        id_type: None,
        id_number: None,
        phone: None,
        phone_confirmed: false,
        height_cm: None,
        language: caller.request.locale.tag().to_owned(),
        emergency_contact: None,
        level: 0,
        // The hospital wrote nothing before, so there is nothing to hide until she is matched.
        matched: true,
        is_test: place.settings.is_test,
        version: 1,
    };
    people::add_patient(tx, &mut patient).await?;
    Ok(patient)
}

/// A pregnancy that begins here.
pub(super) fn begun(tx: &Tx, patient: &Patient, edd: NaiveDate, said: &Dates, by_herself: bool) -> Episode {
    Episode {
        id: tx.id(),
        facility_id: patient.facility_id,
        patient_id: patient.id,
        edd,
        gravidity: said.gravidity,
        parity: said.parity,
        fetuses: said.fetuses,
        pre_pregnancy_weight_kg: said.pre_pregnancy_weight_kg,
        stage: Stage::Antenatal,
        risk_color: None,
        purple: false,
        is_test: patient.is_test,
        enrolled_at: by_herself.then_some(tx.now),
        born_at: None,
        closed_at: None,
        ending: None,
        declined: false,
        version: 1,
    }
}

/// Puts the required lessons onto the pathway and asks for the forms, whose windows hang on the dates as its end does.
pub(super) async fn lay_out(tx: &mut Tx, ctx: &Ctx, episode: &Episode) -> Result<()> {
    let standing = store::steps(tx, episode.facility_id, episode.id).await?;
    for lesson in ctx.content.lessons.required() {
        store::set_step(tx, &rules::lesson_step(episode, &lesson.head, &standing)).await?;
    }
    over::later(tx, episode).await?;
    let now = tx.now;
    tx.enqueue(Message {
        kind: "forms.assign",
        facility: Some(episode.facility_id),
        payload: &json!({ "episode": episode.id }),
        dedupe: Some(episode.id.to_string()),
        due: now,
    })
    .await
}

/// Where she is on the pathway: the home screen in one call.
///
/// Errors: `people.not_enrolled` before a hospital knows her, `people.record_mismatch` before she was matched with what the
/// hospital wrote.
#[instrument(name = "episode.journey", skip_all)]
pub async fn journey(ctx: &Ctx, caller: &Caller) -> Result<Journey> {
    policy::allowed(caller, Act::EpisodeJourney)?;
    let Mine { patient, facility } = caller.mine()?;
    let mut view = ctx.view();
    let episode = store::current(&mut view, facility, patient)
        .await?
        .ok_or(Error::Refused(Code::PeopleNotEnrolled))?;
    let now = ctx.clock.now();
    let steps = store::steps(&mut view, facility, episode.id).await?;
    Ok(Journey {
        situation: home::situation(&episode, day(now)),
        gestation: home::gestation(&episode, day(now)),
        steps: home::shown(&episode, steps, now),
        unread: store::count_unread(&mut view, facility, patient).await?,
        episode,
    })
}

/// What was sent to her, newest first.
#[instrument(name = "episode.notices", skip_all)]
pub async fn notices(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<Notice>> {
    policy::allowed(caller, Act::EpisodeNotices)?;
    let Mine { patient, facility } = caller.mine()?;
    let after = page.after("notices")?;
    let rows = store::notices(&mut ctx.view(), facility, patient, after, page.limit + 1).await?;
    Ok(page.page(rows, "notices", |notice| (notice.at, notice.id)))
}

/// She has read a notice.
#[instrument(name = "episode.read_notice", skip_all)]
pub async fn read_notice(ctx: &Ctx, caller: &Caller, id: NoticeId) -> Result<()> {
    policy::allowed(caller, Act::EpisodeReadNotice)?;
    let Mine { patient, facility } = caller.mine()?;
    let mut tx = ctx.write(Act::EpisodeReadNotice).await?;
    if !store::read_notice(&mut tx, facility, patient, id).await? {
        return Err(Error::Missing(Noun::Notice));
    }
    tx.journal(caller, Subject::of_patient("notice", id, patient), json!({}))
        .await?;
    tx.commit().await
}
