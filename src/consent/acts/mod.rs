//! One function per operation.

mod bedside;
mod characters;
mod countersign;
mod decisions;
mod decline;
mod evidence;
mod explain;
mod family;
mod identity;
mod later;
mod paper;
mod prepare;
mod read;
mod release;
mod rendering;
mod replace;
mod sign;
mod signers;
mod strokes;
mod talk;
mod templates;
mod understand;
mod verify;
mod voice;
mod vouched;

pub use bedside::*;
pub use characters::*;
pub use countersign::*;
pub use decisions::*;
pub use decline::*;
pub use evidence::*;
pub use explain::*;
pub use family::*;
pub use identity::*;
pub use later::*;
pub use paper::*;
pub(in crate::consent) use prepare::task;
pub use prepare::*;
pub use read::*;
pub use release::*;
pub use replace::*;
pub use sign::*;
pub use signers::Choice;
pub(in crate::consent) use signers::{authority_ends, ground};
pub use strokes::*;
pub use talk::*;
pub use templates::*;
pub use understand::*;
pub use verify::*;
pub use voice::*;

use std::borrow::Cow;

use serde_json::Value;

use crate::base::error::{Error, Fault, Result};
use crate::base::id::{ConsentId, FacilityId};
use crate::base::{Act, Code, Locale, Noun, Subject};
use crate::consent::characters::unprintable;
use crate::consent::flow::{self, By};
use crate::consent::model::{Check, Consent, ConsentForm, Dwell, Missing, State, code};
use crate::consent::present;
use crate::consent::rules::FRESH;
use crate::consent::rules::guards::{self, Assessed, Finding};
use crate::consent::rules::reading::{self, Floor};
use crate::consent::rules::states::Trigger;
use crate::consent::store;
use crate::consent::templates::find;
use crate::ctx::{Ctx, Records, Tx};
use crate::db::Q;
use crate::episode::model::{Episode, day};
use crate::evidence::fonts::Why;
use crate::people::caller::{Caller, Who};
use crate::people::model::{CHILD_DATA, GuardianWord, is_child};
use crate::people::policy::{self, Belongs};
use crate::{assessment, education, episode, people};

/// The procedure that the template covers.
const TEMPLATE: &str = "labor-analgesia";

/// The item of the assessment in which staff say whether she can decide.
const CAPACITY: &str = "stf.capacity";

/// A consent that the caller may do this to.
async fn known(q: &mut impl Q, caller: &Caller, act: Act, id: ConsentId) -> Result<Consent> {
    let place = caller.place()?;
    let consent = store::consent(q, place, id)
        .await?
        .ok_or(Error::Missing(Noun::Consent))?;
    let account = people::facts::account_of(q, place, consent.patient_id).await?;
    let belongs = Belongs {
        facility: consent.facility_id,
        account,
    };
    policy::may(caller, act, Noun::Consent, belongs)?;
    if people::facts::is_destroyed(q, place, consent.patient_id).await? {
        return Err(Error::Missing(Noun::Consent));
    }
    let hers = matches!(caller.who, Who::Patient { .. });
    // A draft that staff prepare is not hers to see yet; her own request is.
    if hers && consent.state == State::Draft && !consent.requested {
        return Err(Error::Missing(Noun::Consent));
    }
    Ok(consent)
}

/// Whether staff may look at a consent.
///
/// Errors: `episode.access_needed`.
async fn may_look(tx: &mut Tx, caller: &Caller, act: Act, consent: &Consent) -> Result<()> {
    let now = tx.now;
    episode::facts::may_read(tx, caller, act, consent.patient_id, now).await
}

/// The same under the lock of its pregnancy, which is taken first everywhere. Whoever writes in it reads it, too.
async fn locked(tx: &mut Tx, caller: &Caller, act: Act, id: ConsentId) -> Result<(Consent, Episode)> {
    let seen = known(tx, caller, act, id).await?;
    let episode = episode::facts::lock(tx, seen.facility_id, seen.episode_id)
        .await?
        .ok_or_else(|| Error::broken("a consent without its pregnancy"))?;
    let consent = store::consent(tx, seen.facility_id, id)
        .await?
        .ok_or(Error::Missing(Noun::Consent))?;
    may_look(tx, caller, act, &consent).await?;
    Ok((consent, episode))
}

fn subject(consent: &Consent) -> Subject {
    Subject::of_patient("consent", consent.id, consent.patient_id)
}

