//! The life of a template (CE-034): the one table, where each template of a hospital stands, which one is in effect.
//!
//! The release's templates are published for every hospital without a word of it. That ends for a code once the hospital
//! publishes a version of its own: a newer one of a later release is then a draft like any other, to be reviewed and
//! published by two people. A translation is in effect only beside the Chinese text of its own version.

use chrono::{DateTime, Utc};

use super::Refusal;
use crate::base::id::StaffId;
use crate::base::{Code, Locale};
use crate::consent::model::{Listed, TemplateEvent, TemplateStanding, TemplateState};
use crate::content::consents::version_key;

/// What makes a template move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An editor hands it in; the program has tried every branch.
    Review,
    /// A second person publishes it.
    Publish,
    /// Another version is in effect.
    Retire,
    /// A defect of safety.
    Recall,
}

use TemplateState::{Draft, InReview, Published, Recalled, Retired};

/// The table: by what, from where, to where. A retired one can be recalled too, as consents on it may be in force.
pub const STEPS: &[(Step, &[TemplateState], TemplateState)] = &[
    (Step::Review, &[Draft], InReview),
    (Step::Publish, &[InReview], Published),
    (Step::Retire, &[Published], Retired),
    (Step::Recall, &[Published, Retired], Recalled),
];

/// Where a step leads from a state.
///
/// Refuses: `consent.illegal_transition` for every pair without a row.
pub fn step(state: TemplateState, step: Step) -> Result<TemplateState, Refusal> {
    STEPS
        .iter()
        .find(|(by, from, _)| *by == step && from.contains(&state))
        .map(|(_, _, to)| *to)
        .ok_or(Refusal::TemplateState { current: state })
}

/// Where every template stands: the release's (`shipped`) and the hospital's own, by what happened to each.
pub fn standings(
    shipped: Vec<Listed>,
    own: Vec<Listed>,
    events: &[TemplateEvent],
    now: DateTime<Utc>,
) -> Vec<TemplateStanding> {
    let of = |id: &str| {
        events
            .iter()
            .filter(move |event| event.template == id)
            .collect::<Vec<_>>()
    };
    let code_of = |id: &str| {
        shipped
            .iter()
            .chain(&own)
            .find(|one| one.id == id)
            .map(|one| &one.code)
    };
    let taken_over = |code: &String| {
        let published = events.iter().filter(|event| event.state == Published);
        let mut effective = published.filter(|event| event.effective_at.is_some_and(|at| at <= now));
        effective.any(|event| code_of(&event.template) == Some(code))
    };
    let newest = |one: &Listed| {
        let same = shipped
            .iter()
            .filter(|other| other.code == one.code && other.locale == one.locale);
        same.map(|other| version_key(&other.version)).max() == Some(version_key(&one.version))
    };
    let by_release = |one: &Listed| match (newest(one), taken_over(&one.code)) {
        (false, _) => Retired,
        (true, true) => Draft,
        (true, false) => Published,
    };
    let own: Vec<&Listed> = own
        .iter()
        .filter(|one| shipped.iter().all(|shipped| shipped.id != one.id))
        .collect();
    let all = shipped.iter().chain(own);
    all.map(|template| {
        let events = of(&template.id);
        // Each state is entered once and only forward, so the furthest is the last.
        let last = events.iter().map(|event| event.state).max();
        TemplateStanding {
            state: last.unwrap_or_else(|| match template.editor {
                Some(_) => Draft,
                None => by_release(template),
            }),
            effective_at: events.iter().find_map(|event| event.effective_at),
            template: template.clone(),
        }
    })
    .collect()
}

/// The template in effect for a code in a language.
pub fn in_effect<'a>(
    all: &'a [TemplateStanding],
    code: &str,
    locale: Locale,
    now: DateTime<Utc>,
) -> Option<&'a TemplateStanding> {
    let newest = |locale: Locale, version: Option<&str>| {
        all.iter()
            .filter(|one| one.template.code == code && one.template.locale == locale)
            .filter(|one| is_effective(one, now))
            .filter(|one| version.is_none_or(|version| one.template.version == version))
            .max_by_key(|one| (one.effective_at, version_key(&one.template.version)))
    };
    let original = newest(Locale::ZhCn, None)?;
    match locale {
        Locale::ZhCn => Some(original),
        other => newest(other, Some(&original.template.version)),
    }
}

fn is_effective(one: &TemplateStanding, now: DateTime<Utc>) -> bool {
    one.state == Published && one.effective_at.is_none_or(|at| at <= now)
}

