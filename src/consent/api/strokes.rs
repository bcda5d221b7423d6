//! Strokes for a forensic examination.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::wire::each;
use crate::base::id::{ConsentId, SignatureId, StrokesReleaseId};
use crate::consent::acts::{self, Released};
use crate::consent::model::{DrawnAct, Examination, StrokesDigest};
use crate::ctx::Ctx;
use crate::evidence::ink::Canvas;
use crate::http::answer::Created;
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// What the quality office hands out.
pub struct StrokesApi;

#[OpenApi]
impl StrokesApi {
    /// Hand out what was drawn, for a forensic examination
    #[oai(
        path = "/consents/:id/strokes-releases",
        method = "post",
        operation_id = "consent.release_strokes"
    )]
    async fn release_strokes(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<StrokesReleaseIn>,
    ) -> Result<Created<StrokesReleaseOut>, Failure> {
        let released = acts::release_strokes(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        Ok(Created::of(released))
    }
}

/// Who examines what was drawn, and why.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct StrokesReleaseIn {
    /// Why, 1–500 characters.
    reason: String,
    /// The institution or expert who gets it, 1–100 characters.
    examiner: String,
    /// The number of the case, 1–60 characters.
    case_number: Option<String>,
}

impl From<StrokesReleaseIn> for Examination {
    fn from(body: StrokesReleaseIn) -> Examination {
        Examination {
            reason: body.reason,
            examiner: body.examiner,
            case_number: body.case_number,
        }
    }
}

/// A release of what was drawn.
#[derive(Object)]
pub struct StrokesReleaseOut {
    /// Its id.
    id: StrokesReleaseId,
    /// The consent.
    consent: ConsentId,
    /// When.
    at: DateTime<Utc>,
    /// Each act in which something was drawn, in the order made.
    acts: Vec<DrawnActOut>,
}

impl From<Released> for StrokesReleaseOut {
    fn from(released: Released) -> StrokesReleaseOut {
        StrokesReleaseOut {
            id: released.release.id,
            consent: released.release.consent,
            at: released.release.at,
            acts: each(released.acts),
        }
    }
}

/// What was drawn in one act, as it was captured.
#[derive(Object)]
struct DrawnActOut {
    /// The act.
    id: SignatureId,
    /// `patient`, `guardian`, `agent`, `relative`, `acknowledgement`, `handwritten` or `clinician`.
    kind: String,
    /// It was not sent back.
    standing: bool,
    /// The digest of the act as the log holds it, lower-case hex.
    act_sha256: String,
    /// `[[[x, y, t_ms, p], …], …]`.
    strokes: Vec<Vec<[i64; 4]>>,
    /// Where it was drawn.
    canvas: Option<CanvasOut>,
    /// What the evidence says of it.
    strokes_sha256: Option<StrokesDigestOut>,
    /// When.
    at: DateTime<Utc>,
}

impl From<DrawnAct> for DrawnActOut {
    fn from(act: DrawnAct) -> DrawnActOut {
        let strokes = act.strokes.0.into_iter();
        DrawnActOut {
            id: act.id,
            kind: act.kind.word().to_owned(),
            standing: act.standing,
            act_sha256: act.act_sha256,
            strokes: strokes
                .map(|stroke| stroke.into_iter().map(|p| [p.0, p.1, p.2, p.3]).collect())
                .collect(),
            canvas: act.canvas.map(Into::into),
            strokes_sha256: act.digest.map(Into::into),
            at: act.at,
        }
    }
}

/// A digest over a salt and the strokes as JSON without white space.
#[derive(Object)]
struct StrokesDigestOut {
    /// 16 bytes, lower-case hex.
    salt: String,
    /// SHA-256, lower-case hex.
    sha256: String,
}

impl From<StrokesDigest> for StrokesDigestOut {
    fn from(digest: StrokesDigest) -> StrokesDigestOut {
        StrokesDigestOut {
            salt: digest.salt,
            sha256: digest.sha256,
        }
    }
}

/// The field that was drawn in.
#[derive(Object)]
struct CanvasOut {
    /// Canvas units.
    width: u32,
    /// Canvas units.
    height: u32,
    /// Device pixels per unit.
    pixel_ratio: String,
    /// The client's clock at the first touch.
    started_at: DateTime<Utc>,
}

impl From<Canvas> for CanvasOut {
    fn from(canvas: Canvas) -> CanvasOut {
        CanvasOut {
            width: canvas.width,
            height: canvas.height,
            pixel_ratio: canvas.pixel_ratio.to_string(),
            started_at: canvas.started_at,
        }
    }
}
