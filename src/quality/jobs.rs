//! What is due: a grave report that nobody verified within a day, and what the service itself puts before the office.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::model::{AdverseEvent, Category, Class, EventState, HandedIn, Outcome, Report, event_number};
use super::supply::Move;
use super::{acts, rules, store};
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::{AdverseEventId, EpisodeId, FacilityId, LaborId, PatientId};
use crate::base::{Act, Locale, Subject};
use crate::content::messages;
use crate::ctx::{Ctx, Tx};
use crate::outbox::{Job, Message};
use crate::people;

/// Job: a report goes to whom the duty list ends with.
pub const ESCALATE: &str = "quality.escalate";

/// One report.
#[derive(Serialize, Deserialize)]
pub struct OfEvent {
    /// Which.
    pub event: AdverseEventId,
    /// The class whose time is over; another one has a job of its own.
    pub class: Option<Class>,
}

/// Job: something that the service saw itself comes before the quality office.
pub const INCIDENT: &str = "quality.incident";

/// Job: a stored file goes, if no report and no draft has it.
pub const SWEEP: &str = "quality.sweep";

#[derive(Deserialize)]
struct Sweep {
    address: String,
}

/// Job: once a day, and after each training and each record of a qualification, what is due comes before the office.
pub const REMIND: &str = "quality.remind";
/// How often.
const DAILY: Duration = Duration::days(1);

/// Job, and the task that it makes: the other hospital has not answered a referral in time.
pub const UNANSWERED: &str = "quality.referral_unanswered";

/// Which referral.
#[derive(Serialize, Deserialize)]
pub struct OfReferral {
    /// The referral.
    pub referral: Uuid,
}

/// Job: a record of analgesia names other bags than before.
const BAGS: &str = "quality.bags";
/// Job: something was recorded of a labor that may have to be reported.
const LOOK: &str = "quality.look";

/// Which labor.
#[derive(Deserialize)]
pub struct OfLabor {
    /// The labor.
    pub labor: LaborId,
    /// The pregnancy.
    pub episode: EpisodeId,
}

/// Job: a pregnancy was graded.
const CASE: &str = "quality.case";

/// What the service saw.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Analgesia was started by an exception from the rule of consent (CE-202).
    AnalgesiaException,
    /// Somebody placed a block who was not shown to be qualified.
    AnalgesiaUnqualified,
    /// Analgesia went on after she had taken her consent back (CE-052).
    AnalgesiaAfterWithdrawal,
    /// Something was given beyond the hard limits.
    AnalgesiaOutsideLimits,
    /// What is kept of a consent is not what was signed (RC10).
    ConsentIntegrity,
    /// What is kept of the log is not what was logged (CE-186).
    LogInconsistent,
    /// A controlled drug does not add up.
    ControlledDrug,
}

impl Kind {
    /// The key of its text in `content/messages`.
    fn text(self) -> &'static str {
        match self {
            Kind::AnalgesiaException => "incident_analgesia_exception",
            Kind::AnalgesiaUnqualified => "incident_analgesia_unqualified",
            Kind::AnalgesiaAfterWithdrawal => "incident_analgesia_after_withdrawal",
            Kind::AnalgesiaOutsideLimits => "incident_analgesia_outside_limits",
            Kind::ConsentIntegrity => "incident_consent_integrity",
            Kind::LogInconsistent => "incident_log_inconsistent",
            Kind::ControlledDrug => "incident_controlled_drug",
        }
    }

    fn category(self) -> Category {
        match self {
            Kind::ControlledDrug => Category::ControlledDrugDiscrepancy,
            Kind::AnalgesiaOutsideLimits => Category::WrongDrugDoseRouteOrPatient,
            _ => Category::Other,
        }
    }

    /// A dose that was given has reached her.
    fn class(self) -> Class {
        match self {
            Kind::AnalgesiaOutsideLimits => Class::III,
            _ => Class::IV,
        }
    }
}

/// What the service saw, with whom and when.
#[derive(Serialize, Deserialize)]
struct Incident {
    kind: Kind,
    patient: Option<PatientId>,
    labor: Option<LaborId>,
    at: DateTime<Utc>,
    /// The batch that does not add up.
    #[serde(default)]
    supply: Option<Uuid>,
}

/// Has a controlled drug that does not add up brought before the office; `moved` is what showed it.
pub async fn does_not_add_up(tx: &mut Tx, facility: FacilityId, supply: Uuid, moved: &Move) -> Result<()> {
    let seen = Incident {
        kind: Kind::ControlledDrug,
        patient: moved.patient,
        labor: moved.labor,
        at: moved.moved_at,
        supply: Some(supply),
    };
    tx.enqueue(Message {
        kind: INCIDENT,
        facility: Some(facility),
        payload: &seen,
        dedupe: Some(moved.id.to_string()),
        due: tx.now,
    })
    .await
}

