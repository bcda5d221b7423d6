//! Wire structs of a pregnancy.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::base::error::Error;
use crate::base::id::{EpisodeId, FacilityId, NoticeId, PatientId, StaffId, TaskId};
use crate::base::{Locale, Role};
use crate::content::messages;
use crate::episode::acts::NewPatient;
use crate::episode::model::{
    Color, Episode, Gestation, Graded, Grading, Journey, Listed, Notice, Overview, Registered, Stage, Step,
    StepKind, StepState, Task, Waiting,
};
use crate::episode::rules::Dates;
use crate::http::params::masked;
use crate::people::model::IdType;

/// Her pregnancy as she writes it; one of `edd` and `lmp`.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PregnancyIn {
    /// Where she wants to give birth.
    pub facility_id: FacilityId,
    /// Expected date of delivery, from 21 days ago to 280 days from now.
    pub edd: Option<NaiveDate>,
    /// First day of the last period; the expected date is 280 days later.
    pub lmp: Option<NaiveDate>,
    /// Pregnancies, this one included, 1–20.
    pub gravidity: i64,
    /// Births before, 0–15 and fewer than `gravidity`.
    pub parity: i64,
    /// Fetuses, 1–5.
    pub fetuses: i64,
    /// Weight before the pregnancy, kg 30–220, as a decimal in a string.
    pub pre_pregnancy_weight: Option<String>,
}

impl TryFrom<PregnancyIn> for Dates {
    type Error = Error;

    fn try_from(said: PregnancyIn) -> Result<Dates, Error> {
        let weight = said.pre_pregnancy_weight.as_deref().map(str::parse::<Decimal>);
        Ok(Dates {
            edd: said.edd,
            lmp: said.lmp,
            gravidity: said.gravidity,
            parity: said.parity,
            fetuses: said.fetuses,
            pre_pregnancy_weight_kg: weight
                .transpose()
                .map_err(|_| Error::invalid("/pre_pregnancy_weight", "format"))?,
        })
    }
}

/// Completed weeks and days.
#[derive(Object)]
pub struct GestationOut {
    /// Completed weeks.
    pub weeks: i64,
    /// Days beyond them, 0–6.
    pub days: i64,
}

impl From<Gestation> for GestationOut {
    fn from(g: Gestation) -> GestationOut {
        GestationOut {
            weeks: g.weeks,
            days: g.days,
        }
    }
}

/// A pregnancy.
#[derive(Object)]
pub struct PregnancyOut {
    /// Its id.
    pub id: EpisodeId,
    /// Where.
    pub facility_id: FacilityId,
    /// Where on the pathway.
    pub stage: Stage,
    /// Expected date of delivery.
    pub edd: NaiveDate,
    /// How far it is today.
    pub gestation: GestationOut,
    /// Pregnancies, this one included; absent while nobody asked her.
    pub gravidity: Option<i64>,
    /// Births before; absent while nobody asked her.
    pub parity: Option<i64>,
    /// Fetuses.
    pub fetuses: i64,
    /// Weight before the pregnancy, kg, as a decimal in a string.
    pub pre_pregnancy_weight: Option<String>,
    /// Revision.
    pub version: i64,
}

impl From<(Episode, Gestation)> for PregnancyOut {
    fn from((e, gestation): (Episode, Gestation)) -> PregnancyOut {
        let asked = e.gravidity > 0;
        PregnancyOut {
            id: e.id,
            facility_id: e.facility_id,
            stage: e.stage,
            edd: e.edd,
            gestation: gestation.into(),
            gravidity: asked.then_some(e.gravidity),
            parity: asked.then_some(e.parity),
            fetuses: e.fetuses,
            pre_pregnancy_weight: e.pre_pregnancy_weight_kg.map(|kg| kg.to_string()),
            version: e.version,
        }
    }
}

