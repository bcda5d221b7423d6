//! What the program tries before a draft goes on: every branch put together, every character drawn, the layouts printed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Code, Locale};
use crate::consent::present::Hospital;
use crate::consent::preview::{Branch, Stage, branches, data};
use crate::content::consents::{Template, texts};
use crate::content::forms::ASSESSMENT;
use crate::ctx::Ctx;
use crate::db::Q;
use crate::evidence::document::{Inputs, RenderError};
use crate::evidence::qr;
use crate::people;

/// A character that can't be printed, where it stands first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprintable {
    /// The branch; none for the template itself.
    pub branch: Option<String>,
    /// The place of the text.
    pub place: String,
    /// `U+1F4AA`.
    pub character: String,
    /// `no_font`, `control`, `format`, `private_use`, `replacement`.
    pub reason: String,
}

/// The stage on which a template's branches are shown.
pub async fn stage<'a>(
    q: &mut impl Q,
    ctx: &Ctx,
    facility: FacilityId,
    template: &'a Template,
    renderer: &'a str,
    at: DateTime<Utc>,
) -> Result<Stage<'a>> {
    let hospital = people::facts::facility(q, facility).await?;
    let rules = ctx
        .content
        .forms
        .whole(ASSESSMENT, None)
        .map_or_else(Vec::new, |form| {
            form.rules()
                .filter(|rule| rule.inject && !rule.confidential)
                .map(|rule| {
                    let text = match template.locale {
                        Locale::ZhCn => &rule.patient.zh,
                        Locale::En => &rule.patient.en,
                    };
                    (rule.id.clone(), text.clone())
                })
                .collect()
        });
    Ok(Stage {
        template,
        hospital: Hospital {
            name: hospital.name,
            phone: hospital.phone,
        },
        rules,
        renderer,
        at,
    })
}

/// The characters of some texts that no document can show, each once with the first place where it stands.
pub async fn unprintable(ctx: &Ctx, shown: &[(Option<String>, Value)]) -> Result<Vec<Unprintable>> {
    let all: Vec<_> = shown.iter().map(|(branch, data)| (branch, texts(data))).collect();
    let characters: BTreeSet<char> = all
        .iter()
        .flat_map(|(_, texts)| texts.values())
        .flat_map(|text| text.chars())
        .collect();
    let missing = ctx
        .press
        .check(characters.into_iter().collect())
        .await
        .map_err(broken)?;
    let first = |character: char| {
        all.iter().find_map(|(branch, texts)| {
            let (place, _) = texts.iter().find(|(_, text)| text.contains(character))?;
            Some(((*branch).clone(), place.clone()))
        })
    };
    let found = missing.into_iter().filter_map(|one| {
        let (branch, place) = first(one.character)?;
        Some(Unprintable {
            branch,
            place,
            character: format!("U+{:04X}", u32::from(one.character)),
            reason: one.why.code().to_owned(),
        })
    });
    Ok(found.collect())
}

fn broken(error: RenderError) -> Error {
    Error::Broken(Box::new(error))
}

/// Tries every branch of a template.
///
/// Errors: `consent.template_checks_failed` with each branch that can't be shown and each character that can't be drawn.
pub async fn every_branch(ctx: &Ctx, stage: &Stage<'_>) -> Result<()> {
    let mut failed: Vec<Value> = Vec::new();
    let (mut printed, mut named) = (Vec::new(), Vec::new());
    for branch in branches(stage) {
        let Some(data) = data(stage, &branch) else {
            failed.push(json!({ "branch": branch.name, "reason": "words" }));
            continue;
        };
        // The template's own words are the same in every branch; of the others only what is theirs is looked at.
        if branch.is_printed() {
            named.push((Some(branch.name.clone()), data.clone()));
            printed.push((branch, data));
        } else {
            named.push((Some(branch.name.clone()), branch.words()));
        }
    }
    let characters = unprintable(ctx, &named).await?;
    // A character without a font would fail the layout as well; it is named once, where it stands.
    if characters.is_empty() {
        for (branch, data) in printed {
            match print(ctx, stage, &branch, data).await {
                Ok(_) => {}
                Err(RenderError::Layout(_) | RenderError::Export) => {
                    failed.push(json!({ "branch": branch.name, "reason": "layout" }));
                }
                Err(other) => return Err(broken(other)),
            }
        }
    }
    if failed.is_empty() && characters.is_empty() {
        return Ok(());
    }
    let characters: Vec<Value> = characters
        .iter()
        .map(|one| {
            json!({ "branch": one.branch, "place": one.place, "character": one.character, "reason": one.reason })
        })
        .collect();
    let current = json!({ "branches": failed, "characters": characters });
    Err(Error::Conflict(Code::ConsentTemplateChecksFailed, current))
}

/// A branch on paper.
pub async fn print(
    ctx: &Ctx,
    stage: &Stage<'_>,
    branch: &Branch,
    data: Value,
) -> std::result::Result<Vec<u8>, RenderError> {
    let files = match branch.layout() {
        "/consent.typ" => vec![
            ("/evidence.json", b"{}".to_vec()),
            (
                "/qr.svg",
                qr::qr_svg("preview")
                    .map_err(|_| RenderError::Export)?
                    .into_bytes(),
            ),
        ],
        _ => branch.files(),
    };
    let inputs = Inputs {
        template: branch.layout(),
        data,
        files,
        characters: Vec::new(),
        ident: format!("{} {}", stage.template.id, branch.name),
        at: stage.at,
    };
    ctx.press.render(inputs).await
}
