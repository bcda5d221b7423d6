//! Staff's routes of templates.

use futures_util::FutureExt;
use poem::web::Data;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::error::ContentTypeError;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest};
use poem_openapi::types::Any;
use poem_openapi::{ApiExtractor, ApiExtractorType, Enum, ExtractParamOptions, OpenApi};
use serde_json::Value;

use super::template_wire::{PublishIn, RecallIn, TemplateMovedOut, TemplateOut, TemplateViewOut};
use crate::base::PageRequest;
use crate::base::canonical::sha256;
use crate::consent::acts::{self, Preview};
use crate::ctx::Ctx;
use crate::http::answer::{Created, Download, Kinds, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// The hospital's consent templates.
pub struct TemplatesApi;

#[OpenApi]
impl TemplatesApi {
    /// The hospital's templates, the release's among them
    #[oai(
        path = "/consent-templates",
        method = "get",
        operation_id = "consent.template_list"
    )]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<TemplateOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::template_list(&ctx, &caller.0, page).boxed().await?,
        )))
    }

    /// File a draft; the body is the whole template document
    #[oai(
        path = "/consent-templates",
        method = "post",
        operation_id = "consent.template_draft"
    )]
    async fn draft(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Authored,
    ) -> Result<Created<TemplateOut>, Failure> {
        Ok(Created::of(
            acts::template_draft(&ctx, &caller.0, &body.0).boxed().await?,
        ))
    }

    /// One template with its history, the reports on it and the consents that a change of it touched
    #[oai(
        path = "/consent-templates/:id",
        method = "get",
        operation_id = "consent.template_get"
    )]
    async fn get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<String>,
    ) -> Result<Json<TemplateViewOut>, Failure> {
        Ok(Json(
            acts::template_get(&ctx, &caller.0, &id.0).boxed().await?.into(),
        ))
    }

    /// One branch as it would be shown and printed, with a made-up woman
    #[oai(
        path = "/consent-templates/:id/preview",
        method = "get",
        operation_id = "consent.template_preview"
    )]
    async fn preview(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<String>,
        /// A name of the template's `branches`.
        branch: Query<String>,
        /// `json`, the data of the branch's layout, if absent; of a form its member `presented` is what she would be shown.
        format: Query<Option<Format>>,
    ) -> Result<Download<Branches>, Failure> {
        let printed = matches!(format.0, Some(Format::Pdf));
        let preview = acts::template_preview(&ctx, &caller.0, &id.0, &branch.0, printed)
            .boxed()
            .await?;
        let (kind, name, bytes) = match preview {
            Preview::Data(bytes) => ("application/json", "preview.json", bytes),
            Preview::Pdf(bytes) => ("application/pdf", "preview.pdf", bytes),
        };
        let tag = format!("\"{}\"", hex::encode(sha256(&bytes)));
        Ok(Download::whole(kind, name.to_owned(), tag, None, bytes))
    }

    /// Hand a draft in; every branch and every character is tried
    #[oai(
        path = "/consent-templates/:id/review",
        method = "post",
        operation_id = "consent.template_review"
    )]
    async fn review(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<String>,
    ) -> Result<Json<TemplateOut>, Failure> {
        Ok(Json(
            acts::template_review(&ctx, &caller.0, &id.0)
                .boxed()
                .await?
                .into(),
        ))
    }

    /// Publish what another person wrote
    #[oai(
        path = "/consent-templates/:id/publish",
        method = "post",
        operation_id = "consent.template_publish"
    )]
    async fn publish(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<String>,
        body: Json<PublishIn>,
    ) -> Result<Json<TemplateMovedOut>, Failure> {
        let moved = acts::template_publish(&ctx, &caller.0, &id.0, body.0.into())
            .boxed()
            .await?;
        Ok(Json(moved.into()))
    }

    /// Take a template out of use for a defect of safety
    #[oai(
        path = "/consent-templates/:id/recall",
        method = "post",
        operation_id = "consent.template_recall"
    )]
    async fn recall(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<String>,
        body: Json<RecallIn>,
    ) -> Result<Json<TemplateMovedOut>, Failure> {
        let moved = acts::template_recall(&ctx, &caller.0, &id.0, &body.reason)
            .boxed()
            .await?;
        Ok(Json(moved.into()))
    }
}

/// How a branch is shown.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Format {
    /// The data of the layout.
    Json,
    /// As it would be printed.
    Pdf,
}

/// The kinds of a preview.
struct Branches;

impl Kinds for Branches {
    const MEDIA_TYPES: &'static [&'static str] = &["application/json", "application/pdf"];
    const CACHED: bool = false;
}

/// A template document as its editor's bytes: a reader that merges members which stand twice would change what is hashed
/// (CE-141).
struct Authored(Vec<u8>);

type AsJson = Json<Any<Value>>;

impl<'a> ApiExtractor<'a> for Authored {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: Some("A template document; pointers of faults lead into it."),
            content: vec![MetaMediaType {
                content_type: AsJson::CONTENT_TYPE,
                schema: AsJson::schema_ref(),
            }],
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        match request.content_type() {
            None => Err(ContentTypeError::ExpectContentType.into()),
            Some(kind) if !AsJson::check_content_type(kind) => Err(ContentTypeError::NotSupported {
                content_type: kind.to_owned(),
            }
            .into()),
            Some(_) => Ok(Authored(
                <Vec<u8> as FromRequest>::from_request(request, body).await?,
            )),
        }
    }
}
