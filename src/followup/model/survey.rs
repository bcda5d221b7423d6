//! What surveys come to.

use poem_openapi::Object;

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
    /// Answers to it.
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