/// The template that a consent was made from.
async fn template<'a>(q: &mut impl Q, ctx: &'a Ctx, consent: &Consent) -> Result<Cow<'a, Value>> {
    let found = find(q, ctx, consent.facility_id, &consent.template_id).await?;
    match found {
        Some(Cow::Borrowed(template)) => Ok(Cow::Borrowed(&template.document)),
        Some(Cow::Owned(template)) => Ok(Cow::Owned(template.document)),
        None => Err(Error::broken("the template of a consent is no longer loaded")),
    }
}

/// A number of the template.
fn number(template: &Value, name: &str) -> Result<i64> {
    template
        .get(name)
        .and_then(Value::as_i64)
        .ok_or_else(|| Error::broken("a template without one of its numbers"))
}

/// Ids of a template's statements in a section; `required_only` leaves out the optional ones.
fn statements(template: &Value, section: &str, required_only: bool) -> Vec<String> {
    sections(template)
        .filter(|one| one.get("id").and_then(Value::as_str) == Some(section))
        .filter_map(|one| one.get("statements")?.as_array())
        .flatten()
        .filter(|statement| !required_only || statement.get("required") != Some(&Value::Bool(false)))
        .filter_map(|statement| statement.get("id")?.as_str().map(str::to_owned))
        .collect()
}

