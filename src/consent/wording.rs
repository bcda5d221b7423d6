//! Plain words of her own answers and of the record's facts, in the language of the consent.

use serde_json::Value;

use crate::base::Locale;
use crate::episode::model::Color;
use crate::questionnaire::{AnswerOption, Item, Questionnaire};

/// It only dates the other answers, so it is no reason by itself.
const DUE_DATE: &str = "preg.edd";

/// The answers that caused a finding, as she saw question and answer, and the questions whose missing answer did.
pub fn because(
    form: Option<&Questionnaire>,
    locale: Locale,
    decided_by: &[(String, Value)],
    missing: &[String],
) -> String {
    let asked = |link_id: &str| form.and_then(|form| find(&form.item, link_id));
    let mut said: Vec<String> = decided_by
        .iter()
        .filter(|(link_id, _)| link_id != DUE_DATE || (decided_by.len() == 1 && missing.is_empty()))
        .map(|(link_id, value)| {
            let item = asked(link_id);
            let question = item.map_or_else(String::new, |item| question(item, locale));
            format!("{question} {}", answer(item, locale, value))
                .trim()
                .to_owned()
        })
        .filter(|one| !one.is_empty())
        .collect();
    let open: Vec<String> = missing
        .iter()
        .filter_map(|link_id| asked(link_id))
        .map(|item| question(item, locale))
        .filter(|one| !one.is_empty())
        .collect();
    if !open.is_empty() {
        let open = open.join(choose(locale, "、", ", "));
        said.push(match locale {
            Locale::ZhCn => format!("尚未填写：{open}"),
            Locale::En => format!("Not filled in yet: {open}"),
        });
    }
    match locale {
        _ if said.is_empty() => choose(locale, "您的麻醉前评估", "Your assessment").to_owned(),
        Locale::ZhCn => said.join("；"),
        Locale::En => said.join("; "),
    }
}

/// The text of a language.
pub fn choose(locale: Locale, zh: &'static str, en: &'static str) -> &'static str {
    match locale {
        Locale::ZhCn => zh,
        Locale::En => en,
    }
}

/// The color of her pregnancy's risk; purple is a flag of its own and never written here.
pub fn color(locale: Locale, color: Color) -> &'static str {
    match color {
        Color::Green => choose(locale, "绿色", "Green"),
        Color::Yellow => choose(locale, "黄色", "Yellow"),
        Color::Orange => choose(locale, "橙色", "Orange"),
        Color::Red => choose(locale, "红色", "Red"),
    }
}

fn find<'a>(items: &'a [Item], link_id: &str) -> Option<&'a Item> {
    items.iter().find_map(|item| {
        if item.link_id == link_id {
            Some(item)
        } else {
            find(&item.item, link_id)
        }
    })
}

fn question(item: &Item, locale: Locale) -> String {
    translated(item.text.as_deref(), item.other.get("_text"), locale)
}

fn answer(item: Option<&Item>, locale: Locale, value: &Value) -> String {
    match value {
        Value::Array(several) => {
            let separator = choose(locale, "、", ", ");
            let each: Vec<String> = several.iter().map(|one| answer(item, locale, one)).collect();
            each.join(separator)
        }
        Value::Bool(yes) if *yes => choose(locale, "是", "Yes").to_owned(),
        Value::Bool(_) => choose(locale, "否", "No").to_owned(),
        Value::String(text) => item
            .and_then(|item| {
                item.answer_option
                    .iter()
                    .find_map(|option| display(option, text, locale))
            })
            .unwrap_or_else(|| text.clone()),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn display(option: &AnswerOption, code: &str, locale: Locale) -> Option<String> {
    let coding = option.other.get("valueCoding")?;
    if coding.get("code")?.as_str()? != code {
        return None;
    }
    let text = coding.get("display").and_then(Value::as_str);
    Some(translated(text, coding.get("_display"), locale))
}

/// The authoritative text, or its translation by FHIR's extension.
fn translated(text: Option<&str>, extended: Option<&Value>, locale: Locale) -> String {
    let list = |value: &Value| {
        value
            .get("extension")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let part = |extension: &Value, url: &str, member: &str| {
        list(extension)
            .iter()
            .find(|part| part.get("url").and_then(Value::as_str) == Some(url))
            .and_then(|part| part.get(member)?.as_str().map(str::to_owned))
    };
    let translation = extended.filter(|_| locale != Locale::ZhCn).and_then(|extended| {
        list(extended)
            .iter()
            .find(|extension| part(extension, "lang", "valueCode").as_deref() == Some(locale.tag()))
            .and_then(|extension| part(extension, "content", "valueString"))
    });
    translation.unwrap_or_else(|| text.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form() -> Questionnaire {
        let text = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/content/questionnaires/pre-analgesia/1.0.0.json"
        ));
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_answer_is_told_in_the_words_that_she_saw() {
        let said = [("preg.gravida".to_owned(), json!(2))];
        assert_eq!(
            because(Some(&form()), Locale::En, &said, &[]),
            "How many pregnancies, this one included? (miscarriages and ectopic pregnancies count) 2"
        );
        assert!(because(Some(&form()), Locale::ZhCn, &said, &[]).starts_with("这是您第几次怀孕？"));
    }

    #[test]
    fn a_chosen_option_is_told_by_its_text_and_never_by_its_code() {
        let form = form();
        let item = find(&form.item, "spn.skin").unwrap();
        let code = item.answer_option[1].other["valueCoding"]["code"]
            .as_str()
            .unwrap();
        let said = because(
            Some(&form),
            Locale::En,
            &[("spn.skin".to_owned(), json!([code]))],
            &[],
        );
        let display = answer(Some(item), Locale::En, &json!(code));
        assert_ne!(display, code);
        assert!(said.ends_with(&display), "{said}");
    }

    #[test]
    fn a_finding_without_an_answer_points_to_the_assessment() {
        assert_eq!(because(None, Locale::En, &[], &[]), "Your assessment");
    }
    #[test]
    fn a_missing_measurement_is_told_as_missing_and_the_due_date_is_no_reason() {
        let said = [("preg.edd".to_owned(), json!("2026-12-09"))];
        let missing = ["pe.sbp".to_owned()];
        let told = because(Some(&form()), Locale::En, &said, &missing);
        let asked = question(find(&form().item, "pe.sbp").unwrap(), Locale::En);
        assert_eq!(told, format!("Not filled in yet: {asked}"));
        let alone = because(Some(&form()), Locale::En, &said, &[]);
        assert!(alone.ends_with("2026-12-09"), "{alone}");
    }
}
