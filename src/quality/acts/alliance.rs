//! What hospitals agreed on among themselves.

use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Act, Noun, Subject};
use crate::ctx::Ctx;
use crate::db::Q;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::alliance::{Agreement, Ally, allies};
use crate::quality::store;

/// How this hospital stands with the others.
#[instrument(name = "quality.alliance", skip_all)]
pub async fn alliance(ctx: &Ctx, caller: &Caller) -> Result<Vec<Ally>> {
    policy::allowed(caller, Act::QualityAlliance)?;
    standing(&mut ctx.view(), caller.staff()?.facility).await
}

pub(super) async fn standing(q: &mut impl Q, facility: FacilityId) -> Result<Vec<Ally>> {
    let all = people::facts::facilities(q).await?;
    let others = all.into_iter().map(|one| (one.id, one.name)).collect();
    let words = store::alliance_words(q, facility).await?;
    Ok(allies(facility, others, &words))
}

/// The quality office says what another hospital may do, or takes it back; it counts once the other one says the same.
///
/// Errors: `Missing` for an unknown hospital, and for one's own.
#[instrument(name = "quality.agree", skip_all)]
pub async fn agree(ctx: &Ctx, caller: &Caller, partner: FacilityId, says: Agreement) -> Result<Ally> {
    policy::allowed(caller, Act::QualityAgree)?;
    let me = caller.staff()?;
    let mut tx = ctx.write(Act::QualityAgree).await?;
    let known = people::facts::find_facility(&mut tx, partner).await?;
    if known.is_none_or(|one| one.id == me.facility) {
        return Err(Error::Missing(Noun::Facility));
    }
    store::add_alliance_word(&mut tx, me.facility, partner, says, me.id).await?;
    let detail = json!({ "comparison": says.comparison, "referral": says.referral });
    tx.journal(caller, Subject::thing("facility", partner), detail)
        .await?;
    let all = standing(&mut tx, me.facility).await?;
    tx.commit().await?;
    let ally = all.into_iter().find(|one| one.facility == partner);
    ally.ok_or(Error::Missing(Noun::Facility))
}
