//! Referrals on the wire, and their routes.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::shared::SharedOut;
use crate::base::PageRequest;
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::Ctx;
use crate::episode::model::{Color, Gestation};
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts::{self, ReferralDraft, Referred};
use crate::quality::referral::{ReferralBasis, ReferralState, ReferralStep, Side};

/// A woman is to be referred.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReferralIn {
    /// To which hospital; both have agreed on referrals.
    to: FacilityId,
    /// Why, and what is asked; without her name, 1–2000 characters.
    text: String,
    /// What lets the other hospital read her record.
    basis: ReferralBasis,
    /// The last day on which it may; absent, 42 days after the expected date, which is also the latest.
    until: Option<NaiveDate>,
}

/// Words to an answer.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AcceptIn {
    /// When and where she is expected, 1–2000 characters.
    text: Option<String>,
}

/// Words to the end of a referral.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReferralEndIn {
    /// The reason, or what was found and done, 1–2000 characters.
    text: String,
}

/// A step of a referral.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ReferralStepOut {
    /// Where it led.
    state: ReferralState,
    /// What was said.
    text: Option<String>,
    /// Who.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
}

impl From<ReferralStep> for ReferralStepOut {
    fn from(s: ReferralStep) -> ReferralStepOut {
        ReferralStepOut {
            state: s.state,
            text: s.text,
            by: s.by,
            at: s.at,
        }
    }
}

/// Completed weeks and days.
#[derive(Object)]
pub struct PregnantOut {
    /// Completed weeks.
    weeks: i64,
    /// Days beyond them, 0–6.
    days: i64,
}

impl From<Gestation> for PregnantOut {
    fn from(g: Gestation) -> PregnantOut {
        PregnantOut {
            weeks: g.weeks,
            days: g.days,
        }
    }
}

/// A referral as one of its two hospitals sees it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ReferralOut {
    /// Its id.
    id: Uuid,
    /// On which side of it the caller's hospital stands.
    side: Side,
    /// The hospital that sent her.
    from: FacilityId,
    /// Its name.
    from_name: String,
    /// The hospital that is asked.
    to: FacilityId,
    /// Its name.
    to_name: String,
    /// The managed case, for the hospital that sent her.
    case: Option<Uuid>,
    /// How it stands.
    state: ReferralState,
    /// What lets the other hospital read her record.
    basis: ReferralBasis,
    /// The last day on which it may.
    until: NaiveDate,
    /// When it was sent.
    sent_at: DateTime<Utc>,
    /// The color of her risk; for the other hospital only while it decides or has her.
    color: Option<Color>,
    /// How far the pregnancy is; as the color.
    gestation: Option<PregnantOut>,
    /// First to last.
    steps: Vec<ReferralStepOut>,
}

impl From<Referred> for ReferralOut {
    fn from(r: Referred) -> ReferralOut {
        ReferralOut {
            id: r.referral.id,
            side: r.side,
            from: r.referral.facility_id,
            from_name: r.from_name,
            to: r.referral.to,
            to_name: r.to_name,
            case: (r.side == Side::Sent).then_some(r.referral.case_id),
            state: r.referral.state,
            basis: r.referral.basis,
            until: r.referral.until,
            sent_at: r.referral.sent_at,
            color: r.color,
            gestation: r.gestation.map(Into::into),
            steps: r.steps.into_iter().map(Into::into).collect(),
        }
    }
}

/// Referrals among the hospitals of the alliance.
pub struct ReferralsApi;

#[OpenApi]
impl ReferralsApi {
    /// Refer the woman of a case to another hospital
    #[oai(
        path = "/cases/:id/referrals",
        method = "post",
        operation_id = "quality.refer"
    )]
    async fn refer(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<ReferralIn>,
    ) -> Result<Created<ReferralOut>, Failure> {
        let draft = ReferralDraft {
            to: body.0.to,
            text: body.0.text,
            basis: body.0.basis,
            until: body.0.until,
        };
        let referred = acts::refer(&ctx, &caller.0, id.0, draft).boxed().await?;
        Ok(Created::of(referred))
    }

    /// The referrals that the hospital sent, or received
    #[oai(path = "/referrals", method = "get", operation_id = "quality.referrals")]
    async fn referrals(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// `received` if absent.
        side: Query<Option<Side>>,
        state: Query<Option<ReferralState>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ReferralOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let side = side.0.unwrap_or(Side::Received);
        let all = acts::referrals(&ctx, &caller.0, side, state.0, page)
            .boxed()
            .await?;
        Ok(Json(List::of(all)))
    }

    /// One referral
    #[oai(path = "/referrals/:id", method = "get", operation_id = "quality.referral")]
    async fn referral(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
    ) -> Result<Json<ReferralOut>, Failure> {
        let referred = acts::referral(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Json(referred.into()))
    }

    /// Her record, for the hospital that took her and only while it has her
    #[oai(
        path = "/referrals/:id/record",
        method = "get",
        operation_id = "quality.shared_record"
    )]
    async fn record(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
    ) -> Result<Json<SharedOut>, Failure> {
        let shared = acts::shared_record(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Json(shared.into()))
    }

    /// Take her
    #[oai(
        path = "/referrals/:id/accept",
        method = "post",
        operation_id = "quality.accept_referral"
    )]
    async fn accept(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<AcceptIn>,
    ) -> Result<Created<ReferralOut>, Failure> {
        let referred = acts::accept_referral(&ctx, &caller.0, id.0, body.0.text)
            .boxed()
            .await?;
        Ok(Created::of(referred))
    }

    /// Not take her
    #[oai(
        path = "/referrals/:id/decline",
        method = "post",
        operation_id = "quality.decline_referral"
    )]
    async fn decline(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<ReferralEndIn>,
    ) -> Result<Created<ReferralOut>, Failure> {
        let referred = acts::decline_referral(&ctx, &caller.0, id.0, body.0.text)
            .boxed()
            .await?;
        Ok(Created::of(referred))
    }

    /// Send her back
    #[oai(
        path = "/referrals/:id/return",
        method = "post",
        operation_id = "quality.return_referral"
    )]
    async fn send_back(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<ReferralEndIn>,
    ) -> Result<Created<ReferralOut>, Failure> {
        let referred = acts::return_referral(&ctx, &caller.0, id.0, body.0.text)
            .boxed()
            .await?;
        Ok(Created::of(referred))
    }

    /// Take a referral back
    #[oai(
        path = "/referrals/:id/withdraw",
        method = "post",
        operation_id = "quality.withdraw_referral"
    )]
    async fn withdraw(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<ReferralEndIn>,
    ) -> Result<Created<ReferralOut>, Failure> {
        let referred = acts::withdraw_referral(&ctx, &caller.0, id.0, body.0.text)
            .boxed()
            .await?;
        Ok(Created::of(referred))
    }
}
