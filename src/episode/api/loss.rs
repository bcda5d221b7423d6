//! Routes of a pregnancy that ended outside the hospital.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::base::id::{EpisodeId, PatientId};
use crate::ctx::Ctx;
use crate::episode::acts;
use crate::episode::model::{Ended, Gone};
use crate::http::answer::{Created, Done};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// An ending outside the hospital that staff told of.
#[derive(Clone, Debug, Object)]
pub struct ToldEndingOut {
    /// The pregnancy.
    pub episode_id: EpisodeId,
    /// When that was told.
    pub at: DateTime<Utc>,
}

impl From<Ended> for ToldEndingOut {
    fn from(ended: Ended) -> ToldEndingOut {
        ToldEndingOut {
            episode_id: ended.episode,
            at: ended.at,
        }
    }
}

/// How the pregnancy of a woman ended who does not come here for the birth.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct EndingIn {
    /// What staff heard.
    pub ending: Gone,
}

/// An ending outside the hospital.
pub struct LossApi;

#[OpenApi]
impl LossApi {
    /// Tell that she lost the pregnancy, before any labor here; who is still to give birth is admitted instead
    #[oai(
        path = "/patients/:id/loss",
        method = "post",
        operation_id = "episode.tell_loss"
    )]
    async fn tell(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
    ) -> Result<Created<ToldEndingOut>, Failure> {
        Ok(Created::of(acts::tell_loss(&ctx, &caller.0, id.0).boxed().await?))
    }

    /// Take back that she lost it: it was another woman, or it is not so
    #[oai(
        path = "/patients/:id/loss",
        method = "delete",
        operation_id = "episode.take_back_loss"
    )]
    async fn take_back(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
    ) -> Result<Done, Failure> {
        acts::take_back_loss(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Tell that she gave birth elsewhere or changed to another hospital, before any labor here
    #[oai(
        path = "/patients/:id/ending",
        method = "post",
        operation_id = "episode.tell_ending"
    )]
    async fn tell_ending(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<EndingIn>,
    ) -> Result<Created<ToldEndingOut>, Failure> {
        let ended = acts::tell_ending(&ctx, &caller.0, id.0, body.0.ending)
            .boxed()
            .await?;
        Ok(Created::of(ended))
    }

    /// Take back that she gave birth elsewhere or changed to another hospital: it was another woman, or it is not so
    #[oai(
        path = "/patients/:id/ending",
        method = "delete",
        operation_id = "episode.take_back_ending"
    )]
    async fn take_back_ending(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
    ) -> Result<Done, Failure> {
        acts::take_back_ending(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }
}
