//! What later slices may ask of the assessment, inside their transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::model::{Decision, Phase, Plan, Review, Waits};
use super::{acts, rules, store};
use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, ResponseId, ReviewId, StaffId};
use crate::ctx::{Ctx, Records};
use crate::forms;
use crate::questionnaire::{self, Assessment, Form, Status};

/// How she stands before analgesia: the assessment that counts, with what was decided on it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The assessment in the queue.
    pub review: ReviewId,
    /// The answers.
    pub response: ResponseId,
    /// `none`, `caution`, `consult` or `absolute`: the highest level that fired.
    pub level: String,
    /// Something needs her today.
    pub urgent: bool,
    /// `complete` or `incomplete`.
    pub status: String,
    /// When the rules ran.
    pub at: DateTime<Utc>,
    /// What fired, in table order.
    pub fired: Vec<Fired>,
    /// Rules that still want an anesthesiologist's decision.
    pub undecided: Vec<String>,
    /// Rules of that weight that nobody could judge for want of answers, and that no anesthesiologist decided on so.
    pub not_assessed: Vec<String>,
    /// It was decided that it is not suitable for her.
    pub not_suitable: bool,
    /// The newest decision.
    pub decision: Option<Decided>,
    /// `url|version` of the form.
    pub form: String,
    /// Version of the rules.
    pub rules_version: String,
    /// `[{link_id, type, value}]` of the answers that rules looked at; no fractions.
    pub answers_used: Value,
    /// SHA-256 over the salt and the canonical document of her answers, hexadecimal.
    pub response_digest: String,
    /// The salt of the digest, hexadecimal.
    pub response_salt: String,
}

/// One fired rule with its texts.
#[derive(Clone, Debug)]
pub struct Fired {
    /// Its id.
    pub rule: String,
    /// Its level.
    pub level: String,
    /// Its kind.
    pub kind: Option<String>,
    /// For her.
    pub patient_zh: String,
    /// For her.
    pub patient_en: String,
    /// For staff.
    pub staff: String,
    /// The guideline.
    pub source: String,
    /// Whether a clinician confirmed the rule.
    pub confirmed: bool,
    /// Whether it may stand in the consent as a risk of hers.
    pub inject: bool,
    /// For the anesthesiologist only, unless she agrees.
    pub confidential: bool,
    /// Found at the re-check, from what labor alone brings: a fever, a fresh blood pressure, the hours since a dose.
    pub only_in_labor: bool,
    /// The end of a waiting time, RFC 3339.
    pub not_before: Option<String>,
    /// The answers that decided it.
    pub decided_by: Vec<(String, Value)>,
    /// Questions of hers without an answer whose absence fired it; not those that staff answer.
    pub missing: Vec<String>,
}

/// A decision, as far as later slices need it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// `cleared`, `cleared_with_conditions`, `needs_consult`, `not_suitable` or `more_information`.
    pub outcome: String,
    /// Who.
    pub by: StaffId,
    /// As what.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
    /// Under which conditions.
    pub conditions: Option<String>,
    /// What is planned, one line.
    pub plan: Option<String>,
    /// In plain words, for her.
    pub summary: Option<String>,
}

