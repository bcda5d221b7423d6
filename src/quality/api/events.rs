//! Adverse events on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;

use super::drafts::EventFileOut;
use crate::base::Role;
use crate::base::id::{AdverseEventId, LaborId, PatientId, StaffId};
use crate::quality::acts::{Offer, ReportDraft};
use crate::quality::model::{
    Addition, AdverseEvent, Category, Class, EventEntry, EventLine, EventState, Outcome, Report, RootCause,
};

/// Reports that are to be written.
#[derive(Object)]
pub struct OffersOut {
    /// The newest first.
    items: Vec<OfferOut>,
}

/// Something that was recorded, must be reported, and is not yet.
#[derive(Object)]
struct OfferOut {
    /// The labor, for the report.
    labor: LaborId,
    /// Whose.
    patient: PatientId,
    /// As what it must be reported.
    category: Category,
    /// When it happened.
    at: DateTime<Utc>,
    /// By when the report is due, as of the gravest class that it may be.
    due: DateTime<Utc>,
}

impl From<Vec<Offer>> for OffersOut {
    fn from(offers: Vec<Offer>) -> OffersOut {
        let out = |offer: Offer| OfferOut {
            labor: offer.labor,
            patient: offer.patient,
            category: offer.category,
            at: offer.at,
            due: offer.due,
        };
        OffersOut {
            items: offers.into_iter().map(out).collect(),
        }
    }
}

/// A report of an adverse event.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReportIn {
    /// How bad it was.
    class: Class,
    /// What happened.
    category: Category,
    /// Without your name; classes III and IV only.
    #[oai(default)]
    anonymous: bool,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was found.
    discovered_at: DateTime<Utc>,
    /// 1 no treatment, 2 treated on the ward, 3 longer stay, intensive care or procedure, 4 permanent harm or death.
    severity: Option<i64>,
    /// The woman, if it concerns one.
    patient: Option<PatientId>,
    /// Her labor.
    labor: Option<LaborId>,
    /// Age in years; of a woman with a record it is taken from there.
    age: Option<i64>,
    /// Diagnosis, up to 500 characters.
    diagnosis: Option<String>,
    /// Department and place, up to 100 characters.
    place: String,
    /// What happened, 2–4000 characters.
    what_happened: String,
    /// What was done at once, up to 2000 characters.
    immediate_measures: Option<String>,
    /// What it left behind.
    outcome: Outcome,
    /// Who was involved, as roles and never as names.
    people_involved: Option<String>,
    /// Who of the family was told what and when.
    family_informed: Option<String>,
}

impl From<ReportIn> for ReportDraft {
    fn from(body: ReportIn) -> ReportDraft {
        ReportDraft {
            class: body.class,
            category: body.category,
            anonymous: body.anonymous,
            occurred_at: body.occurred_at,
            discovered_at: body.discovered_at,
            severity: body.severity,
            patient: body.patient,
            labor: body.labor,
            report: Report {
                age: body.age,
                diagnosis: body.diagnosis,
                place: body.place,
                what_happened: body.what_happened,
                immediate_measures: body.immediate_measures,
                outcome: body.outcome,
                people_involved: body.people_involved,
                family_informed: body.family_informed,
            },
        }
    }
}

/// What the quality office adds, and the state that it leads to.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AdditionIn {
    /// The same state, or the next one.
    state: EventState,
    /// In words, 2–4000 characters.
    note: String,
    /// Another class, once it is understood better.
    class: Option<Class>,
    /// 1–4.
    severity: Option<i64>,
    /// Whether it could have been prevented.
    preventable: Option<bool>,
    /// Where its root lies; needed for `analyzed`.
    root_cause: Option<RootCause>,
    /// What is changed, up to 2000 characters.
    corrective_action: Option<String>,
    /// Who sees to it, as a role or department.
    action_owner: Option<String>,
    /// By when.
    action_due: Option<NaiveDate>,
    /// When the case was discussed; classes I and II need it before they are closed.
    discussed_on: Option<NaiveDate>,
    /// What the discussion found, up to 4000 characters.
    conclusion: Option<String>,
    /// When the health authority was told; needed before a class I report is closed.
    authority_told_at: Option<DateTime<Utc>>,
    /// Number of that report.
    authority_number: Option<String>,
}

impl From<AdditionIn> for (EventState, Addition) {
    fn from(body: AdditionIn) -> (EventState, Addition) {
        let addition = Addition {
            note: body.note,
            class: body.class,
            severity: body.severity,
            preventable: body.preventable,
            root_cause: body.root_cause,
            corrective_action: body.corrective_action,
            action_owner: body.action_owner,
            action_due: body.action_due,
            discussed_on: body.discussed_on,
            conclusion: body.conclusion,
            authority_told_at: body.authority_told_at,
            authority_number: body.authority_number,
        };
        (body.state, addition)
    }
}

/// One addition.
#[derive(Object)]
struct EntryOut {
    /// The state that it left the report in.
    state: EventState,
    /// Who.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
    /// In words.
    note: String,
    /// Another class.
    class: Option<Class>,
    /// 1–4.
    severity: Option<i64>,
    /// Whether it could have been prevented.
    preventable: Option<bool>,
    /// Where its root lies.
    root_cause: Option<RootCause>,
    /// What is changed.
    corrective_action: Option<String>,
    /// Who sees to it.
    action_owner: Option<String>,
    /// By when.
    action_due: Option<NaiveDate>,
    /// When the case was discussed.
    discussed_on: Option<NaiveDate>,
    /// What the discussion found.
    conclusion: Option<String>,
    /// When the health authority was told.
    authority_told_at: Option<DateTime<Utc>>,
    /// Number of that report.
    authority_number: Option<String>,
}