/// Does a job of quality; false if it is not one.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    let facility = || {
        job.facility_id
            .ok_or_else(|| Error::broken("a job of quality without its hospital"))
    };
    match job.kind.as_str() {
        ESCALATE => escalate(ctx, facility()?, job.payload()?).await?,
        SWEEP => acts::sweep(ctx, facility()?, &job.payload::<Sweep>()?.address).await?,
        INCIDENT => incident(ctx, facility()?, job).await?,
        REMIND => remind(ctx, facility()?).await?,
        UNANSWERED => {
            acts::referral_unanswered(ctx, facility()?, job.payload::<OfReferral>()?.referral).await?;
        }
        LOOK => acts::look(ctx, facility()?, job.payload()?).await?,
        BAGS => acts::bags(ctx, facility()?, job.payload()?).await?,
        CASE => acts::open_case(ctx, facility()?, job.payload()?).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Makes sure that what is due in every hospital is looked at each day; asked again it changes nothing.
pub async fn begin(ctx: &Ctx) -> Result<()> {
    for facility in people::facts::facilities(&mut ctx.view()).await? {
        next(ctx, facility.id).await?;
    }
    Ok(())
}

/// The next look: one a day, whoever asks for it.
async fn next(ctx: &Ctx, facility: FacilityId) -> Result<()> {
    let due = ctx.clock.now() + DAILY;
    ctx.enqueue(Message {
        kind: REMIND,
        facility: Some(facility),
        payload: &json!({}),
        dedupe: Some(format!("{facility} {}", clinic_date(due))),
        due,
    })
    .await
}

async fn remind(ctx: &Ctx, facility: FacilityId) -> Result<()> {
    // First the next one: whatever stands in the way today does not end the chain.
    next(ctx, facility).await?;
    acts::remind(ctx, facility).await
}

/// Files a report without a reporter, of an event without harm: a person decides what it was. Idempotent: the report has
/// the job's id.
#[instrument(name = "quality.incident", skip_all)]
async fn incident(ctx: &Ctx, facility: FacilityId, job: &Job) -> Result<()> {
    let seen: Incident = job.payload()?;
    let id = AdverseEventId(job.id);
    let mut tx = ctx.write(Act::QualityIncident).await?;
    if store::event(&mut tx, facility, id).await?.is_some() {
        return Ok(());
    }
    let hours = people::facts::facility(&mut tx, facility)
        .await?
        .settings
        .adverse_event_hours;
    let class = seen.kind.class();
    let say = |key: &str| messages::field(Locale::ZhCn, key, None);
    let mut what_happened = say(seen.kind.text());
    if let Some(supply) = seen.supply {
        let supply = store::supply(&mut tx, facility, supply).await?;
        let supply = supply.ok_or_else(|| Error::broken("an incident with a batch that is not there"))?;
        let which = json!({
            "name": supply.name, "batch": supply.batch, "balance": supply.balance.to_string(), "unit": supply.unit,
        });
        what_happened += &messages::field(Locale::ZhCn, "incident_supply", Some(&which));
    }
    let due = seen.at + rules::deadline(class, hours);
    let event = AdverseEvent {
        number: event_number(id, tx.now),
        id,
        facility_id: facility,
        class,
        category: seen.kind.category(),
        state: EventState::Submitted,
        severity: None,
        reporter: None,
        patient_id: seen.patient,
        labor_id: seen.labor,
        report: Report {
            age: None,
            diagnosis: None,
            place: say("incident_place"),
            what_happened,
            immediate_measures: None,
            outcome: Outcome::None,
            people_involved: None,
            family_informed: None,
        },
        occurred_at: seen.at,
        discovered_at: seen.at,
        reported_at: tx.now,
        due,
        handed_in: HandedIn {
            class,
            severity: None,
            due,
        },
        escalated_at: None,
        closed_at: None,
        entries: Vec::new(),
        files: Vec::new(),
        version: 1,
    };
    store::add_event(&mut tx, &event).await?;
    let subject = Subject {
        noun: "adverse_event",
        id: Some(id.0),
        patient: seen.patient.map(Uuid::from),
    };
    let detail = json!({ "kind": seen.kind });
    let place = Some(facility);
    tx.journal_own(Act::QualityIncident, place, subject, detail)
        .await?;
    tx.commit().await
}

#[instrument(name = "quality.escalate", skip_all)]
async fn escalate(ctx: &Ctx, facility: FacilityId, job: OfEvent) -> Result<()> {
    let mut tx = ctx.write(Act::QualityEscalate).await?;
    let Some(mut event) = store::event(&mut tx, facility, job.event).await? else {
        return Ok(());
    };
    let other = job.class.is_some_and(|class| class != event.class);
    if other || event.escalated_at.is_some() || !rules::escalates(event.class, event.state) {
        return Ok(());
    }
    event.escalated_at = Some(tx.now);
    if !store::save_event(&mut tx, &event).await? {
        // Somebody changed it at this moment: the job comes again and looks at what it is then.
        return Err(Error::broken("an adverse event changed while it escalated"));
    }
    let called = acts::unverified(&mut tx, &event).await?;
    let subject = Subject {
        noun: "adverse_event",
        id: Some(event.id.0),
        patient: event.patient_id.map(Uuid::from),
    };
    tx.journal_own(
        Act::QualityEscalate,
        Some(facility),
        subject,
        json!({ "called": called }),
    )
    .await?;
    tx.commit().await
}
