//! Drugs and consumables on the wire, and their routes.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::analgesia::model::{Amount, Bag};
use crate::base::PageRequest;
use crate::base::id::{LaborId, PatientId, StaffId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts::{self, MoveDraft, SupplyDraft, Traced};
use crate::quality::supply::{Move, MoveKind, Supply, SupplyKind};

/// A batch that came.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SupplyIn {
    /// What it is of.
    kind: SupplyKind,
    /// Name with its strength, up to 100 characters.
    name: String,
    /// Number of the batch, up to 60 characters.
    batch: String,
    /// Who delivered it, up to 120 characters.
    supplier: String,
    /// What it is counted in: ampoule, bag, set; up to 20 characters.
    unit: String,
    /// Last day of use; not before the day on which it came.
    expires_on: NaiveDate,
    /// The day on which it came; today, if left out. Not in the future.
    received_on: Option<NaiveDate>,
    /// A controlled drug: nothing of it moves without a second person.
    #[oai(default)]
    controlled: bool,
    /// How much came, in units, up to three decimals.
    received: Amount,
}

impl From<SupplyIn> for SupplyDraft {
    fn from(body: SupplyIn) -> SupplyDraft {
        SupplyDraft {
            kind: body.kind,
            name: body.name,
            batch: body.batch,
            supplier: body.supplier,
            unit: body.unit,
            expires_on: body.expires_on,
            received_on: body.received_on,
            controlled: body.controlled,
            received: body.received,
        }
    }
}

/// Some of a batch goes somewhere.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct MoveIn {
    /// Where to.
    kind: MoveKind,
    /// How much, in units, up to three decimals; of a count, how much is there. 0 also of a correction, where nothing went.
    amount: Amount,
    /// The labor; needed for what was used.
    labor: Option<LaborId>,
    /// Why, up to 200 characters; needed for what was discarded or given back, and for a correction. Nobody's name.
    reason: Option<String>,
    /// The move that was written down wrongly: it counts no longer, and this one counts in its place. One that was
    /// replaced is not replaced again: correct what stands in its place.
    replaces: Option<Uuid>,
    /// When it happened.
    moved_at: DateTime<Utc>,
    /// The second person's word; needed for a controlled drug.
    attestation: Option<String>,
}

impl From<MoveIn> for MoveDraft {
    fn from(body: MoveIn) -> MoveDraft {
        MoveDraft {
            kind: body.kind,
            amount: body.amount,
            labor: body.labor,
            reason: body.reason,
            replaces: body.replaces,
            moved_at: body.moved_at,
            attestation: body.attestation,
        }
    }
}

/// A batch.
#[derive(Clone, Debug, Object)]
pub struct SupplyOut {
    /// Its id.
    id: Uuid,
    /// What it is of.
    kind: SupplyKind,
    /// Name with its strength.
    name: String,
    /// Number of the batch.
    batch: String,
    /// Who delivered it.
    supplier: String,
    /// What it is counted in.
    unit: String,
    /// Last day of use.
    expires_on: NaiveDate,
    /// The day on which it came; not known of batches that were registered before it was asked.
    received_on: Option<NaiveDate>,
    /// A controlled drug.
    controlled: bool,
    /// How much came.
    received: Amount,
    /// How much should be there; below nothing when more was taken than there was.
    balance: Amount,
    /// Who received it.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
}

impl From<Supply> for SupplyOut {
    fn from(s: Supply) -> SupplyOut {
        SupplyOut {
            id: s.id,
            kind: s.kind,
            name: s.name,
            batch: s.batch,
            supplier: s.supplier,
            unit: s.unit,
            expires_on: s.expires_on,
            received_on: s.received_on,
            controlled: s.controlled,
            received: s.received,
            balance: s.balance,
            by: s.by,
            at: s.at,
        }
    }
}

