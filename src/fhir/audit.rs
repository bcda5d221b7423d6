//! The journal as `AuditEvent`, for those who may read it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Answer;
use super::asked::{Asked, DATE, wrong};
use super::bundle::{each, searchset};
use super::response::instant;
use crate::base::clock::clinic_zone;
use crate::base::error::{Error, Result};
use crate::base::id::StaffId;
use crate::base::{Noun, PageRequest};
use crate::ctx::Ctx;
use crate::people::caller::Caller;
use crate::people::door::{self as people, AuditFilter, AuditRow};

const OWN: &str = "https://muan.invalid/fhir";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let filter = AuditFilter {
        id: Some(asked.uuid()?),
        ..AuditFilter::default()
    };
    let found = people::audit(ctx, caller, filter, PageRequest::new(Some(1), None)?).await?;
    let row = found.items.first().ok_or(Error::Missing(Noun::Route))?;
    Ok(resource(row).into())
}

pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let agent = asked
        .get("agent")
        .map(|text| text.rsplit(['|', '/']).next().unwrap_or(text));
    let staff: Option<Uuid> = agent
        .map(str::parse)
        .transpose()
        .map_err(|_| wrong("agent", "format"))?;
    let mut filter = AuditFilter {
        patient: asked.patient()?,
        staff: staff.map(StaffId),
        ..AuditFilter::default()
    };
    for bound in asked.all(DATE) {
        let (slot, text) = match (bound.strip_prefix("ge"), bound.strip_prefix("lt")) {
            (Some(text), _) => (&mut filter.from, text),
            (_, Some(text)) => (&mut filter.to, text),
            _ => return Err(wrong(DATE, "format")),
        };
        let at = moment(text).ok_or_else(|| wrong(DATE, "format"))?;
        if slot.replace(at).is_some() {
            return Err(wrong(DATE, "only_one"));
        }
    }
    let found = people::audit(ctx, caller, filter, asked.page()?).await?;
    Ok(searchset(asked, each(found, |row| vec![resource(&row)])))
}

/// An instant, or the beginning of a day at the clinic. A `+` in an address is a space.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.replace(' ', "+")) {
        return Some(at.to_utc());
    }
    let day: NaiveDate = text.parse().ok()?;
    let begin = clinic_zone()
        .from_local_datetime(&day.and_time(NaiveTime::MIN))
        .single();
    begin.map(|at| at.to_utc())
}

fn resource(row: &AuditRow) -> Value {
    // `staff:<id>/midwife`, `patient:<id>`, `system`.
    let (who, role) = row.actor.split_once('/').unwrap_or((&row.actor, ""));
    let (kind, id) = who.split_once(':').unwrap_or((who, ""));
    let mut agent = json!({
        "type": { "coding": [{ "system": format!("{OWN}/CodeSystem/actor"), "code": kind }] },
        "requestor": matches!(kind, "staff" | "patient"),
    });
    if let Some(members) = agent.as_object_mut() {
        if !id.is_empty() {
            let who =
                json!({ "identifier": { "system": format!("{OWN}/NamingSystem/{kind}"), "value": id } });
            members.insert("who".to_owned(), who);
        }
        if !role.is_empty() {
            let role = json!([{ "coding": [{ "system": format!("{OWN}/CodeSystem/role"), "code": role }] }]);
            members.insert("role".to_owned(), role);
        }
    }
    let mut entities = vec![json!({
        "what": { "identifier": { "system": format!("{OWN}/NamingSystem/subject"), "value": row.subject } },
    })];
    if let Some(patient) = row.patient_id {
        entities.push(json!({ "what": { "reference": format!("Patient/{patient}") } }));
    }
    if let (Some(request), Some(first)) = (
        &row.request_id,
        entities.first_mut().and_then(Value::as_object_mut),
    ) {
        first.insert(
            "detail".to_owned(),
            json!([{ "type": "request", "valueString": request }]),
        );
    }
    json!({
        "resourceType": "AuditEvent",
        "id": row.id,
        "type": { "system": format!("{OWN}/CodeSystem/audit"), "code": "act" },
        "subtype": [{ "system": format!("{OWN}/CodeSystem/act"), "code": row.act }],
        "recorded": instant(row.at),
        "outcome": "0",
        "agent": [agent],
        "source": { "observer": { "display": "Muan 母安" } },
        "entity": entities,
    })
}
