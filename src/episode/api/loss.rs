//! Routes of a loss outside the hospital.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};

use crate::base::id::{EpisodeId, PatientId};
use crate::ctx::Ctx;
use crate::episode::acts;
use crate::episode::model::Ended;
use crate::http::answer::{Created, Done};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// A loss that staff told of.
#[derive(Clone, Debug, Object)]
pub struct ToldLossOut {
    /// The pregnancy.
    pub episode_id: EpisodeId,
    /// When that was told.
    pub at: DateTime<Utc>,
}

impl From<Ended> for ToldLossOut {
    fn from(ended: Ended) -> ToldLossOut {
        ToldLossOut {
            episode_id: ended.episode,
            at: ended.at,
        }
    }
}

/// A loss outside the hospital.
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
    ) -> Result<Created<ToldLossOut>, Failure> {
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
}
