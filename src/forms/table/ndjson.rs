//! FHIR R4 `QuestionnaireResponse`s, one a line: her answers, then what staff entered beside them.

use serde_json::{Value, json};

use super::columns::Row;
use crate::base::error::Result;
use crate::forms::rules::says_who;
use crate::questionnaire::only_answers;

/// Base of our own extensions.
const OWN: &str = "https://muan.invalid/fhir/StructureDefinition/";

/// Some documents.
pub fn rows(rows: Vec<Row>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for row in rows {
        let subject = json!({ "identifier": {
            "system": "https://muan.invalid/fhir/pseudonym", "value": row.patient,
        } });
        let marks: Vec<Value> = [
            ("review-state", "valueCode", &row.mark.review_state),
            ("rules-version", "valueString", &row.mark.rules_version),
            ("engine-version", "valueString", &row.mark.engine_version),
        ]
        .into_iter()
        .filter(|(.., word)| !word.is_empty())
        .map(|(name, member, word)| json!({ "url": format!("{OWN}{name}"), member: word }))
        .collect();
        let staff = row.staff_items.map(|items| (format!("{}-staff", row.id), items));
        for (id, mut document) in [Some((row.id, row.content)), staff].into_iter().flatten() {
            // What was stored before only answers were kept may hold more.
            only_answers(&mut document);
            without_who(&mut document);
            if let Value::Object(members) = &mut document {
                members.insert("id".to_owned(), json!(id));
                members.insert("status".to_owned(), json!("completed"));
                members.insert("subject".to_owned(), subject.clone());
                if !marks.is_empty() {
                    members.insert("extension".to_owned(), json!(marks));
                }
                members
                    .entry("authored")
                    .or_insert_with(|| json!(row.completed_at));
            }
            serde_json::to_writer(&mut out, &document)?;
            out.push(b'\n');
        }
    }
    Ok(out)
}

/// Leaves out the answers that say who she is, and the groups that are empty without them.
fn without_who(node: &mut Value) {
    let Some(items) = node.get_mut("item").and_then(Value::as_array_mut) else {
        return;
    };
    items.iter_mut().for_each(without_who);
    items.retain(|item| {
        let named = item.get("linkId").and_then(Value::as_str);
        let hollow = item.get("answer").is_none()
            && item
                .get("item")
                .and_then(Value::as_array)
                .is_none_or(Vec::is_empty);
        !named.is_some_and(says_who) && !hollow
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_she_is_stays_behind_with_its_empty_group() {
        let answer = |link_id: &str| json!({ "linkId": link_id, "answer": [{ "valueString": "x" }] });
        let mut document = json!({ "item": [
            { "linkId": "g", "item": [answer("id.name"), answer("id.phone")] }, { "linkId": "h", "item": [answer("a")] },
        ] });
        without_who(&mut document);
        assert_eq!(
            document,
            json!({ "item": [{ "linkId": "h", "item": [answer("a")] }] })
        );
    }
}
