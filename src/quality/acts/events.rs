//! Adverse events: reporting one, reading them, taking one to its end.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::grave;
use super::reminders::look_again;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::{AdverseEventId, FacilityId, LaborId, PatientId, StaffId};
use crate::base::{Act, Actor, Code, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::{Ctx, Records, Tx};
use crate::http::params::Faults;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::quality::model::{
    Addition, AdverseEvent, Category, Class, EventLine, EventState, HandedIn, Report, RootCause, event_number,
};
use crate::quality::{rules, store};
use crate::{analgesia, once, people};

/// What is needed for a report.
#[derive(Clone, Debug)]
pub struct ReportDraft {
    /// How bad it was.
    pub class: Class,
    /// What happened.
    pub category: Category,
    /// Without the reporter's name; classes III and IV only.
    pub anonymous: bool,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was found.
    pub discovered_at: DateTime<Utc>,
    /// 1 no treatment – 4 permanent harm or death.
    pub severity: Option<i64>,
    /// The woman, if it concerns one.
    pub patient: Option<PatientId>,
    /// Her labor.
    pub labor: Option<LaborId>,
    /// What it says.
    pub report: Report,
}

fn checked(draft: ReportDraft, now: DateTime<Utc>) -> Result<ReportDraft> {
    let mut faults = Faults::default();
    faults.past(draft.occurred_at, now, "/occurred_at");
    faults.past(draft.discovered_at, now, "/discovered_at");
    faults.check(
        draft.discovered_at >= draft.occurred_at,
        "/discovered_at",
        "before_occurrence",
    );
    faults.check(
        !draft.anonymous || rules::may_be_anonymous(draft.class),
        "/anonymous",
        "named_report_needed",
    );
    if let Some(severity) = draft.severity {
        faults.number(severity, "/severity", 1, 4);
    }
    let report = draft.report;
    let optional = |faults: &mut Faults, text: Option<String>, pointer: &str| {
        text.map(|text| faults.text(&text, pointer, 1, 2000))
    };
    if let Some(age) = report.age {
        faults.number(age, "/age", 0, 120);
    }
    let report = Report {
        age: report.age,
        diagnosis: report
            .diagnosis
            .map(|text| faults.text(&text, "/diagnosis", 1, 500)),
        place: faults.text(&report.place, "/place", 1, 100),
        what_happened: faults.text(&report.what_happened, "/what_happened", 2, 4000),
        immediate_measures: optional(&mut faults, report.immediate_measures, "/immediate_measures"),
        people_involved: optional(&mut faults, report.people_involved, "/people_involved"),
        family_informed: optional(&mut faults, report.family_informed, "/family_informed"),
        outcome: report.outcome,
    };
    faults.done()?;
    Ok(ReportDraft { report, ..draft })
}

/// Reports an adverse event. An anonymous one keeps nothing of who sent it: no staff id, no request id, and no record of
/// the retry key, so that a repeat of it is a second report.
///
/// Errors: `http.invalid`, `http.idempotency_key_missing`, `Missing` for a woman or labor of another hospital.
#[instrument(name = "quality.report", skip_all)]
pub async fn report(ctx: &Ctx, caller: &Caller, draft: ReportDraft) -> Result<AdverseEvent> {
    policy::allowed(caller, Act::QualityReport)?;
    let tx = if draft.anonymous {
        unkept(ctx, Act::QualityReport, caller).await?
    } else {
        once!(ctx, Act::QualityReport, caller)
    };
    let id = tx.id();
    handed_in(tx, Act::QualityReport, caller, id, draft).await
}

/// Opens the transaction of a report without a name: its retry key is asked for as always, and not kept.
///
/// Errors: `http.idempotency_key_missing`.
pub(super) async fn unkept(ctx: &Ctx, act: Act, caller: &Caller) -> Result<Tx> {
    if caller.request.idempotency_key.is_none() {
        return Err(Error::Malformed(Code::HttpIdempotencyKeyMissing));
    }
    ctx.write(act).await
}

/// Files a report under this id.
pub(super) async fn handed_in(
    mut tx: Tx,
    act: Act,
    caller: &Caller,
    id: AdverseEventId,
    draft: ReportDraft,
) -> Result<AdverseEvent> {
    let staff = caller.staff()?;
    let reporter = (!draft.anonymous).then_some((staff.id, staff.role));
    let event = add(&mut tx, id, staff.facility, reporter, draft).await?;
    let detail = json!({ "class": event.class.word(), "category": event.category.word() });
    if reporter.is_some() {
        tx.journal(caller, subject(&event), detail).await?;
    } else {
        let (place, thing) = (Some(staff.facility), Subject::thing("adverse_event", id));
        tx.journal_as(act, Actor::ANONYMOUS, place, thing, detail, None)
            .await?;
    }
    tx.commit_with(&event).await?;
    Ok(event)
}

async fn add(
    tx: &mut Tx,
    id: AdverseEventId,
    facility: FacilityId,
    reporter: Option<(StaffId, Role)>,
    draft: ReportDraft,
) -> Result<AdverseEvent> {
    let mut draft = checked(draft, tx.now)?;
    let mut patient = draft.patient;
    if let Some(labor) = draft.labor {
        let labor = analgesia::facts::labor(tx, facility, labor)
            .await?
            .filter(|labor| patient.is_none_or(|patient| patient == labor.patient_id))
            .ok_or(Error::Missing(Noun::Labor))?;
        patient = Some(labor.patient_id);
    }
    if let Some(patient) = patient {
        let record = people::facts::patient(tx, facility, patient)
            .await?
            .ok_or(Error::Missing(Noun::Patient))?;
        let age = record
            .birth_date
            .and_then(|birth| rules::age(birth, clinic_date(draft.occurred_at)));
        draft.report.age = age.or(draft.report.age);
    }
    let hours = people::facts::facility(tx, facility)
        .await?
        .settings
        .adverse_event_hours;
    let due = draft.discovered_at + rules::deadline(draft.class, hours);
    let event = AdverseEvent {
        number: event_number(id, tx.now),
        id,
        facility_id: facility,
        class: draft.class,
        category: draft.category,
        state: EventState::Submitted,
        severity: draft.severity,
        reporter,
        patient_id: patient,
        labor_id: draft.labor,
        report: draft.report,
        occurred_at: draft.occurred_at,
        discovered_at: draft.discovered_at,
        reported_at: tx.now,
        due,
        handed_in: HandedIn {
            class: draft.class,
            severity: draft.severity,
            due,
        },
        escalated_at: None,
        closed_at: None,
        entries: Vec::new(),
        files: store::files(tx, facility, id).await?,
        version: 1,
    };
    store::add_event(tx, &event).await?;
    grave::told(tx, &event, hours).await?;
    if event.labor_id.is_some() {
        look_again(tx, facility).await?;
    }
    Ok(event)
}

pub(super) fn subject(event: &AdverseEvent) -> Subject {
    Subject {
        noun: "adverse_event",
        id: Some(event.id.0),
        patient: event.patient_id.map(Uuid::from),
    }
}

/// The reports of the hospital, the newest first.
#[instrument(name = "quality.events", skip_all)]
pub async fn events(
    ctx: &Ctx,
    caller: &Caller,
    state: Option<EventState>,
    page: PageRequest,
) -> Result<Page<EventLine>> {
    policy::allowed(caller, Act::QualityEvents)?;
    let facility = caller.staff()?.facility;
    let filter = state.map_or("all", EventState::word);
    let after = page.after(filter)?;
    let mut tx = ctx.write(Act::QualityEvents).await?;
    let rows = store::events(&mut tx, facility, state, after, page.limit + 1).await?;
    let page = page.page(rows, filter, |line| (line.reported_at, line.id.0));
    tx.journal(
        caller,
        Subject::list("adverse_event"),
        json!({ "count": page.items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(page)
}

pub(super) async fn loaded(
    r: &mut impl Records,
    caller: &Caller,
    act: Act,
    id: AdverseEventId,
) -> Result<AdverseEvent> {
    let staff = caller.staff()?;
    let missing = || Error::Missing(Noun::AdverseEvent);
    let event = store::event(r, staff.facility, id).await?.ok_or_else(missing)?;
    let belongs = Belongs {
        facility: event.facility_id,
        account: None,
    };
    policy::may(caller, act, Noun::AdverseEvent, belongs)?;
    let own = event.reporter.is_some_and(|(reporter, _)| reporter == staff.id);
    if own || staff.role == Role::Quality {
        return Ok(event);
    }
    // Whom an unverified report was escalated to reads it, with its files, while it is not verified.
    let escalated = matches!(act, Act::QualityEvent | Act::QualityAttachment)
        && event.escalated_at.is_some()
        && rules::escalates(event.class, event.state);
    let called = escalated
        && people::facts::on_duty(r, staff.facility, Role::Quality)
            .await?
            .contains(&staff.id);
    if called { Ok(event) } else { Err(missing()) }
}

/// One report, for the quality office, for who reported it, and for a duty officer once nobody verified it in time.
#[instrument(name = "quality.event", skip_all)]
pub async fn event(ctx: &Ctx, caller: &Caller, id: AdverseEventId) -> Result<AdverseEvent> {
    policy::allowed(caller, Act::QualityEvent)?;
    let mut tx = ctx.write(Act::QualityEvent).await?;
    let event = loaded(&mut tx, caller, Act::QualityEvent, id).await?;
    tx.journal(caller, subject(&event), json!({})).await?;
    tx.commit().await?;
    Ok(event)
}

/// The quality office adds to a report and moves it on; nothing that was written is overwritten.
///
/// Errors: `Stale`, `http.invalid`, `quality.illegal_transition`, `quality.discussion_missing`, `quality.authority_untold`.
#[instrument(name = "quality.update_event", skip_all)]
pub async fn update_event(
    ctx: &Ctx,
    caller: &Caller,
    id: AdverseEventId,
    state: EventState,
    addition: Addition,
) -> Result<AdverseEvent> {
    policy::allowed(caller, Act::QualityUpdateEvent)?;
    let staff = caller.staff()?;
    let mut tx = ctx.write(Act::QualityUpdateEvent).await?;
    let mut event = loaded(&mut tx, caller, Act::QualityUpdateEvent, id).await?;
    caller.request.must_match(event.version)?;
    let class = addition.class.unwrap_or(event.class);
    let before = || event.entries.iter().map(|entry| &entry.addition);
    let discussed = before().any(rules::is_discussed);
    let told = before().any(|addition| addition.authority_told_at.is_some());
    rules::may_become(event.state, state, class, &addition, discussed, told).map_err(Error::Refused)?;
    let addition = checked_addition(addition, &event, state, tx.now)?;
    let (class_before, state_before) = (event.class, event.state);
    let hours = people::facts::facility(&mut tx, staff.facility)
        .await?
        .settings
        .adverse_event_hours;
    if rules::is_graver(class, class_before) {
        let due = tx.now + rules::deadline(class, hours);
        let was_grave = rules::is_grave(class_before);
        event.due = if was_grave { event.due.min(due) } else { due };
        if rules::escalates(class, state) {
            event.escalated_at = None;
        }
    }
    event.class = class;
    event.severity = addition.severity.or(event.severity);
    event.state = state;
    event.closed_at = (state == EventState::Closed).then_some(tx.now);
    if !store::save_event(&mut tx, &event).await? {
        return Err(Error::Stale {
            current: event.version + 1,
        });
    }
    event.version += 1;
    let entry = store::add_entry(&mut tx, &event, staff.id, &addition).await?;
    event.entries.push(entry);
    grave::moved(&mut tx, &event, class_before, state_before, hours).await?;
    tx.journal(
        caller,
        subject(&event),
        json!({ "state": state.word(), "class": class.word() }),
    )
    .await?;
    tx.commit().await?;
    Ok(event)
}

fn checked_addition(
    addition: Addition,
    event: &AdverseEvent,
    state: EventState,
    now: DateTime<Utc>,
) -> Result<Addition> {
    let mut faults = Faults::default();
    let note = faults.text(&addition.note, "/note", 2, 4000);
    if let Some(severity) = addition.severity {
        faults.number(severity, "/severity", 1, 4);
    }
    let known_cause = |entry: Option<RootCause>| entry.is_some();
    let analyzed_before = event
        .entries
        .iter()
        .any(|entry| known_cause(entry.addition.root_cause));
    faults.check(
        state != EventState::Analyzed || analyzed_before || known_cause(addition.root_cause),
        "/root_cause",
        "required",
    );
    if let Some(told_at) = addition.authority_told_at {
        faults.past(told_at, now, "/authority_told_at");
    }
    if let Some(day) = addition.discussed_on {
        faults.check(day <= clinic_date(now), "/discussed_on", "in_future");
        let began = clinic_date(event.occurred_at);
        faults.check(day >= began, "/discussed_on", "before_occurrence");
    }
    let text = |faults: &mut Faults, text: Option<String>, pointer: &str, most: usize| {
        text.map(|text| faults.text(&text, pointer, 1, most))
    };
    let addition = Addition {
        note,
        corrective_action: text(
            &mut faults,
            addition.corrective_action,
            "/corrective_action",
            2000,
        ),
        action_owner: text(&mut faults, addition.action_owner, "/action_owner", 100),
        conclusion: text(&mut faults, addition.conclusion, "/conclusion", 4000),
        authority_number: text(&mut faults, addition.authority_number, "/authority_number", 60),
        ..addition
    };
    faults.done()?;
    Ok(addition)
}
