//! One assessment, whole, as a doctor reads it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assessment::facts::authored;
use crate::assessment::model::{Assessed, Compared, Decision, Review, Shown, Used};
use crate::assessment::{rules, store};
use crate::base::Noun;
use crate::base::error::{Error, Result};
use crate::content::forms::{ASSESSMENT, RECHECK};
use crate::ctx::{Ctx, Tx};
use crate::forms;
use crate::forms::model::Response;
use crate::questionnaire::{Answers, Assessment, Finding, Form, Text};

/// One finding as staff read it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownFinding {
    /// What came out.
    pub finding: Finding,
    /// How it is shown.
    pub outcome: Shown,
    /// For staff.
    pub staff: String,
    /// What she is told.
    pub patient: Text,
    /// It stays with the anesthesiologist unless she agrees.
    pub confidential: bool,
    /// Laboratory values of hers behind it that nobody compared with the sheet.
    pub unverified: Vec<String>,
    /// It still wants an anesthesiologist's decision.
    pub undecided: bool,
}

/// One assessment, whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The assessment in the queue.
    pub review: Review,
    /// The newest run of the rules.
    pub run: Assessed,
    /// Its findings, in table order.
    pub findings: Vec<ShownFinding>,
    /// Her answers, a FHIR `QuestionnaireResponse`.
    pub answers: Value,
    /// What staff entered beside them.
    pub staff_items: Option<Value>,
    /// She changed what she had submitted; why stands with the answers.
    #[serde(default)]
    pub edited: bool,
    /// The answers that rules looked at.
    pub answers_used: Vec<Used>,
    /// Of a re-check: what it changed since the assessment of pregnancy.
    #[serde(default)]
    pub compared: Option<Compared>,
    /// The earlier runs, newest first.
    pub earlier: Vec<Assessed>,
    /// The decisions of this pregnancy, newest first.
    pub decisions: Vec<Decision>,
}

/// The review with all that a doctor reads of it.
pub(super) async fn whole(ctx: &Ctx, tx: &mut Tx, review: Review) -> Result<Record> {
    let place = review.facility_id;
    let mut runs = store::runs(tx, place, review.id).await?.into_iter();
    let run = runs
        .next()
        .ok_or_else(|| Error::broken("a review without an assessment"))?;
    let decisions = store::decisions(tx, place, review.episode_id).await?;
    let response = forms::facts::response(tx, place, review.response_id).await?;
    let response = response.ok_or(Error::Missing(Noun::Response))?;
    let verifications = forms::facts::verifications(tx, place, review.response_id).await?;
    let verified: BTreeSet<&str> = verifications.iter().map(|v| v.link_id.as_str()).collect();
    let undecided = rules::undecided(&run.result, &decisions);
    let form = authored(ctx, &run.result)?;
    Ok(Record {
        compared: compared(ctx, tx, form, &run, &response).await?,
        findings: findings(form, &run.result, &verified, &undecided),
        answers: response.content,
        staff_items: response.staff_items,
        edited: response.amending.amends.is_some(),
        answers_used: run.inputs.answers_used.clone(),
        earlier: runs.collect(),
        decisions: decisions.into_iter().map(|(decision, _)| decision).collect(),
        run,
        review,
    })
}

/// The re-check beside the answers of pregnancy that it took over.
async fn compared(
    ctx: &Ctx,
    tx: &mut Tx,
    form: &Form,
    run: &Assessed,
    response: &Response,
) -> Result<Option<Compared>> {
    let place = response.facility_id;
    let Some((earlier, version)) = run.inputs.earlier else {
        return Ok(None);
    };
    let named = (earlier, version);
    let kept = forms::facts::kept(tx, place, &[named]).await?.remove(&named);
    let made = store::newest_run_on(tx, place, earlier).await?;
    let again = ctx.content.forms.version(RECHECK, response.form_version());
    let first = ctx.content.forms.version(ASSESSMENT, response.form_version());
    let (Some((content, items)), Some(made), Some(again), Some(first)) = (kept, made, again, first) else {
        return Ok(None);
    };
    let lasting: Vec<&str> = form.prefilled_at_recheck().collect();
    let twice = |link_id: &str| {
        lasting.contains(&link_id) || (first.form.has_item(link_id) && again.form.has_item(link_id))
    };
    let answers = |content: &Value, items: Option<&Value>| {
        rules::union(form, None, Answers::from_response(form, content), items)
    };
    let before = answers(&content, items.as_ref());
    let now = answers(&response.content, response.staff_items.as_ref());
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (made.result.fired_rules(), run.result.fired_rules());
    let owned = |rules: Vec<&&str>| rules.into_iter().map(|rule| (*rule).to_owned()).collect();
    Ok(Some(Compared {
        response_id: earlier,
        at: made.at,
        answers: rules::compared(&before, &now, &twice),
        new: owned(new.difference(&old).collect()),
        gone: owned(old.difference(&new).collect()),
    }))
}

fn findings(
    form: &Form,
    result: &Assessment,
    verified: &BTreeSet<&str>,
    undecided: &[String],
) -> Vec<ShownFinding> {
    let known = result
        .findings
        .iter()
        .filter_map(|finding| Some((finding, form.rule(&finding.rule)?)));
    known
        .map(|(finding, rule)| ShownFinding {
            outcome: rules::shown(finding),
            staff: rule.staff.clone(),
            patient: rule.patient.clone(),
            confidential: rule.confidential,
            unverified: rules::unverified(form, finding, verified),
            undecided: rules::shown(finding) == Shown::Fired && undecided.contains(&finding.rule),
            finding: finding.clone(),
        })
        .collect()
}