/// How she stands; none before she has answered.
pub async fn standing(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Standing>> {
    let Some(review) = store::standing_review(r, facility, episode).await? else {
        return Ok(None);
    };
    let run = store::newest_run(r, facility, review.id)
        .await?
        .ok_or_else(|| Error::broken("a review without an assessment"))?;
    let decisions = store::decisions(r, facility, episode).await?;
    let form = authored(ctx, &run.result)?;
    let status = match run.result.status {
        Status::Complete => "complete",
        Status::Incomplete => "incomplete",
    };
    Ok(Some(Standing {
        review: review.id,
        response: review.response_id,
        urgent: run.result.urgent,
        status: status.to_owned(),
        at: run.at,
        fired: fired(form, &run.result, review.phase),
        undecided: rules::undecided(&run.result, &decisions),
        not_assessed: rules::not_assessed(&run.result, &decisions),
        not_suitable: rules::not_suitable(&decisions),
        decision: decisions.into_iter().next().map(|(decision, _)| decision.into()),
        answers_used: serde_json::to_value(&run.inputs.answers_used)?,
        response_digest: run.inputs.response_digest,
        response_salt: run.inputs.response_salt,
        level: run.result.level,
        form: run.result.form,
        rules_version: run.result.rules_version,
    }))
}

/// What she waits for because of anticoagulants, at this moment; none when nothing is to be counted. The rules are run
/// again on the newest answers: as time goes on one wait ends and a weaker one may begin.
pub async fn waits(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    episode: EpisodeId,
    now: DateTime<Utc>,
) -> Result<Option<Waits>> {
    let Some(review) = store::standing_review(r, facility, episode).await? else {
        return Ok(None);
    };
    let run = store::newest_run(r, facility, review.id)
        .await?
        .ok_or_else(|| Error::broken("a review without an assessment"))?;
    let of = (review.response_id, review.phase);
    let mut seen = acts::seen(r, ctx, facility, of, &run)
        .await?
        .ok_or_else(|| Error::broken("the answers of an assessment are gone"))?;
    seen.context.now = now;
    let result = questionnaire::assess(seen.form, &seen.answers, &seen.context);
    Ok(rules::waits(seen.form, &run.result, &result))
}

/// How she stands, as far as the board of the ward shows it.
#[derive(Clone, Debug)]
pub struct AtBedside {
    /// `none`, `caution`, `consult` or `absolute`: the highest level that fired.
    pub level: String,
    /// Rules that still want an anesthesiologist's decision.
    pub undecided: Vec<String>,
    /// What she waits for because of anticoagulants.
    pub waits: Option<Waits>,
}

/// How many women stand at this moment, in as many statements as one would take.
pub async fn at_bedside(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    episodes: &[EpisodeId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<EpisodeId, AtBedside>> {
    let reviews = store::standing_reviews(r, facility, episodes).await?;
    let ids: Vec<ReviewId> = reviews.iter().map(|review| review.id).collect();
    let runs = store::newest_runs(r, facility, &ids).await?;
    let mut decisions: BTreeMap<EpisodeId, Vec<_>> = BTreeMap::new();
    for (episode, decision) in store::decisions_of(r, facility, episodes).await? {
        decisions.entry(episode).or_default().push(decision);
    }
    let of_review = |review: &Review| Some((review.response_id, runs.get(&review.id)?));
    let wanted: Vec<_> = reviews
        .iter()
        .filter_map(of_review)
        .flat_map(|(response, run)| acts::answers_of(response, run))
        .collect();
    let mut kept = forms::facts::kept(r, facility, &wanted).await?;
    let mut found = BTreeMap::new();
    for review in &reviews {
        let run = runs
            .get(&review.id)
            .ok_or_else(|| Error::broken("a review without an assessment"))?;
        let mut seen = acts::read(ctx, (review.response_id, review.phase), run, &mut kept)
            .ok_or_else(|| Error::broken("the answers of an assessment are gone"))?;
        seen.context.now = now;
        let result = questionnaire::assess(seen.form, &seen.answers, &seen.context);
        let decided = decisions.remove(&review.episode_id).unwrap_or_default();
        let at_bedside = AtBedside {
            level: run.result.level.clone(),
            undecided: rules::undecided(&run.result, &decided),
            waits: rules::waits(seen.form, &run.result, &result),
        };
        found.insert(review.episode_id, at_bedside);
    }
    Ok(found)
}

/// The authored form that an assessment was made with.
pub(super) fn authored<'a>(ctx: &'a Ctx, result: &Assessment) -> Result<&'a Form> {
    let version = result.form.rsplit_once('|').map_or("", |(_, version)| version);
    ctx.content
        .forms
        .authored(version)
        .map(AsRef::as_ref)
        .ok_or_else(|| Error::broken("the form of an assessment is no longer loaded"))
}

fn fired(form: &Form, result: &Assessment, phase: Phase) -> Vec<Fired> {
    let findings = result
        .fired()
        .filter_map(|finding| Some((finding, form.rule(&finding.rule)?)));
    findings
        .map(|(finding, rule)| Fired {
            rule: finding.rule.clone(),
            level: finding.level.clone(),
            kind: finding.kind.clone(),
            patient_zh: rule.patient.zh.clone(),
            patient_en: rule.patient.en.clone(),
            staff: rule.staff.clone(),
            source: finding.source.clone(),
            confirmed: finding.confirmed,
            inject: rule.inject && rules::is_put_before_her(finding),
            confidential: rule.confidential,
            only_in_labor: phase == Phase::Recheck && rules::is_of_labor(form, finding),
            not_before: finding.not_before.clone(),
            decided_by: finding.decided_by.clone(),
            missing: rules::unanswered_by_her(form, finding),
        })
        .collect()
}

impl From<Decision> for Decided {
    fn from(decision: Decision) -> Decided {
        Decided {
            outcome: decision.outcome.word().to_owned(),
            by: decision.by,
            by_role: decision.by_role,
            at: decision.at,
            conditions: decision.conditions,
            plan: decision.plan.as_ref().map(line),
            summary: Some(decision.summary),
        }
    }
}

fn line(plan: &Plan) -> String {
    let asa = plan.asa_class.map(|class| format!("ASA {class}"));
    let parts = [
        Some(plan.technique.word().to_owned()),
        asa,
        plan.anticoagulation.clone(),
        plan.notes.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