/// One step of the pathway.
#[derive(Object)]
pub struct StepOut {
    /// What kind.
    pub kind: StepKind,
    /// Which one of the kind: a slug, the name of a form, the code of a follow-up point.
    #[oai(rename = "ref")]
    pub reference: String,
    /// What it leads to: the response, the consent, the labor.
    pub subject: Option<Uuid>,
    /// How it stands.
    pub state: StepState,
    /// Not before.
    pub due_from: Option<DateTime<Utc>>,
    /// To be done by.
    pub due_to: Option<DateTime<Utc>>,
    /// Whether the pathway needs it.
    pub required: bool,
}

impl From<Step> for StepOut {
    fn from(s: Step) -> StepOut {
        StepOut {
            kind: s.kind,
            reference: s.reference,
            subject: s.subject,
            state: s.state,
            due_from: s.due_from,
            due_to: s.due_to,
            required: s.required,
        }
    }
}

/// Where she is on the pathway.
#[derive(Object)]
pub struct JourneyOut {
    /// The stage.
    pub stage: Stage,
    /// How far the pregnancy is today.
    pub gestation: GestationOut,
    /// The steps in the order of the pathway.
    pub steps: Vec<StepOut>,
    /// Notices that she has not read.
    pub unread_notices: i64,
}

impl From<Journey> for JourneyOut {
    fn from(j: Journey) -> JourneyOut {
        JourneyOut {
            stage: j.episode.stage,
            gestation: j.gestation.into(),
            steps: j.steps.into_iter().map(Into::into).collect(),
            unread_notices: j.unread,
        }
    }
}

/// What was sent to her.
#[derive(Clone, Debug, Object)]
pub struct NoticeOut {
    /// Its id.
    pub id: NoticeId,
    /// What it is about, as in `consent.released`.
    pub kind: String,
    /// What it points to.
    #[oai(rename = "ref")]
    pub reference: String,
    /// One line.
    pub title: String,
    /// One or two sentences.
    pub body: String,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// When she read it.
    pub read_at: Option<DateTime<Utc>>,
}

impl NoticeOut {
    /// In a language.
    pub fn of(notice: Notice, locale: Locale) -> NoticeOut {
        let text = messages::notice(locale, &notice.kind);
        NoticeOut {
            id: notice.id,
            title: text.map_or_else(|| notice.kind.clone(), |text| text.title.clone()),
            body: text.map_or_else(String::new, |text| text.body.clone()),
            kind: notice.kind,
            reference: notice.reference,
            at: notice.at,
            read_at: notice.read_at,
        }
    }
}

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
    /// About whom.
    pub patient_id: PatientId,
    /// About which pregnancy.
    pub episode_id: EpisodeId,
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
            patient_id: t.patient_id,
            episode_id: t.episode_id,
            roles: t.roles,
            due: t.due_at,
            urgent: t.urgent,
            done_at: t.done_at,
        }
    }
}

/// Something that waits, with the woman it is about.
#[derive(Clone, Debug, Object)]
pub struct WaitingOut {
    /// Its id.
    pub id: TaskId,
    /// What to do, as in `consent.release`.
    pub kind: String,
    /// With what.
    pub subject: Uuid,
    /// About whom.
    pub patient_id: PatientId,
    /// Her name.
    pub patient_name: Option<String>,
    /// The hospital's number of her record.
    pub record_number: String,
    /// About which pregnancy.
    pub episode_id: EpisodeId,
    /// Roles that it waits for.
    pub roles: Vec<Role>,
    /// To be done by.
    pub due: DateTime<Utc>,
    /// Comes before all that is not.
    pub urgent: bool,
}

impl From<Waiting> for WaitingOut {
    fn from(w: Waiting) -> WaitingOut {
        WaitingOut {
            id: w.task.id,
            kind: w.task.kind,
            subject: w.task.subject_id,
            patient_id: w.task.patient_id,
            patient_name: w.patient.name,
            record_number: w.patient.record_number,
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
            steps: o.steps.into_iter().map(Into::into).collect(),
            tasks: o.tasks.into_iter().map(Into::into).collect(),
            is_test: p.is_test,
            version: p.version,
        }
    }
}
