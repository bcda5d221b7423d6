//! Reports that are being written, and the files of reports.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::events::EventOut;
use crate::base::PageRequest;
use crate::base::id::{AdverseEventId, AttachmentId, StaffId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, CreatedVersioned, Done, Download, List, Uploaded, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts;
use crate::quality::draft::{EventDraft, EventFile, Unsent};
use crate::quality::model::EventState;

/// Reports that are being written, and the files of reports.
pub struct DraftsApi;

#[OpenApi]
impl DraftsApi {
    /// Begin a report of an adverse event and keep it as a draft, which nobody else sees
    #[oai(
        path = "/adverse-events/drafts",
        method = "post",
        operation_id = "quality.keep_draft"
    )]
    async fn keep(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<Unsent>,
    ) -> Result<CreatedVersioned<DraftOut>, Failure> {
        let draft = acts::keep_draft(&ctx, &caller.0, body.0).boxed().await?;
        let version = draft.version;
        Ok(CreatedVersioned::of(draft, version))
    }

    /// Your own drafts, the newest first
    #[oai(
        path = "/adverse-events/drafts",
        method = "get",
        operation_id = "quality.drafts"
    )]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<DraftOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(acts::drafts(&ctx, &caller.0, page).boxed().await?)))
    }

    /// A draft of yours
    #[oai(
        path = "/adverse-events/drafts/:id",
        method = "get",
        operation_id = "quality.draft"
    )]
    async fn get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
    ) -> Result<Versioned<DraftOut>, Failure> {
        let draft = acts::draft(&ctx, &caller.0, id.0).boxed().await?;
        let version = draft.version;
        Ok(Versioned::of(draft, version))
    }

    /// Write a draft anew, as a whole
    #[oai(
        path = "/adverse-events/drafts/:id",
        method = "put",
        operation_id = "quality.change_draft"
    )]
    async fn change(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
        body: Json<Unsent>,
    ) -> Result<Versioned<DraftOut>, Failure> {
        let draft = acts::change_draft(&ctx, &caller.0, id.0, body.0).boxed().await?;
        let version = draft.version;
        Ok(Versioned::of(draft, version))
    }

    /// Give a draft up, with its files
    #[oai(
        path = "/adverse-events/drafts/:id",
        method = "delete",
        operation_id = "quality.drop_draft"
    )]
    async fn give_up(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
    ) -> Result<Done, Failure> {
        acts::drop_draft(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Hand a draft in: from now on it is a report, under the same id and with its files
    #[oai(
        path = "/adverse-events/drafts/:id/submit",
        method = "post",
        operation_id = "quality.submit_draft"
    )]
    async fn submit(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
        body: Json<SubmitIn>,
    ) -> Result<CreatedVersioned<EventOut>, Failure> {
        let event = acts::submit_draft(&ctx, &caller.0, id.0, body.0.anonymous)
            .boxed()
            .await?;
        let version = event.version;
        Ok(CreatedVersioned::of(event, version))
    }

    /// Add a file to a draft of yours, or to a report that you may read and that is not closed; at most 20 of a report.
    /// A picture is kept without its metadata, and upright
    #[oai(
        path = "/adverse-events/:id/attachments",
        method = "post",
        operation_id = "quality.attach"
    )]
    async fn attach(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
        body: Json<EventFileIn>,
    ) -> Result<Created<EventFileOut>, Failure> {
        let file = acts::attach(&ctx, &caller.0, id.0, body.0.bytes())
            .boxed()
            .await?;
        Ok(Created::of(EventFileOut::of(file, None)))
    }

    /// A file of a draft of yours, or of a report that you may read
    #[oai(
        path = "/adverse-events/:id/attachments/:file",
        method = "get",
        operation_id = "quality.attachment"
    )]
    async fn attachment(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
        file: Path<AttachmentId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Download<Uploaded>, Failure> {
        let (file, bytes) = acts::attachment(&ctx, &caller.0, id.0, file.0).boxed().await?;
        Ok(Download::uploaded(
            file.id,
            file.kind,
            bytes.to_vec(),
            if_none_match.as_deref(),
        ))
    }

    /// Take a file from a draft of yours
    #[oai(
        path = "/adverse-events/:id/attachments/:file",
        method = "delete",
        operation_id = "quality.detach"
    )]
    async fn detach(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
        file: Path<AttachmentId>,
    ) -> Result<Done, Failure> {
        acts::detach(&ctx, &caller.0, id.0, file.0).boxed().await?;
        Ok(Done::Done)
    }
}

/// How a draft is handed in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SubmitIn {
    /// Without your name; classes III and IV only.
    #[oai(default)]
    anonymous: bool,
}

/// A file for a report or a self-check.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct EventFileIn {
    /// JPEG, PNG or PDF in base 64, told by its content; at most 10 MiB before.
    content: String,
}

impl EventFileIn {
    /// Its bytes: what is not base 64 is no file of a known kind, either.
    pub fn bytes(self) -> Vec<u8> {
        STANDARD.decode(self.content).unwrap_or_default()
    }
}

/// A report that is being written.
#[derive(Clone, Debug, Object)]
pub struct DraftOut {
    /// Its id, and that of the report once it is handed in.
    id: AdverseEventId,
    /// Always `draft`.
    state: EventState,
    /// What is written so far.
    report: Unsent,
    /// Its files, the earliest first.
    attachments: Vec<EventFileOut>,
    /// When it was begun.
    created_at: DateTime<Utc>,
    /// When it was changed last.
    saved_at: DateTime<Utc>,
    /// Revision, as in its ETag.
    version: i64,
}

impl From<EventDraft> for DraftOut {
    fn from(draft: EventDraft) -> DraftOut {
        let file = |file| EventFileOut::of(file, None);
        DraftOut {
            id: draft.id,
            state: EventState::Draft,
            report: draft.written,
            attachments: draft.files.into_iter().map(file).collect(),
            created_at: draft.created_at,
            saved_at: draft.saved_at,
            version: draft.version,
        }
    }
}

/// A file of a report, or evidence for a self-check.
#[derive(Clone, Debug, Object)]
pub struct EventFileOut {
    /// Its id.
    id: AttachmentId,
    /// What it is, by its content.
    content_type: String,
    /// Bytes, as it is kept.
    size: i64,
    /// Who added it; absent for what came with an anonymous report.
    by: Option<StaffId>,
    /// When.
    at: DateTime<Utc>,
}

impl EventFileOut {
    /// A file of a report by this reporter, if it has a name.
    pub fn of(file: EventFile, reporter: Option<StaffId>) -> EventFileOut {
        EventFileOut {
            id: file.id,
            content_type: file.kind.media_type().to_owned(),
            size: file.size,
            by: file.by.or(reporter),
            at: file.at,
        }
    }
}
