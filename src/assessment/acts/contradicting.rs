//! Answers of several people that cannot all be true.

use crate::base::error::{Error, Fault, Result};
use crate::base::{Code, Locale};
use crate::forms::model::Submitted;
use crate::questionnaire::{self, Answers, Context, Form, Language, Problem, Who};

/// Staff items may contradict her answers, which no single part can see. What she can't change never refuses her.
pub(super) fn refuse_contradicting_staff_items(
    form: &Form,
    answers: &Answers,
    context: &Context,
    submitted: &Submitted<'_>,
) -> Result<()> {
    if submitted.response.staff_items.is_none() || submitted.by.staff().is_err() {
        return Ok(());
    }
    let (errors, _) = form.inconsistencies(answers, context);
    let language = match submitted.locale {
        Locale::ZhCn => Language::Zh,
        Locale::En => Language::En,
    };
    let faults: Vec<Fault> = errors
        .into_iter()
        .filter(|problem| of_staff(form, problem))
        .map(|problem| Fault {
            message: Some(questionnaire::message(problem.code, &problem.params, language)),
            link_id: problem.link_id.clone(),
            ..Fault::field(
                format!("/answers/{}", problem.link_id.as_deref().unwrap_or_default()),
                problem.code,
            )
        })
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(Code::FormsResponseInvalid, faults))
    }
}

fn of_staff(form: &Form, problem: &Problem) -> bool {
    problem
        .link_id
        .as_deref()
        .is_some_and(|link_id| form.who(link_id) == Some(Who::Staff))
}
