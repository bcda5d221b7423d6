//! The difference as lines for a reader: one line a change, with what it was and what it is to be.

use serde_json::{Value, json};

use super::outcomes::{Came, Flip, Of};
use super::rows::{ORDER, Row, Rows};
use super::{Difference, FormChange};

pub(super) fn of(difference: &Difference) -> Vec<String> {
    let mut lines = Vec::new();
    for change in &difference.questionnaires {
        form(change, &mut lines);
    }
    rows("lesson", "", &difference.lessons, &mut lines);
    rows("consent", "", &difference.consents, &mut lines);
    rows("file", "", &difference.files, &mut lines);
    lines
}

fn form(change: &FormChange, lines: &mut Vec<String>) {
    let name = &change.name;
    lines.push(match (&change.before, &change.after) {
        (Some(before), Some(after)) if before == after => format!("questionnaire {name} {after}"),
        (Some(before), Some(after)) => format!("questionnaire {name} {before} → {after}"),
        (None, Some(after)) => format!("questionnaire {name} {after} added"),
        (before, None) => format!("questionnaire {name} {} removed", before.as_deref().unwrap_or("")),
    });
    for (kind, list) in [
        ("form", &change.form),
        ("item", &change.items),
        ("table", &change.table),
        ("score", &change.scores),
        ("check", &change.checks),
        ("rule", &change.rules),
    ] {
        rows(kind, "  ", list, lines);
    }
    lines.extend(change.vectors.iter().map(vector));
}

fn rows(kind: &str, indent: &str, rows: &Rows, lines: &mut Vec<String>) {
    let head = |what: &str, row: &Row| {
        let whom = if row.whom.is_empty() {
            String::new()
        } else {
            format!(" ({})", row.whom)
        };
        format!("{indent}{kind} {what} {}{whom}", row.id)
    };
    for (what, list) in [("added", &rows.added), ("removed", &rows.removed)] {
        for row in list {
            let title = if row.title.is_empty() {
                String::new()
            } else {
                format!(": {}", on_one_line(&row.title))
            };
            lines.push(head(what, row) + &title);
        }
    }
    for row in &rows.changed {
        for change in &row.changes {
            let told = if change.what.starts_with(ORDER) {
                change.what.clone()
            } else {
                format!(
                    "{} {} → {}",
                    change.what,
                    value(&change.before),
                    value(&change.after)
                )
            };
            lines.push(format!("{}: {told}", head("changed", row)));
        }
    }
}

type Aspect = fn(&Came) -> Value;

fn vector(flip: &Flip) -> String {
    let of = match flip.of {
        Of::Both => "",
        Of::Old => " (as in the old directory)",
        Of::New => " (as in the new directory)",
    };
    let (before, after) = (&flip.before, &flip.after);
    let mut told = vec![format!("fired {} → {}", list(&before.fired), list(&after.fired))];
    let aspects: [(&str, Aspect); 7] = [
        ("level", |came| json!(came.level)),
        ("flags", |came| json!(came.flags)),
        ("urgent", |came| json!(came.urgent)),
        ("not assessed", |came| json!(came.not_assessed)),
        ("missing", |came| json!(came.missing)),
        ("not before", |came| json!(came.not_before)),
        ("problems", |came| json!(came.problems)),
    ];
    for (name, aspect) in aspects {
        let (was, is) = (aspect(before), aspect(after));
        if was != is {
            told.push(format!("{name} {} → {}", value(&was), value(&is)));
        }
    }
    format!("  vector {}{of}: {}", on_one_line(&flip.id), told.join("; "))
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => format!("\"{}\"", on_one_line(text)),
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) if values.iter().all(Value::is_string) => {
            let texts: Vec<String> = values
                .iter()
                .filter_map(|one| one.as_str().map(str::to_owned))
                .collect();
            list(&texts)
        }
        other => other.to_string(),
    }
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() {
        "none".to_owned()
    } else {
        on_one_line(&texts.join(", "))
    }
}

fn on_one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
