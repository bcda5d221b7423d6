//! A stored run of the rules made again from what is stored: the same answers, form, rules, moment and limits must give
//! the same bytes. What cannot be made again is said, never passed over.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tracing::instrument;
use uuid::Uuid;

use crate::assessment::model::{Assessed, Phase, Stored};
use crate::assessment::{rules, store};
use crate::base::canonical::sha256;
use crate::base::error::Result;
use crate::base::id::{FacilityId, ResponseId, ReviewId};
use crate::base::{Act, Subject};
use crate::content::forms::{ASSESSMENT, RECHECK};
use crate::ctx::{Ctx, Records};
use crate::questionnaire::{self, Answers, Context, Form};
use crate::{forms, people};

const BATCH: i64 = 100;

/// How a stored run came out when it was made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// To the byte.
    Same,
    /// Other members, or rules, by their names.
    Other(Vec<String>),
    /// It cannot be made again; why.
    Not(&'static str),
}

/// A stored run that was made again.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The run.
    pub assessment: Uuid,
    /// The assessment in the queue.
    pub review: ReviewId,
    /// How it came out.
    pub made: Made,
}

/// What a stored run read.
pub struct Seen<'a> {
    /// The authored form.
    pub form: &'a Form,
    /// All answers.
    pub answers: Answers,
    /// When, in which phase, under which limits.
    pub context: Context,
    /// Her own document.
    document: Value,
}

/// What a stored run read, from what is stored; none when its form is no longer loaded or its answers are gone.
pub(in crate::assessment) async fn seen<'a>(
    r: &mut impl Records,
    ctx: &'a Ctx,
    facility: FacilityId,
    (response, phase): (ResponseId, Phase),
    run: &Assessed,
) -> Result<Option<Seen<'a>>> {
    let mut kept = forms::facts::kept(r, facility, &answers_of(response, run)).await?;
    Ok(read(ctx, (response, phase), run, &mut kept))
}

/// The versions of the answers that a run read.
pub(in crate::assessment) fn answers_of(response: ResponseId, run: &Assessed) -> Vec<(ResponseId, i64)> {
    [(response, run.response_version)]
        .into_iter()
        .chain(run.inputs.earlier)
        .collect()
}

/// The same, from answers that were fetched before.
pub(in crate::assessment) fn read<'a>(
    ctx: &'a Ctx,
    (response, phase): (ResponseId, Phase),
    run: &Assessed,
    kept: &mut BTreeMap<(ResponseId, i64), (Value, Option<Value>)>,
) -> Option<Seen<'a>> {
    let version = run
        .result
        .form
        .rsplit_once('|')
        .map_or("", |(_, version)| version);
    let name = match phase {
        Phase::Antenatal => ASSESSMENT,
        Phase::Recheck => RECHECK,
    };
    let loaded = &ctx.content.forms;
    let form = loaded.authored(version)?;
    let own = loaded.version(name, version)?;
    let earlier = match run.inputs.earlier {
        None => None,
        Some(named) => Some(kept.get(&named)?.clone()),
    };
    let (document, staff_items) = kept.remove(&(response, run.response_version))?;
    let before = match &earlier {
        None => None,
        Some((content, staff_items)) => {
            let named = content.get("questionnaire").and_then(Value::as_str);
            let (_, version) = named?.rsplit_once('|')?;
            let asked = loaded.authored(version)?;
            let answers = rules::Before {
                form: asked,
                content,
                staff_items: staff_items.as_ref(),
            };
            Some((answers, own.form.as_ref()))
        }
    };
    let hers = Answers::from_response(&own.form, &document);
    let aptt_uln = run.inputs.aptt_uln.parse().ok()?;
    Some(Seen {
        answers: rules::union(form, before, hers, staff_items.as_ref()),
        context: rules::context(run.at, phase, aptt_uln),
        form,
        document,
    })
}

