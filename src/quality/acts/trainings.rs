//! Trainings and drills, what is due of them, and what the records say of the self-check.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use tracing::instrument;
use uuid::Uuid;

use super::days::Days;
use super::reminders::look_again;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Act, Code, Noun, Page, PageRequest, Role, Subject};
use crate::content::forms::READINESS;
use crate::ctx::{Ctx, Records, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::people;
use crate::people::caller::{Caller, Colleague};
use crate::people::model::Requirement;
use crate::people::policy;
use crate::quality::indicators::{Indicator, rate};
use crate::quality::store;
use crate::quality::training::{self, Due, ItemValue, Trainee, Training, TrainingKind, TrainingWords};
use crate::questionnaire::{Answer, Answers};

/// Most people of one training.
const MOST_PEOPLE: i64 = 300;
/// Longest time from decision to delivery in a drill: more is a slip of the pen.
const LONGEST_DRILL: TimeDelta = TimeDelta::hours(12);

/// A training or a drill that was held.
#[derive(Clone, Debug)]
pub struct TrainingDraft {
    /// What was trained.
    pub kind: TrainingKind,
    /// The day.
    pub held_on: NaiveDate,
    /// What it was about; of a drill its scenario.
    pub title: String,
    /// What was found.
    pub note: Option<String>,
    /// When a cesarean was decided on, in a drill.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the baby was out, in a drill.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Who took part.
    pub people: Vec<Trainee>,
    /// The one in whose place it stands.
    pub replaces: Option<Uuid>,
}

/// A training or a drill is written down; a correction takes the place of an earlier one.
///
/// Errors: `http.invalid`, also for a drill without an obstetrician and an anesthesiologist; `quality.training_replaced`.
#[instrument(name = "quality.train", skip_all)]
pub async fn train(ctx: &Ctx, caller: &Caller, draft: TrainingDraft) -> Result<Training> {
    policy::allowed(caller, Act::QualityTrain)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::QualityTrain, caller);
    let mut faults = Faults::default();
    faults.check(draft.held_on <= clinic_date(tx.now), "/held_on", "in_future");
    let words = TrainingWords {
        title: faults.text(&draft.title, "/title", 1, 200),
        note: draft
            .note
            .as_deref()
            .map(|note| faults.text(note, "/note", 1, 2000)),
    };
    let roles = roles_of(&mut tx, &mut faults, me, &draft.people).await?;
    let drill = draft.kind == TrainingKind::Drill;
    let joint = [Role::Obstetrician, Role::Anesthesiologist];
    faults.check(
        !drill || joint.iter().all(|role| roles.contains(role)),
        "/people",
        "joint",
    );
    let timed = draft.decided_at.is_some() || draft.delivered_at.is_some();
    faults.check(drill || !timed, "/decided_at", "unknown");
    let ordered = match (draft.decided_at, draft.delivered_at) {
        (Some(decided), Some(delivered)) => decided <= delivered,
        (None, None) => true,
        _ => false,
    };
    faults.check(ordered, "/delivered_at", "inconsistent");
    if let Some(decided) = draft.decided_at {
        faults.check(
            clinic_date(decided) == draft.held_on,
            "/decided_at",
            "inconsistent",
        );
        let longest = draft
            .delivered_at
            .is_none_or(|delivered| delivered - decided <= LONGEST_DRILL);
        faults.check(longest, "/delivered_at", "inconsistent");
    }
    if let Some(at) = draft.delivered_at {
        faults.past(at, tx.now, "/delivered_at");
    }
    if let Some(id) = draft.replaces {
        let known = store::training(&mut tx, me.facility, id).await?;
        faults.check(known.is_some(), "/replaces", "unknown");
    }
    faults.done()?;
    let training = Training {
        id: tx.id(),
        kind: draft.kind,
        held_on: draft.held_on,
        words,
        decided_at: draft.decided_at,
        delivered_at: draft.delivered_at,
        people: draft.people,
        replaces: draft.replaces,
        by: me.id,
        at: tx.now,
    };
    if !store::add_training(&mut tx, me.facility, &training).await? {
        return Err(Error::Refused(Code::QualityTrainingReplaced));
    }
    let detail = json!({
        "kind": training.kind.word(), "people": training.people.len(), "replaces": training.replaces,
    });
    tx.journal(caller, Subject::thing("training", training.id), detail)
        .await?;
    look_again(&mut tx, me.facility).await?;
    tx.commit_with(&training).await?;
    Ok(training)
}

/// The roles of those who took part; everybody is of this hospital and named once.
async fn roles_of(
    tx: &mut Tx,
    faults: &mut Faults,
    me: Colleague,
    people: &[Trainee],
) -> Result<BTreeSet<Role>> {
    let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
    faults.number(count, "/people", 1, MOST_PEOPLE);
    let (mut roles, mut named) = (BTreeSet::new(), BTreeSet::new());
    if count > MOST_PEOPLE {
        return Ok(roles);
    }
    for (at, one) in people.iter().enumerate() {
        let known = people::facts::staff(tx, me.facility, one.staff).await?;
        let pointer = format!("/people/{at}/staff");
        faults.check(known.is_some() && named.insert(one.staff), &pointer, "unknown");
        roles.extend(known.map(|staff| staff.role));
        if let Some(score) = one.score {
            faults.number(score, &format!("/people/{at}/score"), 0, 100);
        }
    }
    Ok(roles)
}

