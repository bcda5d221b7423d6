//! Her routes.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;

use super::wire::{JourneyOut, NoticeOut, PregnancyIn, PregnancyOut, SubscribeIn, SubscriptionOut};
use crate::base::PageRequest;
use crate::base::id::NoticeId;
use crate::ctx::Ctx;
use crate::episode::acts;
use crate::episode::model::day;
use crate::http::answer::{Cached, Done, List, Versioned};
use crate::http::problem::Failure;
use crate::journal::sha256_hex;
use crate::people::caller::ByPatient;

/// Her pregnancy.
pub struct PatientApi;

#[OpenApi]
impl PatientApi {
    /// Give the dates of the pregnancy
    #[oai(path = "/me/pregnancy", method = "put", operation_id = "episode.enroll")]
    async fn enroll(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<PregnancyIn>,
    ) -> Result<Versioned<PregnancyOut>, Failure> {
        let facility = body.0.facility_id;
        let episode = acts::enroll(&ctx, &caller.0, facility, body.0.try_into()?)
            .boxed()
            .await?;
        let gestation = episode.gestation(day(ctx.clock.now()));
        let version = episode.version;
        Ok(Versioned::of((episode, gestation), version))
    }

    /// Where she is on the pathway; the tag goes for `PUT /me/pregnancy`, too
    #[oai(path = "/me/journey", method = "get", operation_id = "episode.journey")]
    async fn journey(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Cached<JourneyOut>, Failure> {
        let journey = acts::journey(&ctx, &caller.0).boxed().await?;
        let version = journey.episode.version;
        let shown = JourneyOut::of(journey, caller.0.request.locale);
        let digest = sha256_hex(shown.to_json_string().as_bytes());
        Ok(Cached::asked_again(
            shown,
            format!("\"{version}.{digest}\""),
            if_none_match.0.as_deref(),
        ))
    }

    /// What was sent to her, newest first
    #[oai(path = "/me/notices", method = "get", operation_id = "episode.notices")]
    async fn notices(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<NoticeOut>>, Failure> {
        let locale = caller.0.request.locale;
        let page = acts::notices(&ctx, &caller.0, PageRequest::new(limit.0, cursor.0)?)
            .boxed()
            .await?;
        Ok(Json(List::of(page.map(|notice| NoticeOut::of(notice, locale)))))
    }

    /// What WeChat may send her, and how many messages she still allows
    #[oai(
        path = "/me/subscriptions",
        method = "get",
        operation_id = "episode.subscriptions"
    )]
    async fn subscriptions(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
    ) -> Result<Json<Vec<SubscriptionOut>>, Failure> {
        let all = acts::subscriptions(&ctx, &caller.0).boxed().await?;
        Ok(Json(all.into_iter().map(Into::into).collect()))
    }

    /// Say what she chose when WeChat asked whether a message may come
    #[oai(
        path = "/me/subscriptions",
        method = "post",
        operation_id = "episode.subscribe"
    )]
    async fn subscribe(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<SubscribeIn>,
    ) -> Result<Done, Failure> {
        acts::subscribe(&ctx, &caller.0, &body.0.template, body.0.accepted)
            .boxed()
            .await?;
        Ok(Done::Done)
    }

    /// Mark a notice as read
    #[oai(
        path = "/me/notices/:id/read",
        method = "put",
        operation_id = "episode.read_notice"
    )]
    async fn read_notice(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<NoticeId>,
    ) -> Result<Done, Failure> {
        acts::read_notice(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }
}
