//! What the rules read: her answers, what staff entered beside them and, at the re-check, what she said before.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::assessment::model::{ChangedAnswer, Phase, Used};
use crate::base::canonical::sha256;
use crate::base::error::Result;
use crate::questionnaire::{Answer, Answers, Assessment, Context, Form};

/// Earlier answers with what staff entered beside them.
#[derive(Clone, Copy)]
pub struct Before<'a> {
    /// The authored form that they answer, maybe of another version.
    pub form: &'a Form,
    /// Her answers.
    pub content: &'a Value,
    /// What staff entered.
    pub staff_items: Option<&'a Value>,
}

/// All answers that the rules read. `before` are those of pregnancy, joined in at the re-check, whose form is `again`: what
/// is asked again counts as it was answered there, an old answer that she did not confirm is none, and neither is one to a
/// question that means something else by now.
pub fn union(
    form: &Form,
    before: Option<(Before<'_>, &Form)>,
    own: Answers,
    staff_items: Option<&Value>,
) -> Answers {
    let mut union = Answers::default();
    if let Some((before, again)) = before {
        let same = |link_id: &str| form.asks_the_same(before.form, link_id);
        let mut hers = Answers::from_response(before.form, before.content);
        hers.retain(|link_id| !again.has_item(link_id) && same(link_id));
        union.merge(hers);
        if let Some(items) = before.staff_items {
            let lasting: Vec<&str> = form.prefilled_at_recheck().collect();
            let mut theirs = Answers::from_response(before.form, items);
            theirs.retain(|link_id| lasting.contains(&link_id) && same(link_id));
            union.merge(theirs);
        }
    }
    union.merge(own);
    if let Some(items) = staff_items {
        union.merge(Answers::from_response(form, items));
    }
    union
}

/// The context in which the rules run.
pub fn context(at: DateTime<Utc>, phase: Phase, aptt_uln: Decimal) -> Context {
    let mut context = Context::at(at).in_phase(phase.into());
    context.settings.insert("aptt_uln".to_owned(), aptt_uln);
    context
}

/// The answers that any rule looked at, in the order of the linkIds.
pub fn answers_used(result: &Assessment, answers: &Answers) -> Vec<Used> {
    let looked_at: BTreeSet<&str> = result
        .findings
        .iter()
        .flat_map(|finding| finding.decided_by.iter().map(|(link_id, _)| link_id.as_str()))
        .collect();
    written(answers, &|link_id| looked_at.contains(link_id))
}

/// SHA-256 over the salt and all answers in their canonical form, hexadecimal.
pub fn digest(salt: &[u8], answers: &Answers) -> Result<String> {
    let all = serde_json_canonicalizer::to_vec(&written(answers, &|_| true))?;
    Ok(hex::encode(sha256(&[salt, &all].concat())))
}

fn written(answers: &Answers, wanted: &dyn Fn(&str) -> bool) -> Vec<Used> {
    answers
        .iter()
        .filter(|(link_id, _)| wanted(link_id))
        .flat_map(|(link_id, given)| {
            given.iter().map(move |answer| Used {
                link_id: link_id.to_owned(),
                kind: kind(answer).to_owned(),
                value: answer.plain(),
            })
        })
        .collect()
}

fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Boolean(_) => "boolean",
        Answer::Integer(_) => "integer",
        Answer::Decimal(_) => "decimal",
        Answer::Date(_) => "date",
        Answer::DateTime(_) => "date_time",
        Answer::Time(_) => "time",
        Answer::Text(_) => "text",
        Answer::Coding(_) => "code",
        Answer::Attachment(_) => "attachment",
        Answer::Url(_) => "url",
        Answer::Quantity(_) => "quantity",
        Answer::Reference(_) => "reference",
    }
}

/// Questions that were asked both times and are answered differently, in the order of the linkIds.
pub fn compared(before: &Answers, now: &Answers, asked_again: &dyn Fn(&str) -> bool) -> Vec<ChangedAnswer> {
    let all: BTreeSet<&str> = before
        .iter()
        .chain(now.iter())
        .map(|(link_id, _)| link_id)
        .filter(|link_id| asked_again(link_id))
        .collect();
    let values = |answers: &Answers, link_id: &str| -> Vec<Value> {
        answers.get(link_id).iter().map(Answer::plain).collect()
    };
    all.into_iter()
        .map(|link_id| ChangedAnswer {
            link_id: link_id.to_owned(),
            before: values(before, link_id),
            now: values(now, link_id),
        })
        .filter(|change| change.before != change.now)
        .collect()
}
