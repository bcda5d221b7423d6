//! Nouns of quality and their small words.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::draft::EventFile;
use super::indicators::Figure;
use crate::base::Role;
use crate::base::clock::clinic_date;
use crate::base::id::{AdverseEventId, FacilityId, LaborId, PatientId, StaffId};
use crate::questionnaire::Assessment;

crate::words! {
    /// How bad it was. Source: 医疗安全(不良)事件 classes; deadlines vary by hospital (to be confirmed).
    Class {
        /// Unexpected death, or permanent loss of function not from the disease's natural course.
        I = "I",
        /// Harm caused by care and not by the disease.
        II = "II",
        /// An error without harm, or with full recovery without treatment.
        III = "III",
        /// An error found in time.
        IV = "IV",
    }

    /// What happened: the events of labor analgesia that must be reported, or another one.
    Category {
        /// Death or cardiac arrest of the mother.
        MaternalDeathOrArrest = "maternal_death_or_arrest",
        /// Total spinal.
        TotalSpinal = "total_spinal",
        /// Local anesthetic toxicity with seizure or arrhythmia.
        LocalAnestheticToxicity = "local_anesthetic_toxicity",
        /// Epidural or spinal hematoma.
        Hematoma = "hematoma",
        /// Abscess or meningitis.
        AbscessOrMeningitis = "abscess_or_meningitis",
        /// A nerve deficit of 24 h or more.
        NerveDeficit = "nerve_deficit",
        /// Accidental dural puncture.
        AccidentalDuralPuncture = "accidental_dural_puncture",
        /// Wrong drug, dose, route or patient.
        WrongDrugDoseRouteOrPatient = "wrong_drug_dose_route_or_patient",
        /// A catheter broke.
        CatheterBreak = "catheter_break",
        /// Unplanned intensive care.
        UnplannedIcu = "unplanned_icu",
        /// Burn or fall of a numb patient.
        BurnOrFall = "burn_or_fall",
        /// Severe neonatal asphyxia.
        SevereNeonatalAsphyxia = "severe_neonatal_asphyxia",
        /// A needle stayed in the body.
        RetainedNeedle = "retained_needle",
        /// Controlled drugs do not add up.
        ControlledDrugDiscrepancy = "controlled_drug_discrepancy",
        /// Another event.
        Other = "other",
    }

    /// Where a report stands; it only moves forward.
    EventState {
        /// Being written; its writer's alone.
        Draft = "draft",
        /// Handed in.
        Submitted = "submitted",
        /// The quality office has seen that it happened.
        Verified = "verified",
        /// Its cause is known.
        Analyzed = "analyzed",
        /// Done.
        Closed = "closed",
    }

    /// What it left behind.
    #[oai(rename = "HarmOutcome")]
    Outcome {
        /// Nothing.
        None = "none",
        /// Passing harm.
        Temporary = "temporary",
        /// Lasting harm.
        Permanent = "permanent",
        /// Death.
        Death = "death",
    }

    /// Where its root lies.
    RootCause {
        /// A person.
        Person = "person",
        /// The way things are done.
        Process = "process",
        /// Equipment.
        Equipment = "equipment",
        /// Surroundings.
        Environment = "environment",
        /// Management.
        Management = "management",
    }

    /// As what the figures are handed out.
    #[oai(rename = "IndicatorFormat")]
    Format {
        /// Figures, comma-separated, UTF-8 with a byte order mark.
        Csv = "csv",
        /// What the figures mean, likewise.
        Definitions = "definitions",
        /// The births that they come from, likewise, without names.
        Births = "births",
        /// A workbook of all three.
        Xlsx = "xlsx",
    }

    /// How the figures are cut.
    By {
        /// One figure of the whole period.
        Facility = "facility",
        /// One figure a month.
        Month = "month",
        /// One figure a quarter of the calendar year.
        Quarter = "quarter",
        /// One figure a calendar year.
        Year = "year",
    }
}

/// What a report says; sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Age in years when it happened: by her record, or as the reporter wrote it.
    pub age: Option<i64>,
    /// Diagnosis.
    pub diagnosis: Option<String>,
    /// Department and place.
    pub place: String,
    /// What happened.
    pub what_happened: String,
    /// What was done at once.
    pub immediate_measures: Option<String>,
    /// What it left behind.
    pub outcome: Outcome,
    /// Who was involved, as roles and never as names.
    pub people_involved: Option<String>,
    /// Who of the family was told what and when.
    pub family_informed: Option<String>,
}

/// What the quality office adds; sealed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Addition {
    /// In words.
    pub note: String,
    /// Another class, once it is understood better.
    pub class: Option<Class>,
    /// 1 no treatment – 4 permanent harm or death.
    pub severity: Option<i64>,
    /// Whether it could have been prevented.
    pub preventable: Option<bool>,
    /// Where its root lies.
    pub root_cause: Option<RootCause>,
    /// What is changed.
    pub corrective_action: Option<String>,
    /// Who sees to it, as a role or department.
    pub action_owner: Option<String>,
    /// By when.
    pub action_due: Option<NaiveDate>,
    /// When the case was discussed.
    pub discussed_on: Option<NaiveDate>,
    /// What the discussion found.
    pub conclusion: Option<String>,
    /// When the health authority was told.
    pub authority_told_at: Option<DateTime<Utc>>,
    /// Number of that report.
    pub authority_number: Option<String>,
}