/// Where some of a batch went.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct MoveOut {
    /// Its id.
    id: Uuid,
    /// Where to.
    kind: MoveKind,
    /// How much; of a count, how much was there.
    amount: Amount,
    /// How much should have been there before.
    expected: Amount,
    /// The labor, of what was used.
    labor: Option<LaborId>,
    /// Whose.
    patient: Option<PatientId>,
    /// Why.
    reason: Option<String>,
    /// The move in whose place it stands.
    replaces: Option<Uuid>,
    /// The move that stands in its place: this one counts no longer.
    replaced_by: Option<Uuid>,
    /// Who.
    by: StaffId,
    /// Who saw it.
    second: Option<StaffId>,
    /// When it happened.
    moved_at: DateTime<Utc>,
    /// When it was written down.
    at: DateTime<Utc>,
}

/// A bag of a pump.
#[derive(Object)]
struct BagOut {
    /// The labor.
    labor: LaborId,
    /// Whose.
    patient: PatientId,
    /// When the record that names it was written.
    at: DateTime<Utc>,
}

/// A batch with where it went.
#[derive(Object)]
pub struct TracedOut {
    /// The batch.
    supply: SupplyOut,
    /// First to last.
    moves: Vec<MoveOut>,
    /// Women whose pump had a bag of this batch number, by the records of labor; they change no balance.
    bags: Vec<BagOut>,
}

impl From<Traced> for TracedOut {
    fn from(traced: Traced) -> TracedOut {
        let moves = traced.moves.iter();
        let instead: BTreeMap<Uuid, Uuid> = moves.filter_map(|m| Some((m.replaces?, m.id))).collect();
        let out = |m: Move| MoveOut {
            replaced_by: instead.get(&m.id).copied(),
            replaces: m.replaces,
            id: m.id,
            kind: m.kind,
            amount: m.amount,
            expected: m.expected,
            labor: m.labor,
            patient: m.patient,
            reason: m.reason,
            by: m.by,
            second: m.second,
            moved_at: m.moved_at,
            at: m.at,
        };
        let bag = |bag: Bag| BagOut {
            labor: bag.labor,
            patient: bag.patient,
            at: bag.at,
        };
        TracedOut {
            supply: traced.supply.into(),
            moves: traced.moves.into_iter().map(out).collect(),
            bags: traced.bags.into_iter().map(bag).collect(),
        }
    }
}

/// Drugs and consumables, from the supplier to the woman.
pub struct SupplyApi;

#[OpenApi]
impl SupplyApi {
    /// Receive a batch of a drug or a consumable
    #[oai(path = "/supplies", method = "post", operation_id = "quality.receive_supply")]
    async fn receive(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<SupplyIn>,
    ) -> Result<Created<SupplyOut>, Failure> {
        let supply = acts::receive_supply(&ctx, &caller.0, body.0.into())
            .boxed()
            .await?;
        Ok(Created::of(supply))
    }

    /// The batches of the hospital, the last received first
    #[oai(path = "/supplies", method = "get", operation_id = "quality.supplies")]
    async fn supplies(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// Number of a batch.
        batch: Query<Option<String>>,
        /// A labor: what she was given, by the register and by the bags of her pump.
        labor: Query<Option<LaborId>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<SupplyOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let supplies = acts::supplies(&ctx, &caller.0, batch.0, labor.0, page)
            .boxed()
            .await?;
        Ok(Json(List::of(supplies)))
    }

    /// One batch with where it went: who took it, when, for whom
    #[oai(path = "/supplies/:id", method = "get", operation_id = "quality.supply")]
    async fn supply(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
    ) -> Result<Json<TracedOut>, Failure> {
        let traced = acts::supply(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Json(traced.into()))
    }

    /// Use, discard, give back or count some of a batch, or correct an earlier row of that
    #[oai(
        path = "/supplies/:id/moves",
        method = "post",
        operation_id = "quality.move_supply"
    )]
    async fn move_supply(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<MoveIn>,
    ) -> Result<Created<TracedOut>, Failure> {
        let traced = acts::move_supply(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        Ok(Created::of(traced))
    }
}
