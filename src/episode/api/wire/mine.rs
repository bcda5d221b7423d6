//! What she sends and sees of her pregnancy.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::base::Locale;
use crate::base::error::Error;
use crate::base::id::{EpisodeId, FacilityId, NoticeId};
use crate::content::messages;
use crate::episode::model::{
    DeliveryState, Episode, Gestation, Journey, Notice, NoticeChannel, Situation, Stage, Step, StepKind,
    StepState, Subscription,
};
use crate::episode::rules::Dates;

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
    /// What the screen speaks of.
    pub situation: Situation,
    /// One line on it.
    pub title: String,
    /// One or two sentences on it.
    pub body: String,
    /// How far the pregnancy is today; absent once there is nothing to count.
    pub gestation: Option<GestationOut>,
    /// The steps in the order of the pathway. A closed one is not asked of her.
    pub steps: Vec<StepOut>,
    /// Notices that she has not read.
    pub unread_notices: i64,
    /// Revision of the pregnancy.
    pub version: i64,
}

impl JourneyOut {
    /// In a language.
    pub fn of(j: Journey, locale: Locale) -> JourneyOut {
        let text = messages::home(locale, j.situation.word());
        JourneyOut {
            stage: j.episode.stage,
            situation: j.situation,
            title: text.map_or_else(String::new, |text| text.title.clone()),
            body: text.map_or_else(String::new, |text| text.body.clone()),
            gestation: j.gestation.map(Into::into),
            steps: j.steps.into_iter().map(Into::into).collect(),
            unread_notices: j.unread,
            version: j.episode.version,
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
    /// How it was sent outside the app.
    pub sent: Vec<SentOut>,
}

/// A way by which a notice was sent.
#[derive(Clone, Debug, Object)]
pub struct SentOut {
    /// Which way.
    pub channel: NoticeChannel,
    /// When it was taken.
    pub at: DateTime<Utc>,
}

/// What she chose when WeChat asked.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct SubscribeIn {
    /// The template that she was asked about.
    pub template: String,
    /// Whether she allowed it.
    pub accepted: bool,
}

/// A template of WeChat's messages.
#[derive(Debug, Object)]
pub struct SubscriptionOut {
    /// Its id, for WeChat's prompt.
    pub template: String,
    /// The kinds of notices that it is for; all that no other one takes if empty.
    pub kinds: Vec<String>,
    /// One permission holds until she takes it back; otherwise it is worth one message.
    pub long_term: bool,
    /// How many messages she still allows.
    pub left: i64,
}

impl From<Subscription> for SubscriptionOut {
    fn from(s: Subscription) -> SubscriptionOut {
        SubscriptionOut {
            template: s.template,
            kinds: s.kinds,
            long_term: s.long_term,
            left: s.left,
        }
    }
}

impl NoticeOut {
    /// In a language.
    pub fn of(notice: Notice, locale: Locale) -> NoticeOut {
        let text = messages::notice(locale, &notice.kind);
        let sent = notice.deliveries.iter().filter_map(|one| {
            let at = one.ended_at.filter(|_| one.state == DeliveryState::Sent)?;
            Some(SentOut {
                channel: one.channel,
                at,
            })
        });
        NoticeOut {
            sent: sent.collect(),
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
