//! Answers as `QuestionnaireResponse`, and the judging of answers that nobody keeps.
//!
//! Answers that replaced others are `amended`, those that were replaced `entered-in-error`, as those that staff marked so: a
//! reader who knows nothing of our amendments must not take both for true. What staff entered beside her answers is a
//! resource of its own, whose id ends with `.staff`.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::asked::{Asked, wrong};
use super::bundle::{each, searchset};
use super::{Answer, outcome};
use crate::base::error::{Error, Result};
use crate::base::id::ResponseId;
use crate::base::{Noun, Page};
use crate::ctx::Ctx;
use crate::forms::door::{self as forms, Sought};
use crate::forms::model::{Response, ResponseStatus};
use crate::people::caller::Caller;

/// Ends the id of what staff entered beside answers.
const STAFF_PART: &str = ".staff";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let beside = asked.id.strip_suffix(STAFF_PART);
    let id = beside.unwrap_or(&asked.id).parse();
    let id = ResponseId(id.map_err(|_| Error::Missing(Noun::Route))?);
    let response = if caller.staff().is_ok() {
        forms::read_staff(ctx, caller, id).await?.response
    } else {
        forms::read(ctx, caller, id).await?.response
    };
    let body = if beside.is_some() {
        staff_part(&response).ok_or(Error::Missing(Noun::Response))?
    } else {
        resource(&response)
    };
    Ok(Answer {
        body,
        version: Some(response.version),
    })
}

pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    Ok(searchset(asked, found(ctx, caller, asked).await?))
}

/// One page of her answers.
pub(super) async fn found(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Page<Value>> {
    let status = match asked.get("status") {
        None => &[][..],
        Some("in-progress") => &[(ResponseStatus::InProgress, false)],
        Some("completed") => &[(ResponseStatus::Completed, false)],
        Some("amended") => &[(ResponseStatus::Completed, true)],
        Some("entered-in-error") => &[
            (ResponseStatus::Amended, false),
            (ResponseStatus::EnteredInError, false),
        ],
        Some("stopped") => &[(ResponseStatus::Stopped, false)],
        Some(_) => return Err(wrong("status", "unknown")),
    };
    let sought = Sought {
        patient: asked.patient()?,
        questionnaire: asked.get("questionnaire").map(str::to_owned),
        status,
    };
    let found = forms::responses(ctx, caller, sought, asked.page()?).await?;
    Ok(each(found, |response| {
        [Some(resource(&response)), staff_part(&response)]
            .into_iter()
            .flatten()
            .collect()
    }))
}

/// The document itself, or `Parameters` with it as `resource`.
pub(super) async fn validate(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let is_parameters = asked.body.get("resourceType").and_then(Value::as_str) == Some("Parameters");
    let parameters = asked.body.get("parameter").and_then(Value::as_array);
    let inner = parameters.into_iter().flatten().find_map(|parameter| {
        (parameter.get("name")? == "resource")
            .then(|| parameter.get("resource"))
            .flatten()
    });
    let document = if is_parameters {
        inner.unwrap_or(&Value::Null)
    } else {
        &asked.body
    };
    let judged = forms::validate(ctx, caller, document, asked.strict).await?;
    Ok(outcome::remarks(&judged.errors, &judged.warnings).into())
}

/// Her answers.
fn resource(response: &Response) -> Value {
    let status = match (response.status, response.amending.amends) {
        (ResponseStatus::InProgress, _) => "in-progress",
        (ResponseStatus::Completed, None) => "completed",
        (ResponseStatus::Completed, Some(_)) => "amended",
        (ResponseStatus::Amended | ResponseStatus::EnteredInError, _) => "entered-in-error",
        (ResponseStatus::Stopped, _) => "stopped",
    };
    mapped(response, &response.content, response.id.to_string(), status)
}

/// What staff entered beside them.
fn staff_part(response: &Response) -> Option<Value> {
    let id = format!("{}{STAFF_PART}", response.id);
    let status = match response.status {
        ResponseStatus::EnteredInError => "entered-in-error",
        // Staff enter what they know, and more of it later.
        _ => "in-progress",
    };
    Some(mapped(response, response.staff_items.as_ref()?, id, status))
}

fn mapped(response: &Response, content: &Value, id: String, status: &str) -> Value {
    let at = response.completed_at.unwrap_or(response.authored_at);
    let her = json!({ "reference": format!("Patient/{}", response.patient_id) });
    let mut resource = json!({
        "resourceType": "QuestionnaireResponse",
        "id": id,
        "meta": { "versionId": response.version.to_string(), "lastUpdated": instant(at) },
    });
    if let (Some(members), Some(kept)) = (resource.as_object_mut(), content.as_object()) {
        for (name, value) in kept {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
        members.insert("status".to_owned(), status.into());
        members.insert("subject".to_owned(), her);
        members.entry("authored").or_insert_with(|| instant(at).into());
    }
    without_nothing(&mut resource);
    resource
}

/// An instant as the standard writes it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Takes out empty lists, objects and nulls, which the standard has not.
pub(super) fn without_nothing(node: &mut Value) {
    match node {
        Value::Array(all) => {
            all.iter_mut().for_each(without_nothing);
            all.retain(|one| !is_nothing(one));
        }
        Value::Object(members) => {
            members.values_mut().for_each(without_nothing);
            members.retain(|_, value| !is_nothing(value));
        }
        _ => {}
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(all) => all.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
