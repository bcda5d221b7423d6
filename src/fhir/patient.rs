//! Women as `Patient`: hers for herself, the hospital's for staff. Identity documents stay in the two APIs.

use serde_json::{Value, json};

use super::Answer;
use super::asked::{Asked, wrong};
use super::bundle::{each, searchset};
use crate::base::error::{Error, Result};
use crate::base::id::PatientId;
use crate::base::{Noun, Page};
use crate::ctx::Ctx;
use crate::episode::door::{self as episode, Wanted};
use crate::people::caller::Caller;
use crate::people::door as people;
use crate::people::model::Patient;

/// The system of a hospital's record numbers, before the hospital's id.
const RECORDS: &str = "https://muan.invalid/fhir/NamingSystem/record-number";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let id = PatientId(asked.uuid()?);
    let patient = if caller.staff().is_ok() {
        episode::patient(ctx, caller, id).await?.patient
    } else {
        let me = people::me(ctx, caller).await?;
        if me.id != id {
            return Err(Error::Missing(Noun::Patient));
        }
        me
    };
    Ok(Answer {
        body: resource(&patient),
        version: Some(patient.version),
    })
}

/// One woman, as a page.
pub(super) async fn only(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Page<Value>> {
    // A page has bounds even where it holds one.
    asked.page()?;
    Ok(Page {
        items: vec![read(ctx, caller, asked).await?.body],
        next_cursor: None,
    })
}

/// For staff the women whose pregnancy is not closed, or those that one of the parameters finds.
pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let given: Vec<&str> = ["identifier", "name", "phone"]
        .into_iter()
        .filter_map(|name| asked.get(name))
        .collect();
    let wanted = match given.as_slice() {
        [] => None,
        // A token may name its system.
        [one] => Some(one.rsplit_once('|').map_or(*one, |(_, value)| value).to_owned()),
        _ => return Err(wrong("name", "only_one")),
    };
    let page = asked.page()?;
    if caller.staff().is_err() {
        let me = people::me(ctx, caller).await?;
        let is_her = |text: &String| {
            *text == me.record_number
                || me.phone.as_ref() == Some(text)
                || me
                    .name
                    .as_ref()
                    .is_some_and(|name| name.starts_with(text.as_str()))
        };
        let items = if wanted.as_ref().is_none_or(is_her) {
            vec![resource(&me)]
        } else {
            Vec::new()
        };
        return Ok(searchset(
            asked,
            Page {
                items,
                next_cursor: None,
            },
        ));
    }
    let wanted = Wanted {
        q: wanted,
        ..Wanted::default()
    };
    let found = episode::patients(ctx, caller, wanted, page).await?;
    Ok(searchset(
        asked,
        each(found, |listed| vec![resource(&listed.patient)]),
    ))
}

fn resource(patient: &Patient) -> Value {
    let mut resource = json!({
        "resourceType": "Patient",
        "id": patient.id,
        "meta": { "versionId": patient.version.to_string() },
        "identifier": [{
            "system": format!("{RECORDS}/{}", patient.facility_id), "value": patient.record_number,
        }],
        "gender": "female",
        "communication": [{ "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": patient.language }] } }],
    });
    let Some(members) = resource.as_object_mut() else {
        return resource;
    };
    if let Some(name) = &patient.name {
        members.insert("name".to_owned(), json!([{ "text": name }]));
    }
    if let Some(phone) = &patient.phone {
        members.insert(
            "telecom".to_owned(),
            json!([{ "system": "phone", "value": phone, "use": "mobile" }]),
        );
    }
    if let Some(day) = patient.birth_date {
        members.insert("birthDate".to_owned(), json!(day));
    }
    resource
}
