//! What our own forms may say: every element and extension that the engine knows, with the type of its value. Anything else
//! would look as if it worked.

use serde_json::{Map, Value};

use super::definition::{FHIR, OWN};
use super::faults::Faults;

const SDC: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/";
/// Members of every element, and of every resource, in the standard.
pub(super) const ELEMENT: &str = "id extension modifierExtension";
pub(super) const RESOURCE: &str = "resourceType meta implicitRules language text contained url identifier version name title \
    derivedFrom status experimental subjectType date publisher contact description useContext jurisdiction purpose copyright \
    approvalDate lastReviewDate effectivePeriod code item";
pub(super) const ITEM: &str = "linkId definition code prefix text type enableWhen enableBehavior required repeats readOnly \
    maxLength answerValueSet answerOption initial item";
const OPTION: &str = "valueCoding valueString valueInteger valueDate valueTime initialSelected";
const CONDITION: &str = "question operator answerBoolean answerDecimal answerInteger answerDate answerDateTime answerTime \
    answerString answerCoding answerQuantity answerReference";
/// Members of the standard whose meaning would be lost.
const REFUSED: &[&str] = &["modifierExtension", "implicitRules", "derivedFrom"];

/// An extension: base and name, the values that it may have, may it stand several times?
type Known = (&'static str, &'static str, &'static [&'static str], bool);

const OF_ITEMS: &[Known] = &[
    (FHIR, "minValue", BOUNDS, false),
    (FHIR, "maxValue", BOUNDS, false),
    (FHIR, "maxDecimalPlaces", &["valueInteger"], false),
    (FHIR, "minLength", &["valueInteger"], false),
    (FHIR, "regex", &["valueString"], false),
    (FHIR, "maxSize", &["valueDecimal"], false),
    (FHIR, "mimeType", &["valueCode"], true),
    (FHIR, "questionnaire-minOccurs", &["valueInteger"], false),
    (FHIR, "questionnaire-maxOccurs", &["valueInteger"], false),
    (FHIR, "questionnaire-unit", &["valueCoding"], false),
    (FHIR, "questionnaire-unitOption", &["valueCoding"], true),
    (FHIR, "questionnaire-unitValueSet", &["valueCanonical"], false),
    (FHIR, "questionnaire-hidden", &["valueBoolean"], false),
    (
        FHIR,
        "questionnaire-itemControl",
        &["valueCodeableConcept"],
        false,
    ),
    (FHIR, "questionnaire-choiceOrientation", &["valueCode"], false),
    (FHIR, "entryFormat", &["valueString"], false),
    (SDC, "sdc-questionnaire-shortText", &["valueString"], false),
    (SDC, "sdc-questionnaire-itemMedia", &["valueAttachment"], false),
    (OWN, "item-phase", &["valueCode"], true),
    (OWN, "item-who", &["valueCode"], false),
    (OWN, "required-at", &["valueCode"], false),
    (OWN, "never-prefilled", &["valueBoolean"], false),
    (OWN, "suppress-after-loss", &["valueBoolean"], false),
    (OWN, "readiness-check", &["valueCode"], true),
    (OWN, "readiness-mandatory", &["valueCode"], false),
];
const BOUNDS: &[&str] = &[
    "valueInteger",
    "valueDecimal",
    "valueDate",
    "valueDateTime",
    "valueTime",
    "valueQuantity",
];
const OF_OPTIONS: &[Known] = &[
    (FHIR, "ordinalValue", &["valueDecimal"], false),
    (FHIR, "itemWeight", &["valueDecimal"], false),
    (FHIR, "questionnaire-optionExclusive", &["valueBoolean"], false),
    (
        SDC,
        "sdc-questionnaire-itemAnswerMedia",
        &["valueAttachment"],
        false,
    ),
    (OWN, "after-loss-display", &["valueCoding"], false),
];
const OF_CODINGS: &[Known] = &[
    (FHIR, "ordinalValue", &["valueDecimal"], false),
    (FHIR, "itemWeight", &["valueDecimal"], false),
];

/// Every element and extension of `form` that is not known, or of another type.
pub(super) fn check(form: &Value, faults: &mut Faults) {
    if let Some(root) = form.as_object() {
        members(root, RESOURCE, "", faults);
        extensions(root, &[], "", faults);
        below(root, "", faults);
    }
}

fn below(node: &Map<String, Value>, pointer: &str, faults: &mut Faults) {
    for (name, value) in node.iter().filter(|(name, _)| *name != "extension") {
        let at = format!("{pointer}/{name}");
        match value {
            Value::Array(all) => {
                for (position, one) in all.iter().enumerate() {
                    if let Some(one) = one.as_object() {
                        element(name, one, &format!("{at}/{position}"), faults);
                    }
                }
            }
            Value::Object(one) => element(name, one, &at, faults),
            _ => {}
        }
    }
}

