//! The evidence of a consent and the report on it, in both documents.

use chrono::SecondsFormat;
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{ApiResponse, OpenApi};

use super::report::VerifiedOut;
use super::shown::Of;
use crate::base::Code;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::ConsentId;
use crate::consent::acts::{self, EvidenceCopy};
use crate::consent::model::{Export, StrokesFor};
use crate::ctx::Ctx;
use crate::http::problem::Failure;
use crate::people::caller::{ByPatient, ByStaff};

/// An evidence bundle that somebody takes away.
#[derive(ApiResponse)]
enum Bundle {
    /// The ZIP.
    #[oai(status = 200, content_type = "application/zip")]
    Zip(
        Binary<Vec<u8>>,
        /// SHA-256 of the bytes, lower-case hex, as a strong tag.
        #[oai(header = "ETag")]
        String,
        /// `attachment`, with a file's name.
        #[oai(header = "Content-Disposition")]
        String,
        /// Whose copy it is and of when: `by=<user name or patient>; at=<time>`.
        #[oai(header = "Muan-Copy")]
        String,
    ),
}

impl Bundle {
    fn of(id: ConsentId, copy: EvidenceCopy) -> Bundle {
        let (by, at) = (&copy.mark.by, copy.mark.at);
        let stamp = at.format("%Y%m%dT%H%M%SZ");
        Bundle::Zip(
            Binary(copy.zip),
            format!("\"{}\"", copy.sha256),
            format!("attachment; filename=\"evidence-{id}-copy-{by}-{stamp}.zip\""),
            format!("by={by}; at={}", at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        )
    }
}

/// Her evidence.
pub struct ProvedPatientApi;

#[OpenApi]
impl ProvedPatientApi {
    /// The evidence of her sealed consent, whole but for the strokes of the signatures
    #[oai(
        path = "/consents/:id/evidence",
        method = "get",
        operation_id = "consent.evidence_patient"
    )]
    async fn evidence(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
    ) -> std::result::Result<Bundle, Failure> {
        let copy = acts::evidence(&ctx, &caller.0, id.0, Export::default())
            .boxed()
            .await?;
        Ok(Bundle::of(id.0, copy))
    }

    /// The report on what is kept of her consent, with its present state
    #[oai(
        path = "/consents/:id/verification",
        method = "get",
        operation_id = "consent.verification_patient"
    )]
    async fn verification(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        /// Of which document; the signed consent if absent, or the decision where there was never one.
        of: Query<Option<Of>>,
    ) -> std::result::Result<Json<VerifiedOut>, Failure> {
        let locale = caller.0.request.locale;
        let report = acts::verification(&ctx, &caller.0, id.0, of.0.map(Into::into))
            .boxed()
            .await?;
        Ok(Json(VerifiedOut::of(&report, ctx.seal.is_test(), locale)))
    }
}

/// The evidence for staff.
pub struct ProvedStaffApi;

#[OpenApi]
impl ProvedStaffApi {
    /// The evidence of a sealed consent; what leaves and what does not is in the journal
    #[oai(
        path = "/consents/:id/evidence",
        method = "get",
        operation_id = "consent.evidence_staff"
    )]
    async fn evidence(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        /// Numbers of sections whose bodies are left out, 1–14, with commas; their digests stay, so that all proofs hold.
        withhold: Query<Option<String>>,
        /// The strokes of the signatures go with it, for this; the quality office alone, after a step-up.
        strokes: Query<Option<StrokesFor>>,
    ) -> std::result::Result<Bundle, Failure> {
        let export = Export {
            withheld: numbers(withhold.0.as_deref())?,
            strokes: strokes.0,
        };
        let copy = acts::evidence(&ctx, &caller.0, id.0, export).boxed().await?;
        Ok(Bundle::of(id.0, copy))
    }

    /// The report on what is kept of a consent, with its present state
    #[oai(
        path = "/consents/:id/verification",
        method = "get",
        operation_id = "consent.verification_staff"
    )]
    async fn verification(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        /// Of which document; the signed consent if absent, or the decision where there was never one.
        of: Query<Option<Of>>,
    ) -> std::result::Result<Json<VerifiedOut>, Failure> {
        let locale = caller.0.request.locale;
        let report = acts::verification(&ctx, &caller.0, id.0, of.0.map(Into::into))
            .boxed()
            .await?;
        Ok(Json(VerifiedOut::of(&report, ctx.seal.is_test(), locale)))
    }
}

/// `2,8`.
fn numbers(text: Option<&str>) -> Result<Vec<usize>> {
    let parts = text.into_iter().flat_map(|text| text.split(','));
    parts
        .map(|part| {
            part.parse()
                .map_err(|_| Error::Invalid(Code::HttpMalformed, vec![Fault::field("?withhold", "format")]))
        })
        .collect()
}
