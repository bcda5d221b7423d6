//! The color that the answers to the risk table suggest. A person sets the color; this is put beside it.

use serde_json::json;

use crate::assessment::rules;
use crate::base::error::{Error, Result};
use crate::base::{Act, Actor, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::{Color, Suggestion};
use crate::forms::model::Submitted;
use crate::questionnaire::{self, Context};

/// Runs the rules of the table on answers that staff filed.
pub(super) async fn suggest(ctx: &Ctx, tx: &mut Tx, submitted: &Submitted<'_>) -> Result<()> {
    let response = submitted.response;
    let entry = ctx.content.forms.canonical(&response.questionnaire);
    let entry = entry.ok_or_else(|| Error::broken("the form of a response is no longer loaded"))?;
    let result = questionnaire::assess(&entry.form, submitted.answers, &Context::at(tx.now));
    let color = Color::parse(&result.level)
        .ok_or_else(|| Error::broken("the risk table has a level that is no color"))?;
    let suggestion = Suggestion {
        response: response.id,
        response_version: response.version,
        color,
        purple: result.flags.contains("purple"),
        grounds: rules::grounds(&result),
        form: result.form,
        rules_version: result.rules_version,
        at: tx.now,
    };
    let id = episode::facts::suggest_color(tx, submitted.episode, &suggestion).await?;
    // Purple and the rows stay out: the journal is read by more people than those who treat her.
    tx.journal_as(
        Act::EpisodeSuggestColor,
        Actor::SYSTEM,
        Some(response.facility_id),
        Subject::of_patient("risk_suggestion", id, response.patient_id),
        json!({ "color": color.word(), "form": suggestion.form }),
        Some(&submitted.by.request.id),
    )
    .await
}