fn element(name: &str, node: &Map<String, Value>, pointer: &str, faults: &mut Faults) {
    let known: &[Known] = match name {
        "item" => {
            members(node, ITEM, pointer, faults);
            OF_ITEMS
        }
        "answerOption" => {
            members(node, OPTION, pointer, faults);
            OF_OPTIONS
        }
        "enableWhen" => {
            members(node, CONDITION, pointer, faults);
            &[]
        }
        "valueCoding" => OF_CODINGS,
        name if name.starts_with('_') => return translations(node, pointer, faults),
        _ => &[],
    };
    if node.contains_key("modifierExtension") && !matches!(name, "item" | "answerOption" | "enableWhen") {
        refused("modifierExtension", pointer, faults);
    }
    extensions(node, known, pointer, faults);
    below(node, pointer, faults);
}

fn members(node: &Map<String, Value>, known: &str, pointer: &str, faults: &mut Faults) {
    let all: Vec<&str> = known.split_whitespace().chain(ELEMENT.split(' ')).collect();
    for name in node.keys() {
        if REFUSED.contains(&name.as_str()) || !all.contains(&name.strip_prefix('_').unwrap_or(name)) {
            refused(name, pointer, faults);
        }
    }
}

fn refused(name: &str, pointer: &str, faults: &mut Faults) {
    let reason = format!("{name} is not evaluated");
    faults.add("unsupportedElement", &format!("{pointer}/{name}"), reason);
}

fn extensions(node: &Map<String, Value>, known: &[Known], pointer: &str, faults: &mut Faults) {
    let list = node.get("extension").and_then(Value::as_array);
    let mut seen: Vec<&str> = Vec::new();
    for (position, one) in list.into_iter().flatten().enumerate() {
        let at = format!("{pointer}/extension/{position}");
        let url = one.get("url").and_then(Value::as_str).unwrap_or_default();
        let found = known
            .iter()
            .find(|(base, name, ..)| url.strip_prefix(base) == Some(name));
        let Some((_, name, values, several)) = found else {
            faults.add("unsupportedElement", &at, format!("{url} is not evaluated here"));
            continue;
        };
        if seen.contains(name) && !several {
            let reason = format!("{name} stands twice, and one of the two would vanish");
            faults.add("unsupportedElement", &at, reason);
        }
        seen.push(name);
        let mut given = one
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(member, _)| *member != "url" && *member != "id");
        let value = given.next().filter(|_| given.next().is_none());
        if !value.is_some_and(|(member, value)| values.contains(&member.as_str()) && has_type(member, value))
        {
            let reason = format!("{name} has one value, {}", values.join(" or "));
            faults.add("ruleTypeMismatch", &at, reason);
        }
    }
}

/// Bounds are read by the item's type in `limits`; here it is enough that they are of their own.
fn has_type(member: &str, value: &Value) -> bool {
    match member {
        "valueBoolean" => value.is_boolean(),
        "valueInteger" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "valueDecimal" => value.is_number(),
        "valueCoding" | "valueCodeableConcept" | "valueAttachment" | "valueQuantity" => value.is_object(),
        _ => value.as_str().is_some_and(|text| !text.is_empty()),
    }
}

/// `_text` and its like hold translations and nothing else.
fn translations(node: &Map<String, Value>, pointer: &str, faults: &mut Faults) {
    let list = node.get("extension").and_then(Value::as_array);
    let named = |part: &Value, url: &str, member: &str| {
        part.get("url").and_then(Value::as_str) == Some(url)
            && part
                .get(member)
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty())
    };
    for (position, one) in list.into_iter().flatten().enumerate() {
        let parts = one.get("extension").and_then(Value::as_array);
        let whole = one.get("url").and_then(Value::as_str) == Some(&format!("{FHIR}translation"))
            && parts.is_some_and(|parts| {
                parts.len() == 2
                    && parts.iter().any(|part| named(part, "lang", "valueCode"))
                    && parts.iter().any(|part| named(part, "content", "valueString"))
            });
        if !whole {
            faults.add(
                "unsupportedElement",
                &format!("{pointer}/extension/{position}"),
                "a text has translations, each with lang and content",
            );
        }
    }
    for name in node
        .keys()
        .filter(|name| !matches!(name.as_str(), "extension" | "id"))
    {
        refused(name, pointer, faults);
    }
}
