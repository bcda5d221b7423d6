//! What there is, one template with the reports on it, one branch of it.

use serde_json::{Value, json};
use tracing::instrument;

use super::check::{self, Unprintable};
use super::{Names, Person, Shelf, TemplateRow};
use crate::base::canonical::canonical;
use crate::base::error::{Error, Result};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::consent::model::{TemplateEvent, Touched};
use crate::consent::preview;
use crate::consent::{store, templates};
use crate::content::consents::{Change, difference, passages, version_key};
use crate::content::readability::{self, Report};
use crate::ctx::Ctx;
use crate::people::caller::Caller;
use crate::people::policy;

/// One template with everything on it.
pub struct TemplateView {
    /// As in the list.
    pub row: TemplateRow,
    /// The document.
    pub document: Value,
    /// Names of the previews.
    pub branches: Vec<String>,
    /// How hard it is to read (CE-035).
    pub readability: Report,
    /// Characters that can't be printed; none may be left before review.
    pub unprintable: Vec<Unprintable>,
    /// What it is compared with: what it replaced, or what it would replace now.
    pub predecessor: Option<String>,
    /// What is different there (CE-200).
    pub difference: Vec<Change>,
    /// What happened to it, oldest first, with who did it.
    pub history: Vec<(TemplateEvent, Person)>,
    /// Consents that its replacement or its recall touched, for review.
    pub touched: Vec<Touched>,
}

/// The hospital's templates, the release's among them: by what they are for, language and version, the newest first.
#[instrument(name = "consent.template_list", skip_all)]
pub async fn template_list(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<TemplateRow>> {
    policy::allowed(caller, Act::ConsentTemplateList)?;
    let staff = caller.staff()?;
    let after: Option<String> = page.after("")?;
    let mut view = ctx.view();
    let mut shelf = Shelf::open(&mut view, ctx, staff.facility, ctx.clock.now()).await?;
    let names = Names::of(&mut view, staff.facility, &shelf).await?;
    shelf.all.sort_by_cached_key(|one| {
        let template = &one.template;
        let newest = std::cmp::Reverse(version_key(&template.version));
        (
            template.code.clone(),
            template.locale.tag(),
            newest,
            template.id.clone(),
        )
    });
    let rows = shelf.all.iter().map(|one| shelf.row(one, &names));
    let rest: Vec<TemplateRow> = match after {
        None => rows.collect(),
        Some(id) => rows
            .skip_while(|row| row.standing.template.id != id)
            .skip(1)
            .collect(),
    };
    Ok(page.page(rest, "", |row| row.standing.template.id.clone()))
}

/// One template: document, history, previews, what the reports say of it, and the consents that a change of it touched.
///
/// Errors: `Missing`.
#[instrument(name = "consent.template_get", skip_all)]
pub async fn template_get(ctx: &Ctx, caller: &Caller, id: &str) -> Result<TemplateView> {
    policy::allowed(caller, Act::ConsentTemplateGet)?;
    let facility = caller.staff()?.facility;
    let renderer = ctx
        .press
        .version()
        .await
        .map_err(|error| Error::Broken(Box::new(error)))?;
    let mut tx = ctx.write(Act::ConsentTemplateGet).await?;
    let now = tx.now;
    let shelf = Shelf::open(&mut tx, ctx, facility, now).await?;
    let standing = shelf.standing(id)?;
    let template = templates::find(&mut tx, ctx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Template))?;
    let names = Names::of(&mut tx, facility, &shelf).await?;
    let history = store::template_history(&mut tx, facility, id).await?;
    let published = history.iter().find(|event| event.effective_at.is_some());
    let predecessor = match published {
        Some(event) => event.predecessor.clone(),
        None => shelf.current(standing).map(|one| one.template.id.clone()),
    }
    .filter(|one| one != id);
    let before = match &predecessor {
        Some(id) => templates::find(&mut tx, ctx, facility, id).await?,
        None => None,
    };
    let touched = store::touched_of(&mut tx, facility, id).await?;
    let stage = check::stage(&mut tx, ctx, facility, &template, &renderer, now).await?;
    let detail = json!({ "template": id, "consents": touched.len() });
    tx.journal(caller, Subject::list("consent_template"), detail)
        .await?;
    tx.commit().await?;
    let own = [(None, template.document.clone())];
    Ok(TemplateView {
        row: shelf.row(standing, &names),
        branches: preview::branches(&stage)
            .into_iter()
            .map(|branch| branch.name)
            .collect(),
        readability: readability::report(
            &passages(&template.document),
            template.locale,
            &ctx.content.glossary,
        ),
        unprintable: check::unprintable(ctx, &own).await?,
        difference: before.map_or_else(Vec::new, |before| {
            difference(&before.document, &template.document)
        }),
        predecessor,
        history: history
            .into_iter()
            .map(|event| {
                let person = names.person(event.staff);
                (event, person)
            })
            .collect(),
        touched,
        document: template.into_owned().document,
    })
}

/// One branch as it would be shown and printed, with a made-up woman.
///
/// Errors: `Missing` for the template or the branch, `consent.template_checks_failed` for one that can't be shown.
#[instrument(name = "consent.template_preview", skip_all)]
pub async fn template_preview(
    ctx: &Ctx,
    caller: &Caller,
    id: &str,
    branch: &str,
    printed: bool,
) -> Result<Preview> {
    policy::allowed(caller, Act::ConsentTemplatePreview)?;
    let facility = caller.staff()?.facility;
    let renderer = ctx
        .press
        .version()
        .await
        .map_err(|error| Error::Broken(Box::new(error)))?;
    let mut view = ctx.view();
    let missing = || Error::Missing(Noun::Template);
    let template = templates::find(&mut view, ctx, facility, id)
        .await?
        .ok_or_else(missing)?;
    let now = ctx.clock.now();
    let stage = check::stage(&mut view, ctx, facility, &template, &renderer, now).await?;
    let branch = preview::branches(&stage)
        .into_iter()
        .find(|one| one.name == branch)
        .ok_or_else(missing)?;
    let failed = |reason: &str| {
        let branches = json!({ "branches": [{ "branch": branch.name, "reason": reason }], "characters": [] });
        Error::Conflict(Code::ConsentTemplateChecksFailed, branches)
    };
    let data = preview::data(&stage, &branch).ok_or_else(|| failed("words"))?;
    if !printed {
        let bytes = canonical(&data).map_err(|_| failed("words"))?;
        return Ok(Preview::Data(bytes));
    }
    let pdf = check::print(ctx, &stage, &branch, data).await;
    pdf.map(Preview::Pdf).map_err(|_| failed("layout"))
}

/// A branch of a template.
pub enum Preview {
    /// The data of its layout, canonical; of a form, `presented` is what she would be shown.
    Data(Vec<u8>),
    /// On paper.
    Pdf(Vec<u8>),
}