fn sections(template: &Value) -> impl Iterator<Item = &Value> {
    template
        .get("sections")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn floors(template: &Value, form: ConsentForm) -> Vec<Floor> {
    present::sections(template, form)
        .filter_map(|section| {
            Some(Floor {
                section: section.get("id")?.as_str()?.to_owned(),
                min_read_ms: section.get("min_read_ms")?.as_i64()?,
            })
        })
        .collect()
}

/// What the assessment says, as far as consent cares.
pub(in crate::consent) async fn assessed(
    r: &mut impl Records,
    ctx: &Ctx,
    consent: &Consent,
) -> Result<Option<Assessed>> {
    let standing = assessment::facts::standing(r, ctx, consent.facility_id, consent.episode_id).await?;
    Ok(standing.as_ref().map(of_standing))
}

fn of_standing(standing: &assessment::facts::Standing) -> Assessed {
    Assessed {
        findings: standing
            .fired
            .iter()
            .map(|fired| Finding {
                rule: fired.rule.clone(),
                level: fired.level.clone(),
                inject: fired.inject,
                confidential: fired.confidential,
                only_in_labor: fired.only_in_labor,
            })
            .collect(),
        undecided: !standing.undecided.is_empty(),
        open: standing.undecided.clone(),
        not_assessed: !standing.not_assessed.is_empty(),
        not_suitable: standing.not_suitable,
        capacity: found_capacity(&standing.answers_used),
    }
}

/// What staff answered on her capacity; the answers as the rules saw them.
fn found_capacity(answers: &Value) -> Option<bool> {
    let of = |answer: &&Value| answer.get("link_id").and_then(Value::as_str) == Some(CAPACITY);
    answers.as_array()?.iter().find(of)?.get("value")?.as_bool()
}

/// All checks of her identity that count for this consent, newest first.
async fn checks(q: &mut impl Q, consent: &Consent) -> Result<Vec<Check>> {
    let by_staff = people::facts::identity_checks(q, consent.facility_id, consent.patient_id).await?;
    let mut checks: Vec<Check> = by_staff
        .into_iter()
        .filter_map(|check| {
            Some(Check {
                level: if check.method == "in_person" { 2 } else { 1 },
                at: check.confirmed_at?,
                provider: Some("hospital".to_owned()),
                reference: None,
                expires_at: check
                    .confirmed_at
                    .filter(|_| check.method != "in_person")
                    .map(|at| at + FRESH),
                method: check.method,
                staff: Some(check.staff_id),
            })
        })
        .collect();
    checks.extend(store::identities(q, consent.facility_id, consent.id).await?);
    // What an account of before proved, or she under another name, counts no more (CE-102).
    let since = people::facts::identity_since(q, consent.facility_id, consent.patient_id).await?;
    checks.retain(|check| since.is_none_or(|since| check.at >= since));
    checks.sort_by_key(|check| std::cmp::Reverse(check.at));
    Ok(checks)
}

/// What stands between her and signing, and how far each section is read.
async fn missing(
    r: &mut impl Records,
    ctx: &Ctx,
    consent: &Consent,
    episode: &Episode,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(Missing, Vec<Dwell>)> {
    let template = &*template(r, ctx, consent).await?;
    let (facility, id) = (consent.facility_id, consent.id);
    let words = |name: &str| -> Vec<&str> {
        let list = template.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let wanted = words("required_lessons");
    let lessons = education::facts::required_done(r, ctx, facility, consent.episode_id).await?;
    let batches = store::reading(r, facility, id).await?;
    let dwell = reading::progress(&floors(template, consent.form), &batches);
    // What the short form leaves out, the doctor says.
    let talk_first = consent.form == ConsentForm::Short
        || template.get("conversation_before_signing") == Some(&Value::Bool(true));
    let talks = store::conversations(r, facility, id).await?;
    let patient = people::facts::patient(r, facility, consent.patient_id).await?;
    let reads = patient
        .as_ref()
        .and_then(|patient| Locale::parse(&patient.language));
    let checks = checks(r, consent).await?;
    let mut agreements = Vec::new();
    if let Some(account) = people::facts::account_of(r, facility, consent.patient_id).await? {
        for kind in words("data_protection") {
            match people::facts::require_agreement(r, ctx, account, kind).await {
                Ok(()) => {}
                Err(Error::Refused(Code::PeopleAgreementMissing)) => agreements.push(kind.to_owned()),
                Err(other) => return Err(other),
            }
        }
    }
    let birth = patient.and_then(|patient| patient.birth_date);
    if is_child(birth, day(now)) && guardian_agreed(r, ctx, consent).await?.is_none() {
        agreements.push(CHILD_DATA.to_owned());
    }
    let mut missing = Missing {
        lessons: lessons
            .into_iter()
            .filter(|lesson| !lesson.done && wanted.contains(&lesson.code.as_str()))
            .map(|lesson| lesson.code)
            .collect(),
        reading: dwell
            .iter()
            .filter(|one| !one.read)
            .map(|one| one.section.clone())
            .collect(),
        comprehension: consent.understood_at.is_none(),
        conversation: talk_first && talks.is_empty(),
        identity_level: guards::identity_level(&checks, episode.edd) < 2,
        identity_fresh: !guards::is_fresh(&checks, now),
        agreements,
        interpreter: reads.is_none() && talks.iter().all(|talk| talk.body.interpreter.is_none()),
    };
    guards::waive(&mut missing, &store::waivers(r, facility, id).await?);
    Ok((missing, dwell))
}

/// A guardian's agreement to the use of a child's data that stands (CE-062).
async fn guardian_agreed(r: &mut impl Records, ctx: &Ctx, consent: &Consent) -> Result<Option<GuardianWord>> {
    people::facts::guardian_agreement(r, ctx, consent.facility_id, consent.patient_id).await
}

/// Moves on to `ready` once nothing is left to read, answer or learn (T04).
async fn advance(tx: &mut Tx, consent: &mut Consent, missing: &Missing) -> Result<()> {
    if consent.state != State::Reading || !guards::gates_pass(missing) {
        return Ok(());
    }
    let by = By::System(Act::ConsentReady);
    flow::go(tx, consent, Trigger::GatesPass, by, serde_json::json!({})).await
}

/// Each text with its pointer: can all of it be printed, by a font or by a recorded picture? (CE-152)
///
/// Errors: `http.invalid` with `character` for each text that can't.
async fn printable(ctx: &Ctx, facility: FacilityId, texts: Vec<(String, String)>) -> Result<()> {
    let mut faults = Vec::new();
    for (pointer, text) in texts {
        let missing = unprintable(&mut ctx.view(), ctx, facility, text).await?;
        if let Some(first) = missing.first() {
            let params = serde_json::json!({
                "character": code(first.character),
                "position": first.position,
                "reason": first.why.code(),
            });
            faults.push(Fault::field(pointer, "character").with(params));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(Code::HttpInvalid, faults))
    }
}

/// As [`printable`], for what stands in the way of a document, as a name: operators hear of a character that no font has,
/// because only another font or a picture of it mends that (CE-152). The text is left out.
///
/// Errors: `http.invalid` with `character` for each text that can't.
async fn sealable(ctx: &Ctx, facility: FacilityId, texts: Vec<(String, String)>) -> Result<()> {
    let checked = printable(ctx, facility, texts).await;
    if let Err(Error::Invalid(_, faults)) = &checked {
        let why = |fault: &Fault| fault.params.as_ref()?.get("reason").cloned();
        let of_font = faults
            .iter()
            .filter(|fault| why(fault).is_some_and(|why| why == Why::NoFont.code()));
        let texts = of_font.count() as u64;
        if texts > 0 {
            metrics::counter!("muan_unprintable_total").increment(texts);
            tracing::error!(
                texts,
                "a document waits for a font or a recorded picture: no font has a character of it"
            );
        }
    }
    checked
}

/// The state must be one of these.
fn only_in(consent: &Consent, states: &[State]) -> Result<()> {
    if states.contains(&consent.state) {
        Ok(())
    } else {
        let current = consent.state;
        Err(crate::consent::rules::Refusal::IllegalTransition { current }.into())
    }
}
