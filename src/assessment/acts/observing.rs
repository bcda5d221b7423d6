//! The numbers about a woman that another program may read: laboratory values that were compared with their source or
//! entered by staff, and, for those who read assessments, the scores of the rules.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tracing::instrument;

use crate::assessment::store;
use crate::base::error::{Error, Result};
use crate::base::id::{PatientId, ResponseId};
use crate::base::{Act, Code, Fault, Noun, Subject};
use crate::content::forms::STAFF;
use crate::ctx::{Ctx, Records};
use crate::episode;
use crate::forms::facts as filed;
use crate::forms::model::{Response, ResponseStatus};
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::questionnaire::{Answers, Form};

/// Where laboratory values stand in our forms.
const LABORATORY: &str = "lab.";

/// Which numbers.
#[derive(Clone, Copy, Debug)]
pub enum About {
    /// All of a woman.
    Patient(PatientId),
    /// Those that come from one set of answers.
    Response(ResponseId),
}

/// One number.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The answers that it comes from.
    pub response: ResponseId,
    /// Whose.
    pub patient: PatientId,
    /// linkId, or `score.` and the score.
    pub name: String,
    /// `url|version` of the form that the name belongs to.
    pub form: String,
    /// What it is, in Chinese and English.
    pub words: (String, String),
    /// How much.
    pub value: Decimal,
    /// A UCUM coding.
    pub unit: Option<Value>,
    /// When it was taken, or worked out.
    pub at: DateTime<Utc>,
}

/// A woman's numbers, oldest answers first: her own laboratory values for herself; staff have to say whose.
///
/// Errors: `http.malformed` when staff do not say whose.
#[instrument(name = "assessment.observations", skip_all)]
pub async fn observations(ctx: &Ctx, caller: &Caller, about: Option<About>) -> Result<Vec<Measured>> {
    policy::allowed(caller, Act::AssessmentObservations)?;
    let is_staff = caller.staff().is_ok();
    let about = match about {
        Some(about) => about,
        None if is_staff => {
            let fault = Fault::field("?patient", "required");
            return Err(Error::Invalid(Code::HttpMalformed, vec![fault]));
        }
        None => About::Patient(caller.mine()?.patient),
    };
    if !is_staff {
        let mut view = ctx.view();
        let (_, responses) = found(&mut view, caller, about).await?;
        return measured(ctx, &mut view, responses, false, false).await;
    }
    let scores = policy::allowed(caller, Act::AssessmentReview).is_ok();
    let mut tx = ctx.write(Act::AssessmentObservations).await?;
    let (patient, responses) = found(&mut tx, caller, about).await?;
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::AssessmentObservations, patient, now).await?;
    let all = measured(ctx, &mut tx, responses, true, scores).await?;
    let subject = Subject::of_patient("patient", patient, patient);
    tx.journal(caller, subject, json!({ "count": all.len() })).await?;
    tx.commit().await?;
    Ok(all)
}

async fn found(r: &mut impl Records, caller: &Caller, about: About) -> Result<(PatientId, Vec<Response>)> {
    let place = caller.place()?;
    let (patient, missing) = match about {
        About::Patient(patient) => (patient, Noun::Patient),
        About::Response(id) => {
            let response = filed::response(r, place, id).await?;
            let response = response.ok_or(Error::Missing(Noun::Response))?;
            (response.patient_id, Noun::Response)
        }
    };
    let known = people::facts::patient(r, place, patient).await?;
    let known = known.ok_or(Error::Missing(missing))?;
    let whose = Belongs {
        facility: known.facility_id,
        account: known.account_id,
    };
    policy::may(caller, Act::AssessmentObservations, missing, whose)?;
    let mut all = filed::responses_of(r, place, patient).await?;
    all.retain(|response| {
        let asked = match about {
            About::Patient(_) => true,
            About::Response(id) => response.id == id,
        };
        asked && response.status == ResponseStatus::Completed
    });
    Ok((patient, all))
}

async fn measured(
    ctx: &Ctx,
    r: &mut impl Records,
    responses: Vec<Response>,
    staff_items: bool,
    scores: bool,
) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for response in &responses {
        let Some(entry) = ctx.content.forms.canonical(&response.questionnaire) else {
            continue;
        };
        let place = response.facility_id;
        let verified = filed::verifications(r, place, response.id).await?;
        let is_verified = |link_id: &str| verified.iter().any(|one| one.link_id == link_id);
        values(response, &entry.form, &response.content, is_verified, &mut all);
        let beside = ctx.content.forms.version(STAFF, response.form_version());
        if let (Some(items), Some(entry), true) = (&response.staff_items, beside, staff_items) {
            values(response, &entry.form, items, |_| true, &mut all);
        }
        let review = match scores {
            true => store::review_of_response(r, place, response.id).await?,
            false => None,
        };
        let run = match review {
            Some(review) => store::newest_run(r, place, review.id).await?,
            None => None,
        };
        let Some(run) = run else { continue };
        let Some(form) = ctx.content.forms.authored(response.form_version()) else {
            continue;
        };
        for (score, value) in &run.result.scores {
            let (Some(value), Some((zh, en, unit))) = (value, form.score_words(score)) else {
                continue;
            };
            all.push(Measured {
                response: response.id,
                patient: response.patient_id,
                name: format!("score.{score}"),
                form: run.result.form.clone(),
                words: (zh.to_owned(), en.to_owned()),
                value: *value,
                unit: unit.map(
                    |code| json!({ "system": "http://unitsofmeasure.org", "code": code, "display": code }),
                ),
                at: run.at,
            });
        }
    }
    Ok(all)
}

/// The laboratory values of a document that `wanted` names.
fn values(
    response: &Response,
    form: &Form,
    document: &Value,
    wanted: impl Fn(&str) -> bool,
    all: &mut Vec<Measured>,
) {
    let answers = Answers::from_response(form, document);
    let begun = response.completed_at.unwrap_or(response.authored_at);
    for (link_id, given) in answers.iter() {
        let Some(item) = form
            .item(link_id)
            .filter(|_| link_id.starts_with(LABORATORY) && wanted(link_id))
        else {
            continue;
        };
        let Some(value) = given.first().and_then(|answer| answer.number()) else {
            continue;
        };
        // Coagulation is sampled together and has one time for all of it.
        let times = [format!("{link_id}_at"), "lab.coag_at".to_owned()];
        let own = times.iter().find(|time| form.has_item(time));
        let at = own.and_then(|time| answers.get(time).first()?.instant());
        let zh = item.text.clone().unwrap_or_default();
        let en =
            crate::questionnaire::english(&item.other, "_text").map_or_else(|| zh.clone(), str::to_owned);
        all.push(Measured {
            response: response.id,
            patient: response.patient_id,
            name: link_id.to_owned(),
            form: form.canonical().to_owned(),
            words: (zh, en),
            value,
            unit: form.unit(link_id).cloned(),
            at: at.map_or(begun, |at| at.to_utc()),
        });
    }
}
