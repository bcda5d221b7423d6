//! Who demands a record, and whether what is said of it can be printed.

use serde_json::json;

use crate::base::clock::clinic_date;
use crate::base::error::{Error, Fault, Result};
use crate::ctx::{Ctx, View};
use crate::http::params::Faults;
use crate::people::caller::Mine;
use crate::people::model::{Entitled, Entitlement, Keepers};
use crate::people::rules;

/// Who demands a record, as it may be kept, with the agent's authority.
///
/// Errors: `http.invalid`, `people.not_entitled`.
pub(super) async fn entitled(
    ctx: &Ctx,
    keepers: &Keepers,
    view: &mut View,
    mine: Mine,
    (who, pointer): (Entitlement, &str),
) -> Result<Entitlement> {
    let mut faults = Faults::default();
    let at = |member: &str| format!("{pointer}/{member}");
    let text = |faults: &mut Faults, value: Option<String>, member: &str, most: usize| {
        value.map(|value| faults.text(&value, &at(member), 1, most))
    };
    let hers = who.kind == Entitled::Patient;
    let after_death = matches!(who.kind, Entitled::CloseRelative | Entitled::Heir);
    let who = Entitlement {
        kind: who.kind,
        name: faults.text(&who.name, &at("name"), 1, 40),
        relation: text(&mut faults, who.relation, "relation", 20),
        document_ref: faults.text(&who.document_ref, &at("document_ref"), 1, 60),
        authority: who.authority,
        died_on: who.died_on,
        kinship_ref: text(&mut faults, who.kinship_ref, "kinship_ref", 200),
    };
    faults.check(hers || who.relation.is_some(), &at("relation"), "required");
    faults.check(
        who.kind != Entitled::Agent || who.authority.is_some(),
        &at("authority"),
        "required",
    );
    faults.check(!after_death || who.died_on.is_some(), &at("died_on"), "required");
    faults.check(
        !after_death || who.kinship_ref.is_some(),
        &at("kinship_ref"),
        "required",
    );
    faults.done()?;
    let agency = match who.authority.filter(|_| who.kind == Entitled::Agent) {
        Some(id) => (keepers.agency)(view, mine, id).await?,
        None => None,
    };
    let now = ctx.clock.now();
    rules::entitled(&who, agency.as_ref(), now, clinic_date(now)).map_err(Error::Refused)?;
    Ok(who)
}

/// A text with its pointer that will be printed.
///
/// Errors: `http.invalid` with `character` for each that can't be (CE-152).
pub(super) async fn printable(ctx: &Ctx, texts: &[(&str, &str)]) -> Result<()> {
    let mut faults = Faults::default();
    for (pointer, text) in texts {
        let missing = ctx.press.check((*text).to_owned()).await;
        let missing = missing.map_err(|error| Error::Broken(Box::new(error)))?;
        if let Some(first) = missing.first() {
            let params = json!({
                "character": format!("U+{:04X}", u32::from(first.character)),
                "position": first.position,
                "reason": first.why.code(),
            });
            faults.push(Fault::field(*pointer, "character").with(params));
        }
    }
    faults.done()
}
