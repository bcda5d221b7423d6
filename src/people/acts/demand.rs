//! Who demands a record, and whether what is said of it can be printed.

use serde_json::{Value, json};

use crate::base::clock::clinic_date;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::FacilityId;
use crate::ctx::{Ctx, View};
use crate::evidence::document::Inputs;
use crate::evidence::fonts::MissingChar;
use crate::http::params::Faults;
use crate::people::caller::Mine;
use crate::people::model::{Entitled, Entitlement, Keepers, Patient};
use crate::people::rules;

/// Who demands a record, as it may be kept, with the agent's authority. Of a kind of person all that it has is told, and
/// nothing that it does not have; she herself goes by the name on her record.
///
/// Errors: `http.invalid`, `people.not_entitled`.
pub(super) async fn entitled(
    ctx: &Ctx,
    keepers: &Keepers,
    view: &mut View,
    patient: &Patient,
    (who, pointer): (Entitlement, &str),
) -> Result<Entitlement> {
    let mut faults = Faults::default();
    let at = |member: &str| format!("{pointer}/{member}");
    let text = |faults: &mut Faults, value: Option<String>, member: &str, most: usize| {
        value.map(|value| faults.text(&value, &at(member), 1, most))
    };
    let who = Entitlement {
        kind: who.kind,
        name: faults.text(&who.name, &at("name"), 1, 40),
        relation: text(&mut faults, who.relation, "relation", 20),
        document_ref: faults.text(&who.document_ref, &at("document_ref"), 1, 60),
        authority: who.authority,
        died_on: who.died_on,
        kinship_ref: text(&mut faults, who.kinship_ref, "kinship_ref", 200),
    };
    for (member, given) in [
        ("relation", who.relation.is_some()),
        ("authority", who.authority.is_some()),
        ("died_on", who.died_on.is_some()),
        ("kinship_ref", who.kinship_ref.is_some()),
    ] {
        let has = who.kind.members().contains(&member);
        faults.check(given || !has, &at(member), "required");
        faults.check(has || !given, &at(member), "inconsistent");
    }
    let known = patient.name.as_deref();
    let hers = who.kind != Entitled::Patient || known.is_none_or(|name| name == who.name);
    faults.check(hers, &at("name"), "inconsistent");
    faults.done()?;
    let mine = Mine {
        patient: patient.id,
        facility: patient.facility_id,
    };
    let agency = match who.authority {
        Some(id) => (keepers.agency)(view, mine, id).await?,
        None => None,
    };
    let now = ctx.clock.now();
    rules::entitled(&who, agency.as_ref(), now, clinic_date(now)).map_err(Error::Refused)?;
    Ok(who)
}

/// A text with its pointer that will be printed, by a font or by a recorded picture.
///
/// Errors: `http.invalid` with `character` for each that can't be (CE-152).
pub(super) async fn printable(
    ctx: &Ctx,
    keepers: &Keepers,
    facility: FacilityId,
    texts: &[(&str, &str)],
) -> Result<()> {
    let mut view = ctx.view();
    let mut faults = Faults::default();
    for (pointer, text) in texts {
        let missing = (keepers.characters.missing)(ctx, &mut view, facility, (*text).to_owned()).await?;
        if let Some(first) = missing.first() {
            faults.push(unprintable(pointer, first));
        }
    }
    faults.done()
}

fn unprintable(pointer: &str, missing: &MissingChar) -> Fault {
    let params = json!({
        "character": format!("U+{:04X}", u32::from(missing.character)),
        "position": missing.position,
        "reason": missing.why.code(),
    });
    Fault::field(pointer, "character").with(params)
}

/// A paper, with recorded pictures of the characters that no font has.
///
/// Errors: `http.invalid` with `character` at no member for what stands in the record, or in the names of the hospital and
/// its staff, and can't be printed.
pub(super) async fn rendered(
    ctx: &Ctx,
    keepers: &Keepers,
    facility: FacilityId,
    mut inputs: Inputs,
) -> Result<Vec<u8>> {
    let mut view = ctx.view();
    let mut all = String::new();
    collect(&inputs.data, &mut all);
    let missing = (keepers.characters.missing)(ctx, &mut view, facility, all).await?;
    let mut faults = Faults::default();
    for one in missing.iter().take(1) {
        faults.push(unprintable("", one));
    }
    faults.done()?;
    inputs.characters = (keepers.characters.pictures)(ctx, &mut view, facility, &inputs.data).await?;
    let made = ctx.press.render(inputs).await;
    made.map_err(|error| Error::Broken(Box::new(error)))
}

fn collect(data: &Value, all: &mut String) {
    match data {
        Value::String(text) => all.push_str(text),
        Value::Array(list) => list.iter().for_each(|one| collect(one, all)),
        Value::Object(members) => members.values().for_each(|one| collect(one, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
