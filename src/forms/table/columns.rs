//! The columns of a form and the cells of a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use serde_json::{Map, Value};

use crate::base::table::Cell;
use crate::forms::model::Mark;
use crate::forms::rules::{self, says_who};
use crate::questionnaire::{Context, Form, Item, Mode, english};

/// Answers to a question with several stand in one cell.
const BETWEEN: &str = "; ";

/// The columns of a table.
pub struct Plan {
    /// In order.
    pub columns: Vec<Column>,
    /// Text of each option, by question and code.
    options: BTreeMap<String, BTreeMap<String, String>>,
    /// The form of what staff enter beside her answers.
    staff: Option<Arc<Form>>,
}

/// One column.
pub struct Column {
    /// Its head: the linkId, or a word of ours.
    pub head: String,
    /// In words, zh-CN and en.
    pub words: [String; 2],
    /// Type of the question, or `meta`.
    pub kind: String,
    content: Content,
}

enum Content {
    Meta(fn(&Row) -> Cell<'_>),
    Value { link_id: String, staff: bool },
    Label { link_id: String, staff: bool },
}

/// One set of answers.
pub struct Row {
    /// Its id.
    pub id: String,
    /// Tells one woman from another and not who she is.
    pub patient: String,
    /// `url|version` of the form.
    pub questionnaire: String,
    /// When it was submitted, RFC 3339.
    pub completed_at: String,
    /// The answers that it replaced.
    pub amends: Option<String>,
    /// Staff filled it in on her behalf.
    pub by_staff: bool,
    /// Revision.
    pub version: i64,
    /// How they were judged.
    pub mark: Mark,
    /// Her answers, a `QuestionnaireResponse`.
    pub content: Value,
    /// What staff entered beside them.
    pub staff_items: Option<Value>,
}

type Meta = (&'static str, [&'static str; 2], fn(&Row) -> Cell<'_>);

const META: [Meta; 10] = [
    ("response_id", ["答卷编号", "Id of the answers"], |row| {
        Cell::Text((&*row.id).into())
    }),
    (
        "patient",
        ["孕妇代号（不含身份信息）", "Pseudonym of the woman"],
        |row| Cell::Text((&*row.patient).into()),
    ),
    ("questionnaire", ["问卷及版本", "Form and version"], |row| {
        Cell::Text((&*row.questionnaire).into())
    }),
    (
        "completed_at",
        ["提交时间（UTC）", "Time of submission (UTC)"],
        |row| Cell::Text((&*row.completed_at).into()),
    ),
    (
        "amends",
        ["所替代的答卷", "The answers that these replaced"],
        |row| {
            row.amends
                .as_deref()
                .map_or(Cell::Empty, |id| Cell::Text(id.into()))
        },
    ),
    (
        "by_staff",
        ["由医护代填", "Filled in by staff on her behalf"],
        |row| Cell::Flag(row.by_staff),
    ),
    ("version", ["修订号", "Revision"], |row| {
        Cell::Number(row.version.to_string())
    }),
    ("review_state", ["审核状态", "State of the review"], |row| {
        word(&row.mark.review_state)
    }),
    (
        "rules_version",
        ["规则版本", "Version of the rules behind scores and findings"],
        |row| word(&row.mark.rules_version),
    ),
    (
        "engine_version",
        ["引擎版本", "Version of the engine"],
        |row| word(&row.mark.engine_version),
    ),
];

/// A word of ours, or nothing.
fn word(word: &str) -> Cell<'_> {
    match word {
        "" => Cell::Empty,
        word => Cell::Text(word.into()),
    }
}

impl Plan {
    /// The columns of her form, of its text after a loss, and of what staff enter beside it.
    pub fn of(form: &Form, after_loss: Option<&Form>, staff: Option<Arc<Form>>) -> Plan {
        let columns = META.iter().map(|(head, words, content)| Column {
            head: (*head).to_owned(),
            words: words.map(str::to_owned),
            kind: "meta".to_owned(),
            content: Content::Meta(*content),
        });
        let mut plan = Plan {
            columns: columns.collect(),
            options: BTreeMap::new(),
            staff: staff.clone(),
        };
        for (form, staff) in [(Some(form), false), (after_loss, false), (staff.as_deref(), true)] {
            if let Some(form) = form {
                plan.add(&form.definition().item, staff);
            }
        }
        plan
    }

    fn add(&mut self, items: &[Item], staff: bool) {
        for item in items {
            let asked = !["group", "display"].contains(&item.kind.as_str());
            let known = self.columns.iter().any(|column| column.head == item.link_id);
            if asked && !known && !says_who(&item.link_id) {
                self.question(item, staff);
            }
            self.add(&item.item, staff);
        }
    }

