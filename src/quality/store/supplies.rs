//! Batches and where they went.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, LaborId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::quality::supply::{Move, MoveKind, Supply, SupplyKind, amount};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    facility_id: FacilityId,
    kind: String,
    name: String,
    batch: String,
    supplier: String,
    unit: String,
    expires_on: NaiveDate,
    received_on: Option<NaiveDate>,
    controlled: bool,
    received_milli: i64,
    balance_milli: i64,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

fn known<T>(word: Option<T>) -> Result<T> {
    word.ok_or_else(|| Error::broken("a supply holds an unknown word"))
}

fn supply_of(row: Row) -> Result<Supply> {
    Ok(Supply {
        kind: known(SupplyKind::parse(&row.kind))?,
        id: row.id,
        facility_id: row.facility_id,
        name: row.name,
        batch: row.batch,
        supplier: row.supplier,
        unit: row.unit,
        expires_on: row.expires_on,
        received_on: row.received_on,
        controlled: row.controlled,
        received: amount(row.received_milli),
        balance: amount(row.balance_milli),
        by: row.staff_id,
        at: row.at,
    })
}

macro_rules! columns {
    () => {
        "select id, facility_id, kind, name, batch, supplier, unit, expires_on, received_on, controlled, \
         received_milli, balance_milli, staff_id, at from supply "
    };
}

const FIND: &str = concat!(columns!(), "where facility_id = $1 and id = $2");
const PAGE: &str = concat!(
    columns!(),
    "where facility_id = $1 and id < $2 order by id desc limit $3"
);
/// What a woman was given: by the rows that count, and as a bag of her pump.
const OF_LABOR: &str = concat!(
    columns!(),
    "where facility_id = $1 and id < $2 and (id in (select m.supply_id from supply_move m where m.labor_id = $4 \
     and not exists (select 1 from supply_move k where k.replaces_id = m.id)) \
     or (kind = 'drug' and trim(batch) in (select b.batch from analgesia_bag b join labor l on l.record_id = b.record_id \
     where l.id = $4))) order by id desc limit $3"
);
const OF_BATCH: &str = concat!(
    columns!(),
    "where facility_id = $1 and id < $2 and batch = $4 order by id desc limit $3"
);

pub async fn supply(q: &mut impl Q, facility: FacilityId, id: Uuid) -> Result<Option<Supply>> {
    let row: Option<Row> = q.q(FIND).bind(facility).bind(id).opt().await?;
    row.map(supply_of).transpose()
}

/// Which batches.
pub enum Batches {
    /// All of them.
    All,
    /// Those of a number.
    Numbered(String),
    /// What was given in a labor.
    Given(LaborId),
}

/// The batches, the last received first.
pub async fn supplies(
    q: &mut impl Q,
    facility: FacilityId,
    which: Batches,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Supply>> {
    // Without a cursor everything comes before the end of the order.
    let before = after.unwrap_or(Uuid::max());
    let text = match which {
        Batches::All => PAGE,
        Batches::Numbered(_) => OF_BATCH,
        Batches::Given(_) => OF_LABOR,
    };
    let query = q.q(text).bind(facility).bind(before).bind(limit);
    let rows: Vec<Row> = match which {
        Batches::All => query.all().await?,
        Batches::Numbered(batch) => query.bind(batch).all().await?,
        Batches::Given(labor) => query.bind(labor).all().await?,
    };
    rows.into_iter().map(supply_of).collect()
}

/// Whether the register holds a drug of this number: a set of the same number is nothing that a pump gives.
pub async fn holds_drug(q: &mut impl Q, facility: FacilityId, batch: &str) -> Result<bool> {
    let found: Option<(Uuid,)> = q
        .q("select id from supply where facility_id = $1 and batch = $2 and kind = $3 limit 1")
        .bind(facility)
        .bind(batch.to_owned())
        .bind(SupplyKind::Drug.word())
        .opt()
        .await?;
    Ok(found.is_some())
}

pub async fn add_supply(tx: &mut Tx, supply: &Supply, milli: i64) -> Result<()> {
    tx.q(
        "insert into supply (id, facility_id, kind, name, batch, supplier, unit, expires_on, controlled, received_milli, \
         balance_milli, staff_id, at, received_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13)",
    )
    .bind(supply.id)
    .bind(supply.facility_id)
    .bind(supply.kind.word())
    .bind(supply.name.clone())
    .bind(supply.batch.clone())
    .bind(supply.supplier.clone())
    .bind(supply.unit.clone())
    .bind(supply.expires_on)
    .bind(supply.controlled)
    .bind(milli)
    .bind(supply.by)
    .bind(supply.at)
    .bind(supply.received_on)
    .run()
    .await?;
    Ok(())
}

/// What should be there, held until the transaction ends: of two who take at once the second sees what the first left.
pub async fn held_balance(tx: &mut Tx, facility: FacilityId, id: Uuid) -> Result<Option<i64>> {
    let row: Option<(i64,)> = tx
        .q("update supply set balance_milli = balance_milli where facility_id = $1 and id = $2 returning balance_milli")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(milli,)| milli))
}

