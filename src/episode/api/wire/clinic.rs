//! What the clinic sends and sees.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

use super::RiskSuggestedOut;
use super::mine::{PregnancyOut, StepOut};
use crate::base::Role;
use crate::base::id::{EpisodeId, LaborId, PatientId, StaffId, TaskId};
use crate::episode::acts::NewPatient;
use crate::episode::model::{Color, Graded, Grading, Listed, Overview, Registered, Stage, Task, Waiting};
use crate::http::params::masked;
use crate::people::model::IdType;

/// An identity document.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct DocumentIn {
    /// Its kind.
    pub kind: IdType,
    /// Its number, 5–30 characters.
    pub number: String,
}

/// A woman whom staff register; `phone` or `id_document` is needed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RegisterIn {
    /// Name as on the identity document, 1–40 characters.
    pub name: String,
    /// Mobile phone: 11 digits, or `+` and the country's code.
    pub phone: Option<String>,
    /// Identity document.
    pub id_document: Option<DocumentIn>,
    /// Birth date; read from a resident identity number if absent.
    pub birth_date: Option<NaiveDate>,
    /// Expected date of delivery, from 21 days ago to 280 days from now.
    pub edd: NaiveDate,
    /// Pregnancies, this one included, 1–20.
    pub gravidity: Option<i64>,
    /// Births before, 0–15 and fewer than `gravidity`, which it needs.
    pub parity: Option<i64>,
}

impl From<RegisterIn> for NewPatient {
    fn from(new: RegisterIn) -> NewPatient {
        NewPatient {
            name: new.name,
            phone: new.phone,
            id_document: new.id_document.map(|document| (document.kind, document.number)),
            birth_date: new.birth_date,
            edd: new.edd,
            gravidity: new.gravidity,
            parity: new.parity,
        }
    }
}

/// What binds her account.
#[derive(Object)]
pub struct InvitedOut {
    /// The scene code, 22 characters; told once.
    pub scene: String,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
}

/// A woman who was registered.
#[derive(Object)]
pub struct RegisteredOut {
    /// Her record.
    pub id: PatientId,
    /// The hospital's number of it.
    pub record_number: String,
    /// The pregnancy.
    pub episode_id: EpisodeId,
    /// What binds her account.
    pub invitation: InvitedOut,
}

impl From<Registered> for RegisteredOut {
    fn from(r: Registered) -> RegisteredOut {
        RegisteredOut {
            id: r.patient,
            record_number: r.record_number,
            episode_id: r.episode,
            invitation: InvitedOut {
                scene: r.invitation.scene,
                expires_at: r.invitation.expires_at,
            },
        }
    }
}

/// One row of the clinic's list.
#[derive(Clone, Debug, Object)]
pub struct ListedOut {
    /// Her record.
    pub id: PatientId,
    /// Name.
    pub name: Option<String>,
    /// The hospital's number.
    pub record_number: String,
    /// Expected date of delivery.
    pub edd: NaiveDate,
    /// Completed weeks today.
    pub gestation_weeks: i64,
    /// Days beyond them, 0–6.
    pub gestation_days: i64,
    /// Where on the pathway.
    pub stage: Stage,
    /// Color of the last risk grading.
    pub risk_color: Option<Color>,
    /// The flag beside the color; its reason is never in a list.
    pub purple: bool,
    /// Whether something urgent is open.
    pub urgent: bool,
    /// Revision of her record.
    pub version: i64,
}

impl From<Listed> for ListedOut {
    fn from(l: Listed) -> ListedOut {
        ListedOut {
            id: l.patient.id,
            name: l.patient.name,
            record_number: l.patient.record_number,
            edd: l.episode.edd,
            gestation_weeks: l.gestation.weeks,
            gestation_days: l.gestation.days,
            stage: l.episode.stage,
            risk_color: l.episode.risk_color,
            purple: l.episode.purple,
            urgent: l.urgent,
            version: l.patient.version,
        }
    }
}

/// A risk grading as an obstetrician writes it.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RiskColorIn {
    /// The highest color of the items.
    pub color: Color,
    /// An infectious disease.
    pub purple: bool,
    /// Items of the table, as in `O1.1`; at most 60.
    pub items: Vec<String>,
    /// In the obstetrician's words, up to 500 characters.
    pub reasons: String,
    /// Which table, 1–40 characters.
    pub table_version: String,
}

impl From<RiskColorIn> for Grading {
    fn from(g: RiskColorIn) -> Grading {
        Grading {
            color: g.color,
            purple: g.purple,
            items: g.items,
            reasons: g.reasons,
            table_version: g.table_version,
        }
    }
}

/// A risk grading, for those who treat her.
#[derive(Object)]
pub struct RiskColorOut {
    /// The color.
    pub color: Color,
    /// An infectious disease.
    pub purple: bool,
    /// Items of the table.
    pub items: Vec<String>,
    /// In the obstetrician's words.
    pub reasons: String,
    /// Which table.
    pub table_version: String,
    /// Who graded.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Graded> for RiskColorOut {
    fn from(g: Graded) -> RiskColorOut {
        RiskColorOut {
            color: g.grading.color,
            purple: g.grading.purple,
            items: g.grading.items,
            reasons: g.grading.reasons,
            table_version: g.grading.table_version,
            by: g.by,
            at: g.at,
        }
    }
}