/// The trainings and drills, the last day first; without those in whose place another one stands.
#[instrument(name = "quality.trainings", skip_all)]
pub async fn trainings(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<Training>> {
    policy::allowed(caller, Act::QualityTrainings)?;
    let facility = caller.staff()?.facility;
    let after = page.after("trainings")?;
    let mut view = ctx.view();
    let rows = store::trainings(&mut view, facility, after, page.limit + 1).await?;
    Ok(page.page(rows, "trainings", |one| (one.held_on, one.id)))
}

/// What is due: the next drill and joint training, and what people lack or will lack within a month.
#[instrument(name = "quality.trainings_due", skip_all)]
pub async fn trainings_due(ctx: &Ctx, caller: &Caller) -> Result<Vec<Due>> {
    policy::allowed(caller, Act::QualityTrainingsDue)?;
    let facility = caller.staff()?.facility;
    let today = clinic_date(ctx.clock.now());
    due_on(&mut ctx.view(), ctx, facility, today).await
}

pub(super) async fn due_on(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    today: NaiveDate,
) -> Result<Vec<Due>> {
    let drill = store::last_training(r, facility, TrainingKind::Drill, today).await?;
    let people = people::facts::practicing(r, facility, today).await?;
    let trained = store::trained(r, facility, today).await?;
    let joint = next_joint(r, ctx, facility, today).await?;
    Ok(training::due(
        drill.map(|one| one.held_on),
        joint,
        &people,
        &trained,
        today,
    ))
}

/// By when the service team trains together again: what the last self-check said, unless it has since. How often it does
/// is the hospital's own rule, so after a training the next self-check says the next day.
async fn next_joint(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    today: NaiveDate,
) -> Result<Option<NaiveDate>> {
    let Some(check) = store::readiness(r, facility, None, 1).await?.pop() else {
        return Ok(None);
    };
    let entry = ctx.content.forms.canonical(&check.result.form);
    let form = &entry
        .ok_or_else(|| Error::broken("the form of a self-check is no longer loaded"))?
        .form;
    let answers = Answers::from_response(form, &check.content);
    let day = |link_id: &str| answers.get(link_id).first().and_then(Answer::day);
    let held = store::last_training(r, facility, TrainingKind::Joint, today).await?;
    let since = held.is_some_and(|one| Some(one.held_on) > day("E9.last"));
    Ok(day("E9.next").filter(|_| !since))
}

/// How an item of the self-check stands by the records.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The item.
    pub item: &'static str,
    /// How it stands; absent where there is nothing to judge by.
    pub value: Option<ItemValue>,
    /// How many people or births meet it.
    pub met: Option<usize>,
    /// Of how many.
    pub of: Option<usize>,
}

/// What the records say of the self-check today.
#[derive(Clone, Debug)]
pub struct RecordedReadiness {
    /// Item by item.
    pub items: Vec<Recorded>,
    /// A self-check with these answers, to be completed by hand.
    pub content: Value,
}

/// What the records say of the self-check today: who is qualified and trained (D1–D8), how often consent came before the
/// first dose in the last year (E5), the last drill (E7) and the last joint training (E9). How often the team trains is the
/// hospital's own rule, so by when the next one is due is left to the hand.
#[instrument(name = "quality.recorded_readiness", skip_all)]
pub async fn recorded_readiness(ctx: &Ctx, caller: &Caller) -> Result<RecordedReadiness> {
    policy::allowed(caller, Act::QualityRecordedReadiness)?;
    let facility = caller.staff()?.facility;
    let today = clinic_date(ctx.clock.now());
    let mut view = ctx.view();
    let people = people::facts::practicing(&mut view, facility, today).await?;
    let trained = store::trained(&mut view, facility, today).await?;
    let (mut items, mut flat) = (Vec::new(), Map::new());
    for item in Requirement::ALL {
        let (met, of) = training::met(*item, &people, &trained);
        items.push(Recorded {
            item: item.word(),
            value: training::share(met, of),
            met: Some(met),
            of: Some(of),
        });
    }
    let year = today.checked_sub_months(Months::new(12)).unwrap_or(today);
    let births = Days::read(ctx, facility, year, today).await?;
    let consented = births.figure(year, today, Indicator::A16);
    let counted = |count: i64| usize::try_from(count).unwrap_or_default();
    let (met, of) = (counted(consented.numerator), counted(consented.denominator));
    items.push(Recorded {
        item: "E5",
        value: training::share(met, of),
        met: Some(met),
        of: Some(of),
    });
    if let Some(rate) = rate(consented.numerator, consented.denominator, 100) {
        flat.insert("E5.rate".to_owned(), rate.into());
    }
    let drill = store::last_training(&mut view, facility, TrainingKind::Drill, today).await?;
    items.push(Recorded {
        item: "E7",
        value: Some(training::drilled(drill.as_ref().map(|one| one.held_on), today)),
        met: None,
        of: None,
    });
    if let Some(drill) = drill {
        flat.insert("E7.last".to_owned(), json!(drill.held_on));
        flat.insert("E7.ddi".to_owned(), json!(drill.ddi_min()));
        flat.insert("E7.scenario".to_owned(), drill.words.title.into());
    }
    let joint = store::last_training(&mut view, facility, TrainingKind::Joint, today).await?;
    items.push(Recorded {
        item: "E9",
        value: training::share(usize::from(joint.is_some()), 1),
        met: None,
        of: None,
    });
    if let Some(joint) = joint {
        flat.insert("E9.last".to_owned(), json!(joint.held_on));
    }
    for one in &items {
        if let Some(value) = one.value {
            flat.insert(one.item.to_owned(), value.word().into());
        }
    }
    flat.insert("check.date".to_owned(), json!(today));
    let form = ctx.content.forms.current(READINESS);
    let form = form.ok_or(Error::Missing(Noun::Questionnaire))?;
    Ok(RecordedReadiness {
        items,
        content: form.form.response_from_flat(&flat),
    })
}