/// Writes a move and what is left after it.
pub async fn add_move(
    tx: &mut Tx,
    facility: FacilityId,
    supply: Uuid,
    moved: &Move,
    [milli, expected, left]: [i64; 3],
) -> Result<()> {
    let reason = match &moved.reason {
        Some(reason) => Some(
            tx.seal(Some(facility), moved.id, Class::FreeText, "supply_move", reason)
                .await?,
        ),
        None => None,
    };
    tx.q(
        "insert into supply_move (id, facility_id, supply_id, kind, amount_milli, expected_milli, labor_id, reason, \
         staff_id, second_id, moved_at, at, replaces_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(moved.id)
    .bind(facility)
    .bind(supply)
    .bind(moved.kind.word())
    .bind(milli)
    .bind(expected)
    .bind(moved.labor)
    .bind(reason)
    .bind(moved.by)
    .bind(moved.second)
    .bind(moved.moved_at)
    .bind(moved.at)
    .bind(moved.replaces)
    .run()
    .await?;
    tx.q("update supply set balance_milli = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(supply)
        .bind(left)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct MoveRow {
    id: Uuid,
    kind: String,
    amount_milli: i64,
    expected_milli: i64,
    labor_id: Option<LaborId>,
    patient_id: Option<PatientId>,
    reason: Option<Sealed>,
    replaces_id: Option<Uuid>,
    staff_id: StaffId,
    second_id: Option<StaffId>,
    moved_at: DateTime<Utc>,
    at: DateTime<Utc>,
}

/// Where a batch went, first to last.
pub async fn moves(r: &mut impl Records, facility: FacilityId, supply: Uuid) -> Result<Vec<Move>> {
    let rows: Vec<MoveRow> = r
        .q(
            "select m.id, m.kind, m.amount_milli, m.expected_milli, m.labor_id, l.patient_id, m.reason, m.replaces_id, \
             m.staff_id, m.second_id, m.moved_at, m.at from supply_move m left join labor l on l.id = m.labor_id \
             where m.facility_id = $1 and m.supply_id = $2 order by m.at, m.id",
        )
        .bind(facility)
        .bind(supply)
        .all()
        .await?;
    let mut moves = Vec::with_capacity(rows.len());
    for row in rows {
        moves.push(Move {
            kind: known(MoveKind::parse(&row.kind))?,
            id: row.id,
            amount: amount(row.amount_milli),
            expected: amount(row.expected_milli),
            labor: row.labor_id,
            patient: row.patient_id,
            reason: r.open_if(row.id, "supply_move", row.reason.as_ref()).await?,
            replaces: row.replaces_id,
            by: row.staff_id,
            second: row.second_id,
            moved_at: row.moved_at,
            at: row.at,
        });
    }
    Ok(moves)
}
