//! The alliance on the wire, and its routes.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::base::id::FacilityId;
use crate::ctx::Ctx;
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts;
use crate::quality::alliance::{Agreement, Ally};

/// What one hospital says of another.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AgreementIo {
    /// Figures may stand beside each other.
    comparison: bool,
    /// Women may be referred.
    referral: bool,
}

impl From<Agreement> for AgreementIo {
    fn from(a: Agreement) -> AgreementIo {
        AgreementIo {
            comparison: a.comparison,
            referral: a.referral,
        }
    }
}

/// What a hospital said last.
#[derive(Object)]
struct SaidOut {
    /// What.
    says: AgreementIo,
    /// When.
    at: DateTime<Utc>,
}

/// How two hospitals stand.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct AllyOut {
    /// The other one.
    facility: FacilityId,
    /// Its name.
    name: String,
    /// What this hospital said last.
    ours: Option<SaidOut>,
    /// What the other one said last.
    theirs: Option<SaidOut>,
    /// What both say, and so what counts.
    agreed: AgreementIo,
}

impl From<Ally> for AllyOut {
    fn from(a: Ally) -> AllyOut {
        let said = |(says, at): (Agreement, DateTime<Utc>)| SaidOut {
            says: says.into(),
            at,
        };
        AllyOut {
            agreed: a.both().into(),
            facility: a.facility,
            name: a.name,
            ours: a.ours.map(said),
            theirs: a.theirs.map(said),
        }
    }
}

/// The other hospitals.
#[derive(Object)]
pub struct AllianceOut {
    /// Each with how this one stands with it.
    items: Vec<AllyOut>,
}

/// What hospitals agreed on among themselves.
pub struct AllianceApi;

#[OpenApi]
impl AllianceApi {
    /// How this hospital stands with the others
    #[oai(path = "/alliance", method = "get", operation_id = "quality.alliance")]
    async fn alliance(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Json<AllianceOut>, Failure> {
        let all = acts::alliance(&ctx, &caller.0).boxed().await?;
        Ok(Json(AllianceOut {
            items: all.into_iter().map(Into::into).collect(),
        }))
    }

    /// Agree with another hospital to be compared or to refer women, or take that back
    #[oai(path = "/alliance/:id", method = "put", operation_id = "quality.agree")]
    async fn agree(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<FacilityId>,
        body: Json<AgreementIo>,
    ) -> Result<Json<AllyOut>, Failure> {
        let says = Agreement {
            comparison: body.comparison,
            referral: body.referral,
        };
        let ally = acts::agree(&ctx, &caller.0, id.0, says).boxed().await?;
        Ok(Json(ally.into()))
    }
}
