//! What this slice keeps of a woman, for her copy and for the end of her record.

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::case::ManagedCase;
use super::referral::Referral;
use super::store;
use crate::base::error::Result;
use crate::ctx::View;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts, Unfinished};

/// Managed cases with their referrals. Reports of adverse events, with their drafts and files, are made in confidence: they
/// are the hospital's, and no part of her record.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |_, _| async { Ok(0) }.boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, _, _| async { Ok(Vec::new()) }.boxed(),
    unfinished: &[Unfinished {
        part: "managed_cases",
        member: "state",
        words: &["open"],
    }],
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let mut told: Vec<Value> = Vec::new();
    for case in store::cases_of(view, mine.facility, mine.patient).await? {
        let referrals = store::referrals_of_case(view, mine.facility, case.id).await?;
        told.push(hers(&case, &referrals));
    }
    Ok(vec![("managed_cases", told.into())])
}

/// Purple stands for something that must never be read over her shoulder, and what staff wrote may name it.
fn hers(case: &ManagedCase, referrals: &[Referral]) -> Value {
    let referral = |one: &Referral| {
        json!({
            "to": one.to, "state": one.state, "basis": one.basis, "at": one.sent_at, "until": one.until,
        })
    };
    let referrals: Vec<Value> = referrals.iter().map(referral).collect();
    json!({
        "id": case.id,
        "color": case.color,
        "state": if case.closed_at.is_some() { "closed" } else { "open" },
        "found_at": case.found_at,
        "registered_at": case.registered_at,
        "reported_at": case.reported_at,
        "planned_at": case.planned_at,
        "next_on": case.next_on,
        "closed_at": case.closed_at,
        "outcome": case.outcome,
        "referrals": referrals,
    })
}
