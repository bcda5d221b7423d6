//! Vectors under the old and under the new rules.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::content::trial::{self, Tried};
use crate::content::vectors::Case;
use crate::questionnaire::{Form, Outcome, Status};

/// A vector that comes out differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// List and id, such as `boundary/PLT 49`.
    pub id: String,
    /// Which directory has it with these answers.
    pub of: Of,
    /// Under the old rules.
    pub before: Came,
    /// Under the new rules.
    pub after: Came,
}

/// Where a vector stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// In both directories, with the same answers.
    Both,
    /// In the old one only, or with other answers there.
    Old,
    /// In the new one only, or with other answers there.
    New,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Came {
    /// Rules that fired, in table order.
    pub fired: Vec<String>,
    /// Rules that could not be decided.
    pub not_assessed: Vec<String>,
    /// The level.
    pub level: Option<String>,
    /// Flags beside the level.
    pub flags: BTreeSet<String>,
    /// Did an urgent rule fire?
    pub urgent: bool,
    /// Complete or not.
    pub status: Status,
    /// Required questions without an answer.
    pub missing: Vec<String>,
    /// The latest waiting time.
    pub not_before: Option<String>,
    /// Code and question of everything that is wrong with an answer.
    pub problems: Vec<String>,
}

/// The vectors of both sides that come out differently: those of the old directory in its order, then what the new one
/// adds.
pub(super) fn flips((old, of_old): (&Form, Vec<Case>), (new, of_new): (&Form, Vec<Case>)) -> Vec<Flip> {
    let same = |one: &Case, list: &[Case]| {
        list.iter()
            .any(|two| one.id == two.id && one.answers == two.answers && one.context == two.context)
    };
    let of_old_too = of_old.iter().map(|case| {
        let of = if same(case, &of_new) { Of::Both } else { Of::Old };
        (case, of)
    });
    let only_new = of_new
        .iter()
        .filter(|case| !same(case, &of_old))
        .map(|case| (case, Of::New));
    of_old_too
        .chain(only_new)
        .filter_map(|(case, of)| {
            let came = |form: &Form| {
                trial::run(form, &case.answers, &case.context)
                    .ok()
                    .map(Came::from)
            };
            let (before, after) = (came(old)?, came(new)?);
            (before != after).then(|| Flip {
                id: case.id.clone(),
                of,
                before,
                after,
            })
        })
        .collect()
}

impl From<Tried> for Came {
    fn from(tried: Tried) -> Self {
        let ids = |outcome| tried.rules(outcome).into_iter().map(str::to_owned).collect();
        // An item that came or went is told once, not again with every vector that answers it.
        let problems = tried
            .errors
            .iter()
            .chain(&tried.warnings)
            .filter(|remark| remark.code != "invalidLinkId")
            .map(|remark| {
                format!(
                    "{} {}",
                    remark.link_id.as_deref().unwrap_or_default(),
                    remark.code
                )
            })
            .collect();
        Self {
            fired: ids(Outcome::Fired),
            not_assessed: ids(Outcome::Indeterminate),
            level: tried.level,
            flags: tried.flags,
            urgent: tried.urgent,
            status: tried.status,
            missing: tried.missing,
            not_before: tried.not_before,
            problems,
        }
    }
}
