//! From one authored form to the parts that are published: an item says by its extensions when it is asked (`item-phase`)
//! and by whom it is answered (`item-who`). Rules always read the authored form with the union of all answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::compile::compile;
use super::definition::{Item, OWN, Questionnaire, extension, extensions};
use super::faults::{Fault, Faults};
use super::form::Form;
use super::rules::{self, RuleSet};

/// The authored form and its three published parts.
#[derive(Debug, Clone)]
pub struct Published {
    /// All items and all rules; what [`super::assess`] takes. Never shown as one form.
    pub authored: Arc<Form>,
    /// What she answers in pregnancy; carries the authored name.
    pub patient: Arc<Form>,
    /// What she answers at admission; `<name>-recheck`.
    pub recheck: Arc<Form>,
    /// What staff fill in; `<name>-staff`.
    pub staff: Arc<Form>,
}

/// Publishes an authored form with phases. A part keeps the checks whose items it has; the others are made on the union by
/// [`Form::inconsistencies`].
///
/// # Errors
/// The faults of the authored form, or of a part whose conditions look at an item that the part lacks.
pub fn publish(form: &Value, rules: &Value) -> Result<Published, Vec<Fault>> {
    let authored = compile(form, Some(rules))?;
    let parts = [
        part(&authored, "", Some("antenatal"), "patient"),
        part(&authored, "-recheck", Some("recheck"), "patient"),
        part(&authored, "-staff", None, "staff"),
    ];
    left_out(&authored, &parts)?;
    let [patient, recheck, staff] = parts.map(|definition| publish_part(&definition, rules));
    Ok(Published {
        patient: patient?,
        recheck: recheck?,
        staff: staff?,
        authored,
    })
}

/// What of the authored form is asked of one person in one phase.
fn part(authored: &Form, suffix: &str, phase: Option<&str>, who: &str) -> Questionnaire {
    let mut definition = authored.definition().clone();
    for name in [&mut definition.url, &mut definition.name].into_iter().flatten() {
        name.push_str(suffix);
    }
    if let Some(Value::String(id)) = definition.other.get_mut("id") {
        id.push_str(suffix);
    }
    definition.item = keep(definition.item, &|item| {
        let mut phases = extensions(&item.extension, OWN, "item-phase");
        phase.is_none_or(|phase| phases.any(|value| value == phase))
            && extension(&item.extension, OWN, "item-who").and_then(Value::as_str) == Some(who)
    });
    definition
}

/// A fault for each item that nobody would ever be asked.
fn left_out(authored: &Form, parts: &[Questionnaire]) -> Result<(), Vec<Fault>> {
    let mut asked = BTreeSet::new();
    for definition in parts {
        linked(&definition.item, "/item", &mut |link_id, _| {
            asked.insert(link_id.to_owned());
        });
    }
    let mut faults = Faults::default();
    linked(&authored.definition().item, "/item", &mut |link_id, pointer| {
        if !asked.contains(link_id) {
            let reason = format!(
                "{link_id} is in none of the published parts: it needs item-who and, for the woman, item-phase"
            );
            faults.add("unsupportedElement", pointer, reason);
        }
    });
    if faults.all.is_empty() {
        Ok(())
    } else {
        Err(faults.all)
    }
}

fn linked(items: &[Item], pointer: &str, note: &mut dyn FnMut(&str, &str)) {
    for (position, item) in items.iter().enumerate() {
        let at = format!("{pointer}/{position}");
        note(&item.link_id, &at);
        linked(&item.item, &format!("{at}/item"), note);
    }
}

fn publish_part(definition: &Questionnaire, rules: &Value) -> Result<Arc<Form>, Vec<Fault>> {
    let form = to_value(definition)?;
    let bare = compile(&form, None)?;
    let set: RuleSet = serde_json::from_value(rules.clone()).unwrap_or_default();
    compile(&form, Some(&to_value(&rules::checks_within(set, &bare))?))
}

/// The form for a woman who has lost her child: without the items marked `suppress-after-loss`, and with the gentler option
/// texts of `after-loss-display`.
///
/// # Errors
/// Faults of the form that is left, which a test of every published form rules out.
pub fn after_loss(form: &Form, rules: Option<&Value>) -> Result<Arc<Form>, Vec<Fault>> {
    let mut definition = form.definition().clone();
    definition.item = keep(definition.item, &|item| {
        extension(&item.extension, OWN, "suppress-after-loss").and_then(Value::as_bool) != Some(true)
    });
    for item in &mut definition.item {
        soften(item);
    }
    compile(&to_value(&definition)?, rules)
}

fn soften(item: &mut Item) {
    for option in &mut item.answer_option {
        let gentler = extension(&option.extension, OWN, "after-loss-display").cloned();
        let coding = option.other.get_mut("valueCoding").and_then(Value::as_object_mut);
        if let (Some(Value::Object(texts)), Some(coding)) = (gentler, coding) {
            coding.extend(texts.into_iter().filter(|(name, _)| name.ends_with("display")));
        }
    }
    for child in &mut item.item {
        soften(child);
    }
}

/// Questions that `wanted` accepts, and the groups that still have any.
fn keep(items: Vec<Item>, wanted: &dyn Fn(&Item) -> bool) -> Vec<Item> {
    items
        .into_iter()
        .filter_map(|mut item| {
            item.item = keep(item.item, wanted);
            if item.kind == "group" {
                return (!item.item.is_empty()).then_some(item);
            }
            wanted(&item).then_some(item)
        })
        .collect()
}

fn to_value(document: &impl Serialize) -> Result<Value, Vec<Fault>> {
    serde_json::to_value(document).map_err(|error| {
        let mut faults = Faults::default();
        faults.add("unsupportedElement", "", error.to_string());
        faults.all
    })
}
