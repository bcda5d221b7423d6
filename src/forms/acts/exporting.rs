//! Submitted answers leave the hospital's records as a table, page by page as the reader takes them.

use std::io;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, ResponseId};
use crate::base::{Act, Noun, Role, Subject};
use crate::content::forms::{SATISFACTION, STAFF};
use crate::ctx::{Ctx, Records, View};
use crate::forms::table::{Format, Plan, Row, Writer};
use crate::forms::{rules, store};
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;

/// Sets of answers that are held at a time.
const PAGE: i64 = 100;
/// Digits of a pseudonym: enough to tell all women of a hospital apart.
const PSEUDONYM: usize = 10;

/// What is asked for.
pub struct Ask {
    /// Name of the form.
    pub name: String,
    /// Its version; the current one if absent.
    pub version: Option<String>,
    /// As what.
    pub format: Format,
}

/// A table on its way.
pub struct Exported {
    /// Media type.
    pub media_type: &'static str,
    /// A name to save it under.
    pub file_name: String,
    /// Its pieces; an error breaks it off, so that half a table is not taken for a whole one.
    pub chunks: BoxStream<'static, io::Result<Vec<u8>>>,
}

/// The submitted answers to a version of a form that stand now. Journaled with their count before the first is read.
#[instrument(name = "forms.export", skip_all)]
pub async fn export(ctx: &Ctx, caller: &Caller, ask: Ask) -> Result<Exported> {
    policy::allowed(caller, Act::FormsExport)?;
    let me = caller.staff()?;
    let forms = &ctx.content.forms;
    let found = match &ask.version {
        Some(version) => forms
            .version(&ask.name, version)
            .filter(|e| e.version == *version),
        None => forms.current(&ask.name),
    };
    let entry = found
        .filter(|entry| rules::stands_alone(&entry.name) && rules::is_about_her(&entry.form))
        // The survey is anonymous to those who treat her.
        .filter(|entry| entry.name != SATISFACTION || me.role == Role::Quality)
        .ok_or(Error::Missing(Noun::Questionnaire))?;
    let gentle = forms
        .after_loss(&entry.name)
        .filter(|gentle| gentle.version == entry.version);
    let beside = rules::takes_staff_items(&entry.name)
        .then(|| forms.version(STAFF, &entry.version))
        .flatten();
    let plan = Plan::of(
        &entry.form,
        gentle.map(|gentle| gentle.form.as_ref()),
        beside.map(|beside| beside.form.as_ref()),
    );
    let mut tx = ctx.write(Act::FormsExport).await?;
    let canonical = entry.form.canonical().to_owned();
    let wanted = store::Wanted {
        facility: me.facility,
        name: entry.name.clone(),
        after_loss: gentle.map_or_else(|| canonical.clone(), |g| g.form.canonical().to_owned()),
        form: canonical,
        until: tx.now,
        without: people::facts::out_of_use(&mut tx, me.facility).await?,
    };
    let count = store::count_submitted(&mut tx, &wanted).await?;
    let (media_type, suffix) = ask.format.words();
    tx.journal(
        caller,
        Subject::list("response"),
        json!({ "form": wanted.form, "format": suffix, "count": count }),
    )
    .await?;
    let file_name = format!(
        "{}-{}-{}.{suffix}",
        entry.name,
        entry.version,
        tx.now.format("%Y%m%d")
    );
    tx.commit().await?;
    let producer = Producer {
        view: ctx.view(),
        wanted,
        plan: Arc::new(plan),
        writer: Some(Writer::of(ask.format)),
        step: Step::Begin,
    };
    let chunks = stream::unfold(Some(producer), |producer| async move {
        let mut producer = producer?;
        match producer.next().await {
            Ok(Some(chunk)) => Some((Ok(chunk), Some(producer))),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                Some((Err(io::Error::other("the export broke off")), None))
            }
        }
    });
    Ok(Exported {
        media_type,
        file_name,
        chunks: chunks.boxed(),
    })
}

enum Step {
    Begin,
    After((DateTime<Utc>, ResponseId)),
    Done,
}

/// Reads a page when the reader has taken the one before; when the reader goes away, it ends with him.
struct Producer {
    view: View,
    wanted: store::Wanted,
    plan: Arc<Plan>,
    writer: Option<Writer>,
    step: Step,
}

impl Producer {
    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        match self.step {
            Step::Begin => {
                self.step = Step::After((DateTime::UNIX_EPOCH, ResponseId(Uuid::nil())));
                self.write(|writer, plan| writer.begin(plan)).await.map(Some)
            }
            Step::After(place) => {
                let (page, last) = store::submitted(&mut self.view, &self.wanted, place, PAGE).await?;
                let Some(last) = last else {
                    self.step = Step::Done;
                    let plan = self.plan.clone();
                    let Some(writer) = self.writer.take() else {
                        return Ok(None);
                    };
                    return away(move || writer.end(&plan)).await?.map(Some);
                };
                self.step = Step::After(last);
                let named: Vec<(String, store::Opened)> = page
                    .into_iter()
                    .map(|one| (pseudonym(&self.view, self.wanted.facility, &one), one))
                    .collect();
                self.write(move |writer, plan| {
                    let rows: Result<Vec<Row>> = named.into_iter().map(read).collect();
                    writer.rows(plan, rows?)
                })
                .await
                .map(Some)
            }
            Step::Done => Ok(None),
        }
    }

    /// Reading and writing documents would hold up the threads that answer.
    async fn write(
        &mut self,
        work: impl FnOnce(&mut Writer, &Plan) -> Result<Vec<u8>> + Send + 'static,
    ) -> Result<Vec<u8>> {
        let plan = self.plan.clone();
        let Some(mut writer) = self.writer.take() else {
            return Err(Error::broken("an export lost its writer"));
        };
        let (writer, chunk) = away(move || {
            let chunk = work(&mut writer, &plan);
            (writer, chunk)
        })
        .await?;
        self.writer = Some(writer);
        chunk
    }
}

async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Broken(Box::new(error)))
}

/// The same for one woman in every export of a hospital, and another one elsewhere.
fn pseudonym(view: &View, facility: FacilityId, one: &store::Opened) -> String {
    let digest = view.blind(Some(facility), "export.patient", &one.patient_id.to_string());
    hex::encode(digest.get(..PSEUDONYM).unwrap_or(&digest))
}

fn read((patient, one): (String, store::Opened)) -> Result<Row> {
    Ok(Row {
        id: one.id.to_string(),
        patient,
        questionnaire: one.questionnaire,
        completed_at: one.completed_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        amends: one.amends.map(|id| id.to_string()),
        by_staff: one.by_staff,
        version: one.version,
        content: serde_json::from_slice(&one.content)?,
        staff_items: one
            .staff_items
            .map(|items| serde_json::from_slice(&items))
            .transpose()?,
    })
}