    fn question(&mut self, item: &Item, staff: bool) {
        let zh = item.text.clone().unwrap_or_default();
        let en = english(&item.other, "_text").unwrap_or_default().to_owned();
        let link_id = item.link_id.clone();
        self.columns.push(Column {
            head: link_id.clone(),
            words: [zh.clone(), en.clone()],
            kind: item.kind.clone(),
            content: Content::Value {
                link_id: link_id.clone(),
                staff,
            },
        });
        let options: BTreeMap<String, String> = item
            .answer_option
            .iter()
            .filter_map(|option| option.other.get("valueCoding"))
            .filter_map(|coding| {
                let word = |name: &str| Some(coding.get(name)?.as_str()?.to_owned());
                Some((word("code")?, word("display")?))
            })
            .collect();
        if !options.is_empty() {
            self.options.insert(link_id.clone(), options);
            self.columns.push(Column {
                head: format!("{link_id}:label"),
                words: [format!("{zh}（文字）"), format!("{en} (in words)")],
                kind: "string".to_owned(),
                content: Content::Label { link_id, staff },
            });
        }
    }

    /// What staff entered, without the answers to questions that its other answers hide: it is kept as a draft, and a draft
    /// keeps them.
    pub fn asked_of_staff(&self, items: &Value) -> Value {
        // Which questions are hidden does not hang on the time.
        let context = Context::at(DateTime::UNIX_EPOCH);
        match &self.staff {
            Some(form) => form.check(items, Mode::Submit, &context).normalized,
            None => items.clone(),
        }
    }

    /// The options of a question: code and text.
    pub fn options_of(&self, head: &str) -> String {
        let all = self.options.get(head).into_iter().flatten();
        let pairs: Vec<String> = all.map(|(code, text)| format!("{code} = {text}")).collect();
        pairs.join(BETWEEN)
    }

    /// The cells of a row, in the order of the columns.
    pub fn cells<'a>(&'a self, row: &'a Row) -> Vec<Cell<'a>> {
        let hers = rules::values(&row.content, &|_| true);
        let theirs = row
            .staff_items
            .as_ref()
            .map(|items| rules::values(items, &|_| true))
            .unwrap_or_default();
        let of = |staff: &bool| if *staff { &theirs } else { &hers };
        self.columns
            .iter()
            .map(|column| match &column.content {
                Content::Meta(read) => read(row),
                Content::Value { link_id, staff } => value(given(of(staff), link_id)),
                Content::Label { link_id, staff } => {
                    label(given(of(staff), link_id), self.options.get(link_id))
                }
            })
            .collect()
    }
}

fn given<'a>(answers: &'a Map<String, Value>, link_id: &str) -> &'a [Value] {
    let all = answers.get(link_id).and_then(Value::as_array);
    all.map(Vec::as_slice).unwrap_or_default()
}

fn value(answers: &[Value]) -> Cell<'static> {
    match answers {
        [] => Cell::Empty,
        [Value::Bool(flag)] => Cell::Flag(*flag),
        [Value::Number(number)] => Cell::Number(number.to_string()),
        all => text(all.iter().map(plain).collect::<Vec<_>>().join(BETWEEN)),
    }
}

fn label(answers: &[Value], options: Option<&BTreeMap<String, String>>) -> Cell<'static> {
    let shown = |answer: &Value| {
        let code = plain(answer);
        options.and_then(|all| all.get(&code)).cloned().unwrap_or(code)
    };
    match answers {
        [] => Cell::Empty,
        all => text(all.iter().map(shown).collect::<Vec<_>>().join(BETWEEN)),
    }
}

/// A code, an address, or the value itself.
fn plain(answer: &Value) -> String {
    let member = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    match answer {
        Value::String(text) => text.clone(),
        Value::Object(_) => member("code")
            .or_else(|| member("url"))
            .or_else(|| member("display"))
            .unwrap_or_default(),
        other => other.to_string(),
    }
}

fn text(text: String) -> Cell<'static> {
    Cell::text(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_text_begins_like_a_formula() {
        for evil in ["=1+1", "+8613800000001", "-2+3", "@SUM(A1)", "\t=1", "＝1"] {
            assert_eq!(value(&[json!(evil)]), Cell::Text(format!("'{evil}").into()));
            assert_eq!(
                value(&[json!({ "code": evil })]),
                Cell::Text(format!("'{evil}").into())
            );
        }
        assert_eq!(value(&[json!(-2.5)]), Cell::Number("-2.5".to_owned()));
        assert_eq!(value(&[json!("a=1")]), Cell::Text("a=1".into()));
    }

    #[test]
    fn several_answers_stand_in_one_cell() {
        let answers = [json!({ "code": "lmwh" }), json!({ "code": "other" })];
        assert_eq!(value(&answers), Cell::Text("lmwh; other".into()));
        let options = BTreeMap::from([("lmwh".to_owned(), "低分子肝素".to_owned())]);
        assert_eq!(
            label(&answers, Some(&options)),
            Cell::Text("低分子肝素; other".into())
        );
    }
}
