//! Whether a question of two versions of a form is the same one, so that an answer to the one may be read as an answer to
//! the other.

use serde_json::{Map, Value, json};

use super::form::Form;
use super::options;

impl Form {
    /// Whether both forms have this question, with the same type, code, options, unit and Chinese text.
    pub fn asks_the_same(&self, other: &Form, link_id: &str) -> bool {
        let meaning = self.meaning(link_id);
        meaning.is_some() && meaning == other.meaning(link_id)
    }

    fn meaning(&self, link_id: &str) -> Option<Value> {
        let item = self.item(link_id)?;
        let options: Vec<Value> = item
            .answer_option
            .iter()
            .flat_map(|option| &option.other)
            .filter(|(member, _)| member.starts_with("value"))
            .map(|(_, value)| bare(value))
            .collect();
        let set = item.other.get("answerValueSet");
        let sets = options::contained(self.definition().other.get("contained"));
        let listed = set.and_then(Value::as_str).and_then(|set| {
            let concepts = options::resolved(set, &sets)?;
            Some(concepts.iter().map(bare).collect::<Vec<_>>())
        });
        Some(json!({
            "type": item.kind,
            "repeats": item.repeats,
            "code": item.other.get("code"),
            "options": options,
            "set": listed.map_or_else(|| set.cloned().unwrap_or_default(), Value::from),
            "unit": self.unit(link_id).map(bare),
            "text": item.text,
        }))
    }
}

/// A coding without its translations.
fn bare(value: &Value) -> Value {
    let Some(coding) = value.as_object() else {
        return value.clone();
    };
    let members = ["system", "code", "display"];
    let kept: Map<String, Value> = coding
        .iter()
        .filter(|(name, _)| members.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(kept)
}