/// Something that waits.
#[derive(Object)]
pub struct TaskOut {
    /// Its id.
    pub id: TaskId,
    /// What to do, as in `consent.release`.
    pub kind: String,
    /// With what.
    pub subject: Uuid,
    /// In which labor, for what happens on the ward.
    pub labor: Option<LaborId>,
    /// About whom; absent of a task of the house.
    pub patient_id: Option<PatientId>,
    /// About which pregnancy.
    pub episode_id: Option<EpisodeId>,
    /// Roles that it waits for.
    pub roles: Vec<Role>,
    /// To be done by.
    pub due: DateTime<Utc>,
    /// Comes before all that is not.
    pub urgent: bool,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
}

impl From<Task> for TaskOut {
    fn from(t: Task) -> TaskOut {
        TaskOut {
            id: t.id,
            kind: t.kind,
            subject: t.subject_id,
            labor: t.labor_id,
            patient_id: t.patient_id,
            episode_id: t.episode_id,
            roles: t.roles,
            due: t.due_at,
            urgent: t.urgent,
            done_at: t.done_at,
        }
    }
}

/// Something that waits, with the woman it is about, if it is about one.
#[derive(Clone, Debug, Object)]
pub struct WaitingOut {
    /// Its id.
    pub id: TaskId,
    /// What to do, as in `consent.release`.
    pub kind: String,
    /// With what.
    pub subject: Uuid,
    /// In which labor, for what happens on the ward.
    pub labor: Option<LaborId>,
    /// About whom; absent of a task of the house.
    pub patient_id: Option<PatientId>,
    /// Her name.
    pub patient_name: Option<String>,
    /// The hospital's number of her record.
    pub record_number: Option<String>,
    /// About which pregnancy.
    pub episode_id: Option<EpisodeId>,
    /// Roles that it waits for.
    pub roles: Vec<Role>,
    /// To be done by.
    pub due: DateTime<Utc>,
    /// Comes before all that is not.
    pub urgent: bool,
}

impl From<Waiting> for WaitingOut {
    fn from(w: Waiting) -> WaitingOut {
        let (name, number) = w
            .patient
            .map_or((None, None), |one| (one.name, Some(one.record_number)));
        WaitingOut {
            id: w.task.id,
            kind: w.task.kind,
            subject: w.task.subject_id,
            labor: w.task.labor_id,
            patient_id: w.task.patient_id,
            patient_name: name,
            record_number: number,
            episode_id: w.task.episode_id,
            roles: w.task.roles,
            due: w.task.due_at,
            urgent: w.task.urgent,
        }
    }
}

/// Who she is, for staff who care for her.
#[derive(Object)]
pub struct ProfileOut {
    /// Name.
    pub name: Option<String>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Kind of identity document.
    pub id_type: Option<IdType>,
    /// Its number, all but four hidden.
    pub id_number: Option<String>,
    /// Phone in full: staff call her.
    pub phone: Option<String>,
    /// Whether WeChat or staff confirmed the phone.
    pub phone_confirmed: bool,
    /// Height, cm, as a decimal in a string.
    pub height_cm: Option<String>,
    /// Language she is most at ease with.
    pub language: String,
    /// Identity level 0–2.
    pub identity_level: i64,
    /// Whether an account is bound.
    pub bound: bool,
}

/// One woman's whole pathway.
#[derive(Object)]
pub struct OverviewOut {
    /// Her record.
    pub id: PatientId,
    /// The hospital's number.
    pub record_number: String,
    /// Who she is.
    pub profile: ProfileOut,
    /// The pregnancy.
    pub pregnancy: PregnancyOut,
    /// The last risk grading.
    pub risk: Option<RiskColorOut>,
    /// What the answers to the risk table suggest; a person decides.
    pub risk_suggested: Option<RiskSuggestedOut>,
    /// Every step in the order of the pathway.
    pub steps: Vec<StepOut>,
    /// What is open about her.
    pub tasks: Vec<TaskOut>,
    /// A rehearsal's record.
    pub is_test: bool,
    /// Revision of her record.
    pub version: i64,
}

impl From<Overview> for OverviewOut {
    fn from(o: Overview) -> OverviewOut {
        let p = o.patient;
        OverviewOut {
            id: p.id,
            record_number: p.record_number,
            profile: ProfileOut {
                name: p.name,
                birth_date: p.birth_date,
                id_type: p.id_type,
                id_number: p.id_number.as_deref().map(masked),
                phone: p.phone,
                phone_confirmed: p.phone_confirmed,
                height_cm: p.height_cm.map(|cm| cm.to_string()),
                language: p.language,
                identity_level: p.level,
                bound: p.account_id.is_some(),
            },
            pregnancy: (o.episode, o.gestation).into(),
            risk: o.graded.map(Into::into),
            risk_suggested: o.suggested.map(Into::into),
            steps: o.steps.into_iter().map(Into::into).collect(),
            tasks: o.tasks.into_iter().map(Into::into).collect(),
            is_test: p.is_test,
            version: p.version,
        }
    }
}
