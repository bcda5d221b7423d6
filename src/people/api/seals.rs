//! Routes of the sealing of a record in a dispute: the quality office's.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Json};

use super::wire_demand::Packages;
use super::wire_seals::{
    RecordSealIn, RecordSealOut, SealAgainIn, SealBriefOut, SealClaimIn, SealReleaseIn, SealSignIn,
};
use crate::base::PageRequest;
use crate::base::id::RecordSealId;
use crate::ctx::Ctx;
use crate::http::answer::{Created, Document, Download, List};
use crate::http::problem::Failure;
use crate::people::acts;
use crate::people::caller::ByStaff;
use crate::people::model::Keepers;

/// The quality office's.
pub struct SealsApi;

#[OpenApi]
impl SealsApi {
    /// Begin the sealing of a record in a dispute: what there is is listed with its digests and copied
    #[oai(path = "/record-seals", method = "post", operation_id = "people.seal")]
    async fn seal(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        body: Json<RecordSealIn>,
    ) -> Result<Created<RecordSealOut>, Failure> {
        Ok(Created::of(
            acts::seal(&ctx, &keepers, &caller.0, body.0.into())
                .boxed()
                .await?,
        ))
    }

    /// Sealed records, newest first
    #[oai(path = "/record-seals", method = "get", operation_id = "people.seals")]
    async fn seals(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<SealBriefOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(acts::seals(&ctx, &caller.0, page).boxed().await?)))
    }

    /// One sealing with its lists
    #[oai(path = "/record-seals/:id", method = "get", operation_id = "people.seal_get")]
    async fn get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<RecordSealId>,
    ) -> Result<Json<RecordSealOut>, Failure> {
        let seal = acts::seal_get(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Json(seal.into()))
    }

    /// List what is new or was finished since the record was sealed
    #[oai(
        path = "/record-seals/:id/lists",
        method = "post",
        operation_id = "people.seal_again"
    )]
    async fn again(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        id: Path<RecordSealId>,
        _body: Json<SealAgainIn>,
    ) -> Result<Created<RecordSealOut>, Failure> {
        Ok(Created::of(
            acts::seal_again(&ctx, &keepers, &caller.0, id.0).boxed().await?,
        ))
    }

    /// Both sides sign the last list
    #[oai(
        path = "/record-seals/:id/signatures",
        method = "post",
        operation_id = "people.sign_seal"
    )]
    async fn sign(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        id: Path<RecordSealId>,
        body: Json<SealSignIn>,
    ) -> Result<Created<RecordSealOut>, Failure> {
        Ok(Created::of(
            acts::sign_seal(&ctx, &keepers, &caller.0, id.0, body.0.try_into()?)
                .boxed()
                .await?,
        ))
    }

    /// A list as a document: as both sides signed it, or before that as it is shown to them
    #[oai(
        path = "/record-seals/:id/document",
        method = "get",
        operation_id = "people.seal_document"
    )]
    async fn document(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        id: Path<RecordSealId>,
        /// The number of the list; the last one if absent.
        no: Query<Option<i64>>,
    ) -> Result<Document, Failure> {
        let file = acts::seal_document(&ctx, &keepers, &caller.0, id.0, no.0)
            .boxed()
            .await?;
        Ok(Document::Pdf(Binary(file.bytes), format!("\"{}\"", file.sha256)))
    }

    /// The copy of a signed list for an independent medium: a ZIP with the things on it, the list and the traces of operations
    #[oai(
        path = "/record-seals/:id/copy",
        method = "get",
        operation_id = "people.seal_copy"
    )]
    async fn copy(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<RecordSealId>,
        /// The number of the list; the last one if absent.
        no: Query<Option<i64>>,
    ) -> Result<Download<Packages>, Failure> {
        let file = acts::seal_copy(&ctx, &caller.0, id.0, no.0).boxed().await?;
        let name = format!("record-seal-{}-{}.zip", id.0, file.no);
        let etag = format!("\"{}\"", file.sha256);
        Ok(Download::whole("application/zip", name, etag, None, file.bytes))
    }

    /// Record a claim in the dispute: the three years begin again
    #[oai(
        path = "/record-seals/:id/claims",
        method = "post",
        operation_id = "people.seal_claim"
    )]
    async fn claim(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<RecordSealId>,
        body: Json<SealClaimIn>,
    ) -> Result<Created<RecordSealOut>, Failure> {
        Ok(Created::of(
            acts::seal_claim(&ctx, &caller.0, id.0, &body.text)
                .boxed()
                .await?,
        ))
    }

    /// End a sealing
    #[oai(
        path = "/record-seals/:id/release",
        method = "post",
        operation_id = "people.release_seal"
    )]
    async fn release(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<RecordSealId>,
        body: Json<SealReleaseIn>,
    ) -> Result<Json<RecordSealOut>, Failure> {
        let released = acts::release_seal(&ctx, &caller.0, id.0, &body.reason)
            .boxed()
            .await?;
        Ok(Json(released.into()))
    }
}
