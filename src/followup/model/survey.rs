//! What surveys come to.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

use crate::base::id::{PatientId, ResponseId};
use crate::wechat::Verdict;

crate::words! {
    /// How WeChat's check of a suggestion stands.
    TextCheck {
        /// It is being asked; nobody reads the words until then.
        Waiting = "waiting",
        /// Nothing against it.
        Pass = "pass",
        /// A person should look at it.
        Review = "review",
        /// It may not be shown to others.
        Risky = "risky",
        /// WeChat could not be asked in time.
        Unchecked = "unchecked",
    }
}

impl From<Verdict> for TextCheck {
    fn from(verdict: Verdict) -> TextCheck {
        match verdict {
            Verdict::Pass => TextCheck::Pass,
            Verdict::Review => TextCheck::Review,
            Verdict::Risky => TextCheck::Risky,
        }
    }
}

/// One answer to a survey, without whose it is.
#[derive(Clone, Debug)]
pub struct SurveyAnswer {
    /// The question.
    pub item: String,
    /// The option, `true` or `false`, or the number.
    pub code: String,
    /// Its points, where it has any.
    pub score: Option<i64>,
}

/// One reply to a survey, without whose it is.
#[derive(Clone, Debug)]
pub struct SurveyReply {
    /// How she gave birth, where it is known.
    pub mode: Option<String>,
    /// Whether staff entered it.
    pub by_staff: bool,
    /// What it says.
    pub answers: Vec<SurveyAnswer>,
}

/// What a survey came to in a group of women.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(rename = "SurveyGroupOut", skip_serializing_if_is_none)]
pub struct SurveyGroup {
    /// `all`, or a mode of delivery.
    pub group: String,
    /// Replies; absent where there are too few to show.
    pub replies: Option<i64>,
    /// Percent of 9–10 less percent of 0–6, an integer, without replies that staff entered.
    pub nps: Option<i64>,
    /// What each question came to; nothing where there are too few replies.
    pub items: Vec<SurveyItem>,
}

/// What a question of a survey came to.
#[derive(Clone, Debug, PartialEq, Object)]
#[oai(rename = "SurveyItemOut", skip_serializing_if_is_none)]
pub struct SurveyItem {
    /// The question.
    pub link_id: String,
    /// Answers that the mean is over; without a mean, all answers. One without points is counted by its option alone.
    pub n: i64,
    /// Mean of its points with two decimals, where it has points.
    pub mean: Option<String>,
    /// Answers by option.
    pub options: Vec<SurveyOption>,
}

/// How often an option was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(rename = "SurveyOptionOut")]
pub struct SurveyOption {
    /// The option.
    pub code: String,
    /// How often.
    pub count: i64,
}

/// That a reply holds a suggestion in her own words, which stay sealed among her answers.
#[derive(Clone, Debug)]
pub struct SurveyText {
    /// Its id.
    pub id: Uuid,
    /// Who wrote it.
    pub patient_id: PatientId,
    /// The answers that it stands in.
    pub response_id: ResponseId,
    /// When she sent it.
    pub at: DateTime<Utc>,
    /// How its check stands; none where there is none.
    pub check: Option<TextCheck>,
}

/// What somebody suggested in a survey, without who.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(rename = "SuggestionOut", skip_serializing_if_is_none)]
pub struct Suggestion {
    /// The month of the reply, as in `2026-03`, by the hospital's clock.
    pub month: String,
    /// Her words; absent while their check is `waiting`, and where they are `risky` and those were not asked for.
    pub text: Option<String>,
    /// Whether staff entered it.
    pub by_staff: bool,
    /// How WeChat's check of it stands; absent where there is none.
    pub check: Option<TextCheck>,
}
