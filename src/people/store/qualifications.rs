//! What staff are qualified by: insert-only.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::model::{Qualification, Requirement, Scope};
use crate::vault::{Class, Sealed};

/// Keeps what was shown of a person, or taken away.
pub async fn add_qualification(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    new: &Qualification,
) -> Result<()> {
    let number = tx
        .seal_if(
            Some(facility),
            staff,
            Class::Identity,
            "qualification",
            new.number.as_deref(),
        )
        .await?;
    tx.q(
        "insert into qualification (id, facility_id, subject_id, item, withdrawn, valid_from, valid_until, scope, \
         higher_title, number, approver_id, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(new.id)
    .bind(facility)
    .bind(staff)
    .bind(new.item.word())
    .bind(new.withdrawn)
    .bind(new.from)
    .bind(new.until)
    .bind(new.scope.map(Scope::word))
    .bind(new.higher_title)
    .bind(number)
    .bind(new.approver)
    .bind(new.by)
    .bind(new.at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    item: String,
    withdrawn: bool,
    valid_from: NaiveDate,
    valid_until: Option<NaiveDate>,
    scope: Option<String>,
    higher_title: bool,
    number: Option<Sealed>,
    approver_id: Option<StaffId>,
    staff_id: Option<StaffId>,
    at: DateTime<Utc>,
}

/// All that was written down of a person, the newest first.
pub async fn qualifications(
    r: &mut impl Records,
    facility: FacilityId,
    staff: StaffId,
) -> Result<Vec<Qualification>> {
    let rows: Vec<Row> = r
        .q(
            "select id, item, withdrawn, valid_from, valid_until, scope, higher_title, number, approver_id, staff_id, at \
             from qualification where facility_id = $1 and subject_id = $2 order by at desc, id desc",
        )
        .bind(facility)
        .bind(staff)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let unknown = || Error::broken("a qualification holds an unknown word");
        let scope = match row.scope {
            Some(word) => Some(Scope::parse(&word).ok_or_else(unknown)?),
            None => None,
        };
        all.push(Qualification {
            id: row.id,
            item: Requirement::parse(&row.item).ok_or_else(unknown)?,
            withdrawn: row.withdrawn,
            from: row.valid_from,
            until: row.valid_until,
            scope,
            higher_title: row.higher_title,
            number: r.open_if(staff, "qualification", row.number.as_ref()).await?,
            approver: row.approver_id,
            by: row.staff_id,
            at: row.at,
        });
    }
    Ok(all)
}

/// Open accounts of those on whom there are requirements, in the order of their ids.
pub async fn practicing(
    q: &mut impl Q,
    facility: FacilityId,
    after: Option<StaffId>,
    limit: i64,
) -> Result<Vec<StaffId>> {
    let roles = Role::ALL
        .into_iter()
        .filter(|role| !Requirement::of(*role).is_empty());
    let words: Vec<String> = roles.map(|role| format!("'{}'", role.word())).collect();
    let rows: Vec<(StaffId,)> = q
        .q(format!(
            "select id from staff where facility_id = $1 and id > $2 and disabled_at is null and role in ({}) \
             order by id limit $3",
            words.join(", ")
        ))
        .bind(facility)
        .bind(after.unwrap_or(StaffId(Uuid::nil())))
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
