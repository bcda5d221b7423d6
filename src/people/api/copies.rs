//! Routes of copies with the hospital's proof mark.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::wire_copies::{MyCopyIn, MyCopyOut, RecordCopyIn, RecordCopyOut};
use super::wire_demand::Packages;
use crate::base::PageRequest;
use crate::base::id::{PatientId, RecordCopyId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, Download, List};
use crate::http::problem::Failure;
use crate::people::acts;
use crate::people::caller::{ByPatient, ByStaff};
use crate::people::model::{Keepers, RecordCopy};

fn sent((copy, bytes): (RecordCopy, Vec<u8>)) -> Download<Packages> {
    let name = format!("record-copy-{}.zip", copy.number);
    let etag = format!("\"{}\"", copy.sha256);
    Download::whole("application/zip", name, etag, None, bytes)
}

/// Hers.
pub struct PatientCopiesApi;

#[OpenApi]
impl PatientCopiesApi {
    /// Take a copy of her record with the hospital's proof mark, at once
    #[oai(
        path = "/me/copies",
        method = "post",
        operation_id = "people.issue_copy_patient"
    )]
    async fn take(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByPatient,
        body: Json<MyCopyIn>,
    ) -> Result<Created<MyCopyOut>, Failure> {
        Ok(Created::of(
            acts::take_copy(&ctx, &keepers, &caller.0, body.0.parts)
                .boxed()
                .await?,
        ))
    }

    /// Copies of her record that were handed out, to whomever, newest first
    #[oai(path = "/me/copies", method = "get", operation_id = "people.copies_patient")]
    async fn copies(&self, ctx: Data<&Ctx>, caller: ByPatient) -> Result<Json<Vec<MyCopyOut>>, Failure> {
        let all = acts::my_copies(&ctx, &caller.0).boxed().await?;
        Ok(Json(all.into_iter().map(Into::into).collect()))
    }

    /// The file of a copy that she has: a ZIP with the certificate, the list and the originals
    #[oai(
        path = "/me/copies/:id/file",
        method = "get",
        operation_id = "people.copy_file_patient"
    )]
    async fn file(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<RecordCopyId>,
    ) -> Result<Download<Packages>, Failure> {
        Ok(sent(acts::copy_file(&ctx, &caller.0, id.0).boxed().await?))
    }
}

/// The quality office's.
pub struct CopiesApi;

#[OpenApi]
impl CopiesApi {
    /// Issue a copy of a record, with the hospital's proof mark, to her, her agent, or after her death to a relative or an heir
    #[oai(path = "/record-copies", method = "post", operation_id = "people.issue_copy")]
    async fn issue(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        body: Json<RecordCopyIn>,
    ) -> Result<Created<RecordCopyOut>, Failure> {
        Ok(Created::of(
            acts::issue_copy(&ctx, &keepers, &caller.0, body.0.into())
                .boxed()
                .await?,
        ))
    }

    /// The log of copies, newest first
    #[oai(path = "/record-copies", method = "get", operation_id = "people.copies")]
    async fn copies(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// Of one woman's record.
        patient: Query<Option<PatientId>>,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<RecordCopyOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::copies(&ctx, &caller.0, patient.0, page).boxed().await?,
        )))
    }

    /// The file of a copy, as it was handed out: a ZIP with the certificate, the list and the originals
    #[oai(
        path = "/record-copies/:id/file",
        method = "get",
        operation_id = "people.copy_file"
    )]
    async fn file(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<RecordCopyId>,
    ) -> Result<Download<Packages>, Failure> {
        Ok(sent(acts::copy_file(&ctx, &caller.0, id.0).boxed().await?))
    }
}