/// One addition with who made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventEntry {
    /// The state that it left the report in.
    pub state: EventState,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub addition: Addition,
}

/// An adverse event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdverseEvent {
    /// Its id.
    pub id: AdverseEventId,
    /// Where.
    pub facility_id: FacilityId,
    /// Number that people quote.
    pub number: String,
    /// How bad it was, as understood now.
    pub class: Class,
    /// What happened.
    pub category: Category,
    /// Where the report stands.
    pub state: EventState,
    /// 1 no treatment – 4 permanent harm or death.
    pub severity: Option<i64>,
    /// Who reported; none for an anonymous report.
    pub reporter: Option<(StaffId, Role)>,
    /// The woman, if it concerns one.
    pub patient_id: Option<PatientId>,
    /// Her labor.
    pub labor_id: Option<LaborId>,
    /// What the report says.
    pub report: Report,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was found.
    pub discovered_at: DateTime<Utc>,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// By when the written report was due, as it is understood now.
    pub due: DateTime<Utc>,
    /// What it was taken for when it was handed in.
    pub handed_in: HandedIn,
    /// Since when nobody verified a class I or II report in time.
    pub escalated_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// What was added, the earliest first.
    pub entries: Vec<EventEntry>,
    /// Its files, the earliest first.
    pub files: Vec<EventFile>,
    /// Revision.
    pub version: i64,
}

/// What a report was taken for when it was handed in: never overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    /// How bad it was.
    pub class: Class,
    /// 1 no treatment – 4 permanent harm or death.
    pub severity: Option<i64>,
    /// By when the written report was due.
    pub due: DateTime<Utc>,
}

/// A number that people quote: the day and the end of the id, which needs no counter that reports would wait for.
pub fn event_number(id: AdverseEventId, now: DateTime<Utc>) -> String {
    let id = id.0.simple().to_string().to_uppercase();
    let end = id.get(26..).unwrap_or_default();
    format!("AE{}-{end}", clinic_date(now).format("%Y%m%d"))
}

/// A line of the list of adverse events: no text of the report.
#[derive(Clone, Debug)]
pub struct EventLine {
    /// Its id.
    pub id: AdverseEventId,
    /// Number that people quote.
    pub number: String,
    /// How bad it was.
    pub class: Class,
    /// What happened.
    pub category: Category,
    /// Where the report stands.
    pub state: EventState,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// By when the written report was due.
    pub due: DateTime<Utc>,
    /// Since when nobody verified it in time.
    pub escalated_at: Option<DateTime<Utc>>,
    /// Revision.
    pub version: i64,
}

impl Format {
    /// Media type and the end of a file's name.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Format::Csv => ("text/csv; charset=utf-8", "csv"),
            Format::Definitions => ("text/csv; charset=utf-8", "definitions.csv"),
            Format::Births => ("text/csv; charset=utf-8", "births.csv"),
            Format::Xlsx => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
            ),
        }
    }
}

/// How many births a month had by the hospital's own books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BirthTotal {
    /// Mothers who gave birth vaginally.
    pub vaginal: i64,
    /// Mothers with a cesarean.
    pub cesarean: i64,
    /// Live newborns.
    pub newborns: i64,
}

/// A month's births as stated and as recorded.
#[derive(Clone, Copy, Debug)]
pub struct MonthOfBirths {
    /// Its first day.
    pub month: NaiveDate,
    /// By the hospital's own books.
    pub stated: BirthTotal,
    /// By the records here.
    pub recorded: BirthTotal,
}

/// Figures of a period, and how far its births are recorded.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Each literal reading before its variants, period by period.
    pub figures: Vec<PeriodFigure>,
    /// The months that lie wholly in the period and whose births the hospital stated.
    pub months: Vec<MonthOfBirths>,
}

/// A figure of a period.
#[derive(Clone, Debug)]
pub struct PeriodFigure {
    /// First day, the facility's calendar.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
    /// The figure.
    pub figure: Figure,
    /// When it was computed.
    pub computed_at: DateTime<Utc>,
}

/// A self-check of the hospital against the technical requirements. Never changed; the next one is another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Readiness {
    /// Its id.
    pub id: Uuid,
    /// The day of the check.
    pub checked_on: NaiveDate,
    /// The answers, a FHIR `QuestionnaireResponse`.
    pub content: Value,
    /// What the rules said when it was filed.
    pub result: Assessment,
    /// Who filed it.
    pub by: StaffId,
    /// When it was filed.
    pub at: DateTime<Utc>,
}

crate::words! {
    /// Whether the requirements are met.
    ReadinessLevel {
        /// Every required item is met.
        Ready = "ready",
        /// A required item is not met, or its check is overdue.
        NotReady = "not_ready",
    }
}