impl From<EventEntry> for EntryOut {
    fn from(entry: EventEntry) -> EntryOut {
        let addition = entry.addition;
        EntryOut {
            state: entry.state,
            by: entry.by,
            at: entry.at,
            note: addition.note,
            class: addition.class,
            severity: addition.severity,
            preventable: addition.preventable,
            root_cause: addition.root_cause,
            corrective_action: addition.corrective_action,
            action_owner: addition.action_owner,
            action_due: addition.action_due,
            discussed_on: addition.discussed_on,
            conclusion: addition.conclusion,
            authority_told_at: addition.authority_told_at,
            authority_number: addition.authority_number,
        }
    }
}

/// An adverse event.
#[derive(Object)]
pub struct EventOut {
    /// Its id.
    id: AdverseEventId,
    /// Number that people quote.
    number: String,
    /// How bad it was, as understood now.
    class: Class,
    /// What happened.
    category: Category,
    /// Where the report stands.
    state: EventState,
    /// 1–4.
    severity: Option<i64>,
    /// Who reported; absent for an anonymous report.
    reporter: Option<StaffId>,
    /// As what.
    reporter_role: Option<Role>,
    /// The woman, if it concerns one.
    patient: Option<PatientId>,
    /// Her labor.
    labor: Option<LaborId>,
    /// Age in years when it happened.
    age: Option<i64>,
    /// Diagnosis.
    diagnosis: Option<String>,
    /// Department and place.
    place: String,
    /// What happened.
    what_happened: String,
    /// What was done at once.
    immediate_measures: Option<String>,
    /// What it left behind.
    outcome: Outcome,
    /// Who was involved, as roles.
    people_involved: Option<String>,
    /// Who of the family was told what and when.
    family_informed: Option<String>,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was found.
    discovered_at: DateTime<Utc>,
    /// When it was reported.
    reported_at: DateTime<Utc>,
    /// How bad it was taken for when it was handed in.
    reported_class: Class,
    /// 1–4, as it was handed in.
    reported_severity: Option<i64>,
    /// By when the written report was due, as it was handed in.
    reported_due: DateTime<Utc>,
    /// Whether it came later than that.
    late: bool,
    /// By when it is due as it is understood now: once it turns out to be graver its time begins anew.
    due: DateTime<Utc>,
    /// Since when nobody verified it in time.
    escalated_at: Option<DateTime<Utc>>,
    /// When it was closed.
    closed_at: Option<DateTime<Utc>>,
    /// What was added, the earliest first.
    entries: Vec<EntryOut>,
    /// Its files, the earliest first.
    attachments: Vec<EventFileOut>,
    /// Revision.
    version: i64,
}

impl From<AdverseEvent> for EventOut {
    fn from(event: AdverseEvent) -> EventOut {
        let report = event.report;
        let reporter = event.reporter.map(|(id, _)| id);
        let file = |file| EventFileOut::of(file, reporter);
        EventOut {
            id: event.id,
            number: event.number,
            class: event.class,
            category: event.category,
            state: event.state,
            severity: event.severity,
            reporter,
            reporter_role: event.reporter.map(|(_, role)| role),
            patient: event.patient_id,
            labor: event.labor_id,
            age: report.age,
            diagnosis: report.diagnosis,
            place: report.place,
            what_happened: report.what_happened,
            immediate_measures: report.immediate_measures,
            outcome: report.outcome,
            people_involved: report.people_involved,
            family_informed: report.family_informed,
            occurred_at: event.occurred_at,
            discovered_at: event.discovered_at,
            reported_at: event.reported_at,
            reported_class: event.handed_in.class,
            reported_severity: event.handed_in.severity,
            reported_due: event.handed_in.due,
            late: event.reported_at > event.handed_in.due,
            due: event.due,
            escalated_at: event.escalated_at,
            closed_at: event.closed_at,
            entries: event.entries.into_iter().map(Into::into).collect(),
            attachments: event.files.into_iter().map(file).collect(),
            version: event.version,
        }
    }
}

/// A line of the list.
#[derive(Clone, Debug, Object)]
pub struct EventLineOut {
    /// Its id.
    id: AdverseEventId,
    /// Number that people quote.
    number: String,
    /// How bad it was.
    class: Class,
    /// What happened.
    category: Category,
    /// Where the report stands.
    state: EventState,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was reported.
    reported_at: DateTime<Utc>,
    /// By when the written report was due.
    due: DateTime<Utc>,
    /// Since when nobody verified it in time.
    escalated_at: Option<DateTime<Utc>>,
    /// Revision, as in its ETag.
    version: i64,
}

impl From<EventLine> for EventLineOut {
    fn from(line: EventLine) -> EventLineOut {
        EventLineOut {
            id: line.id,
            number: line.number,
            class: line.class,
            category: line.category,
            state: line.state,
            occurred_at: line.occurred_at,
            reported_at: line.reported_at,
            due: line.due,
            escalated_at: line.escalated_at,
            version: line.version,
        }
    }
}
