//! Numbers as `Observation`: laboratory values that were compared with their source, and scores. The id is that of the
//! answers and the name of the number, in letters that ids may have.

use serde_json::{Number, Value, json};

use super::Answer;
use super::asked::Asked;
use super::bundle::{each, searchset};
use super::response::instant;
use crate::assessment::door::{self as assessment, About, Measured};
use crate::base::error::{Error, Result};
use crate::base::id::ResponseId;
use crate::base::{Noun, Page};
use crate::ctx::Ctx;
use crate::people::caller::Caller;

const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let missing = || Error::Missing(Noun::Route);
    let (response, _) = asked.id.split_once('.').ok_or_else(missing)?;
    let response = ResponseId(response.parse().map_err(|_| missing())?);
    let all = assessment::observations(ctx, caller, Some(About::Response(response))).await?;
    let one = all.iter().find(|one| id(one) == asked.id).ok_or_else(missing)?;
    Ok(resource(one).into())
}

pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    Ok(searchset(asked, found(ctx, caller, asked).await?))
}

/// One page of her numbers.
pub(super) async fn found(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Page<Value>> {
    let page = asked.page()?;
    let patient = asked.patient()?;
    let code = asked.token("code");
    let question = format!("{patient:?} {code:?}");
    let after: Option<String> = page.after(&question)?;
    let mut all = assessment::observations(ctx, caller, patient.map(About::Patient)).await?;
    all.retain(|one| code.is_none_or(|code| one.name == code));
    all.sort_by_key(id);
    let rows = all
        .into_iter()
        .filter(|one| after.as_ref().is_none_or(|after| id(one) > *after))
        .take(usize::try_from(page.limit).unwrap_or(0) + 1)
        .collect();
    let found = page.page(rows, &question, id);
    Ok(each(found, |one| vec![resource(&one)]))
}

fn id(one: &Measured) -> String {
    format!("{}.{}", one.response, one.name.replace('_', "-"))
}

fn resource(one: &Measured) -> Value {
    let category = if one.name.starts_with("score.") {
        "survey"
    } else {
        "laboratory"
    };
    let value: Option<Number> = one.value.normalize().to_string().parse().ok();
    let mut quantity = json!({ "value": value });
    if let (Some(unit), Some(members)) = (&one.unit, quantity.as_object_mut()) {
        for (name, part) in [("unit", "display"), ("system", "system"), ("code", "code")] {
            if let Some(text) = unit.get(part) {
                members.insert(name.to_owned(), text.clone());
            }
        }
    }
    let (zh, en) = &one.words;
    let system = one.form.split('|').next().unwrap_or_default();
    json!({
        "resourceType": "Observation",
        "id": id(one),
        "status": "final",
        "category": [{ "coding": [{ "system": CATEGORY, "code": category }] }],
        "code": { "coding": [{ "system": system, "code": one.name, "display": en }], "text": zh },
        "subject": { "reference": format!("Patient/{}", one.patient) },
        "effectiveDateTime": instant(one.at),
        "valueQuantity": quantity,
        "derivedFrom": [{ "reference": format!("QuestionnaireResponse/{}", one.response) }],
    })
}