/// What leaves effect when a template enters it: the earlier one of its language and, with the Chinese text, every
/// translation of another version. `before` is how all stood just before.
pub fn replaced<'a>(
    new: &Listed,
    before: &'a [TemplateStanding],
    at: DateTime<Utc>,
) -> Vec<&'a TemplateStanding> {
    let same = |one: &&TemplateStanding| one.template.code == new.code && one.template.id != new.id;
    before
        .iter()
        .filter(same)
        .filter(|one| one.state == Published && one.effective_at.is_none_or(|begun| begun < at))
        .filter(|one| match new.locale {
            Locale::ZhCn => one.template.locale == Locale::ZhCn || one.template.version != new.version,
            other => one.template.locale == other,
        })
        .collect()
}

/// Every wording that a change in substance concerns: those that were in effect before in its language and, with the
/// Chinese text, in every other one, however many versions ago.
pub fn earlier<'a>(
    new: &Listed,
    before: &'a [TemplateStanding],
    at: DateTime<Utc>,
) -> impl Iterator<Item = &'a TemplateStanding> {
    let Listed {
        code,
        id,
        version,
        locale,
        ..
    } = new.clone();
    let was_in_use = move |one: &&TemplateStanding| match one.state {
        Published => one.effective_at.is_none_or(|begun| begun < at),
        Retired => true,
        Draft | InReview | Recalled => false,
    };
    before
        .iter()
        .filter(move |one| one.template.code == code && one.template.id != id)
        .filter(was_in_use)
        .filter(move |one| match locale {
            Locale::ZhCn => one.template.locale == Locale::ZhCn || one.template.version != version,
            other => one.template.locale == other,
        })
}

/// May this person publish it, from then on?
///
/// Refuses: `consent.illegal_transition`, `people.second_person_required` for what he wrote himself,
/// `consent.template_scheduled` while another one waits for its time, `consent.template_version_old` unless newer than
/// every version that was ever published, `consent.template_original_missing` for a translation without the Chinese text
/// of its version.
pub fn may_publish(
    one: &TemplateStanding,
    all: &[TemplateStanding],
    editor: Option<StaffId>,
    publisher: StaffId,
    effective_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    step(one.state, Step::Publish)?;
    if editor.is_none_or(|editor| editor == publisher) {
        return Err(Refusal::Plain(Code::PeopleSecondPersonRequired));
    }
    let template = &one.template;
    let others = || {
        all.iter()
            .filter(|other| other.template.code == template.code && other.template.id != template.id)
    };
    let same = || others().filter(|other| other.template.locale == template.locale);
    let waits =
        |other: &TemplateStanding| other.state == Published && other.effective_at.is_some_and(|at| at > now);
    if same().any(waits) {
        return Err(Refusal::Plain(Code::ConsentTemplateScheduled));
    }
    if template.locale == Locale::ZhCn {
        let version = version_key(&template.version);
        let old = same()
            .filter(|other| ![Draft, InReview].contains(&other.state))
            .any(|other| version_key(&other.template.version) >= version);
        return match old {
            true => Err(Refusal::Plain(Code::ConsentTemplateVersionOld)),
            false => Ok(()),
        };
    }
    match original(template, all, effective_at) {
        Some(_) => Ok(()),
        None => Err(Refusal::Plain(Code::ConsentTemplateOriginalMissing)),
    }
}

/// The Chinese text that a translation belongs to, published from its time on.
pub fn original<'a>(
    translation: &Listed,
    all: &'a [TemplateStanding],
    effective_at: DateTime<Utc>,
) -> Option<&'a TemplateStanding> {
    all.iter().find(|one| {
        one.template.code == translation.code
            && one.template.locale == Locale::ZhCn
            && one.template.version == translation.version
            && is_effective(one, effective_at)
    })
}

/// The translations that a recall of the Chinese text takes with it: those of its version that are or were in use.
pub fn translations<'a>(
    one: &TemplateStanding,
    all: &'a [TemplateStanding],
) -> impl Iterator<Item = &'a TemplateStanding> {
    let Listed {
        code,
        version,
        locale,
        ..
    } = one.template.clone();
    all.iter().filter(move |other| {
        locale == Locale::ZhCn
            && other.template.locale != locale
            && (&other.template.code, &other.template.version) == (&code, &version)
            && step(other.state, Step::Recall).is_ok()
    })
}

/// May a consent be released from this template?
///
/// Refuses: `consent.template_recalled`, `consent.template_retired` for any other that is not the one in effect.
pub fn may_release(template_id: &str, all: &[TemplateStanding], now: DateTime<Utc>) -> Result<(), Refusal> {
    let retired = Err(Refusal::Plain(Code::ConsentTemplateRetired));
    let Some(one) = all.iter().find(|one| one.template.id == template_id) else {
        return retired;
    };
    let current = in_effect(all, &one.template.code, one.template.locale, now);
    match (one.state, current) {
        (Recalled, _) => Err(Refusal::Plain(Code::ConsentTemplateRecalled)),
        (_, Some(current)) if current.template.id == template_id => Ok(()),
        _ => retired,
    }
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