/// Makes every stored run of every hospital again and tells of each. A line of each hospital's journal says that it was
/// done and with how many differences.
#[instrument(name = "assessment.replay", skip_all)]
pub async fn replay(ctx: &Ctx, tell: &mut (dyn FnMut(Replayed) + Send)) -> Result<()> {
    for facility in people::facts::facilities(&mut ctx.view()).await? {
        let (mut checked, mut differ) = (0, 0);
        let mut after = Uuid::nil();
        loop {
            let mut view = ctx.view();
            let stored = store::stored(&mut view, facility.id, after, BATCH).await?;
            let Some(last) = stored.last() else { break };
            after = last.run.id;
            for one in stored {
                let made = again(&mut view, ctx, facility.id, &one).await?;
                checked += 1;
                differ += i64::from(made != Made::Same);
                tell(Replayed {
                    assessment: one.run.id,
                    review: one.review_id,
                    made,
                });
            }
        }
        let mut tx = ctx.write(Act::AssessmentReplay).await?;
        tx.journal_own(
            Act::AssessmentReplay,
            Some(facility.id),
            Subject::list("assessment"),
            json!({ "checked": checked, "differ": differ }),
        )
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn again(r: &mut impl Records, ctx: &Ctx, facility: FacilityId, stored: &Stored) -> Result<Made> {
    let run = &stored.run;
    let of = (stored.response_id, stored.phase);
    let Some(seen) = seen(r, ctx, facility, of, run).await? else {
        return Ok(Made::Not(
            "its form is no longer loaded, or its answers are not kept",
        ));
    };
    let Ok(salt) = hex::decode(&run.inputs.response_salt) else {
        return Ok(Made::Not("its salt is damaged"));
    };
    let document = serde_json_canonicalizer::to_vec(&seen.document)?;
    let digest = hex::encode(sha256(&[salt.as_slice(), &document].concat()));
    let answers = rules::digest(&salt, &seen.answers)?;
    let known = run.inputs.answers_digest.as_ref();
    if digest != run.inputs.response_digest || known.is_some_and(|known| *known != answers) {
        return Ok(Made::Not("the kept answers are not those that the rules read"));
    }
    let result = questionnaire::assess(seen.form, &seen.answers, &seen.context);
    let made = serde_json_canonicalizer::to_vec(&result)?;
    if made == stored.bytes {
        return Ok(Made::Same);
    }
    let (before, now): (Value, Value) = (
        serde_json::from_slice(&stored.bytes)?,
        serde_json::from_slice(&made)?,
    );
    let parts = differences(&before, &now);
    if parts.is_empty() {
        // An older program wrote the same members in another order.
        return Ok(Made::Same);
    }
    Ok(Made::Other(parts))
}

/// The members that differ; of the findings, the rules.
fn differences(before: &Value, now: &Value) -> Vec<String> {
    let mut parts = Vec::new();
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (old, new) = (members(before), members(now));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (one, other) = (old.get(name), new.get(name));
        if one == other {
            continue;
        }
        if name != "findings" {
            parts.push(name.clone());
            continue;
        }
        let (one, other) = (by_rule(one), by_rule(other));
        let mut rules: Vec<&str> = one.keys().chain(other.keys()).copied().collect();
        rules.sort_unstable();
        rules.dedup();
        let apart = rules
            .into_iter()
            .filter(|rule| one.get(rule) != other.get(rule))
            .map(str::to_owned);
        let length = parts.len();
        parts.extend(apart);
        if parts.len() == length {
            parts.push("the order of the findings".to_owned());
        }
    }
    parts
}

fn by_rule(findings: Option<&Value>) -> BTreeMap<&str, &Value> {
    let all = findings.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|finding| Some((finding.get("rule")?.as_str()?, finding)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let finding = |rule: &str, outcome: &str| json!({ "rule": rule, "outcome": outcome });
        let before = json!({ "level": "none", "findings": [finding("A", "clear"), finding("B", "clear")] });
        let now = json!({ "level": "caution", "findings": [finding("A", "fired"), finding("B", "clear")] });
        assert_eq!(differences(&before, &now), ["A", "level"]);
        assert!(differences(&before, &before).is_empty());
        let turned = json!({ "level": "none", "findings": [finding("B", "clear"), finding("A", "clear")] });
        assert_eq!(differences(&before, &turned), ["the order of the findings"]);
    }
}
