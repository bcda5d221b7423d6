//! Who looked at her record, as she reads it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tracing::instrument;
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::{Act, Page, PageRequest, Role};
use crate::ctx::Ctx;
use crate::people::caller::Caller;
use crate::people::model::{Look, LookedAt};
use crate::people::{policy, rules, store};

/// Who of the staff looked at her record, when and at what, newest first.
///
/// Errors: `people.record_mismatch` before she was matched with what the hospital wrote.
#[instrument(name = "people.access_log", skip_all)]
pub async fn access_log(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<Look>> {
    policy::allowed(caller, Act::PeopleAccessLog)?;
    let mine = caller.mine()?;
    let after: Option<(DateTime<Utc>, Uuid)> = page.after("access log")?;
    let mut view = ctx.view();
    let acts = rules::LOOKS.map(|(act, _)| act);
    let rows = store::looks_at(
        &mut view,
        mine.facility,
        mine.patient,
        acts,
        after,
        page.limit + 1,
    )
    .await?;
    let found = page.page(rows, "access log", |row| (row.at, row.id));
    let mut names = BTreeMap::new();
    let mut items = Vec::with_capacity(found.items.len());
    for row in found.items {
        let name = match names.get(&row.staff) {
            Some(name) => String::clone(name),
            None => {
                let name = store::staff_name(&mut view, row.staff).await?.unwrap_or_default();
                names.insert(row.staff, name.clone());
                name
            }
        };
        let unknown = || Error::broken("an entry of the journal names an unknown look");
        let role = row.actor.split_once('/').and_then(|(_, role)| Role::parse(role));
        let page = rules::looked_at(&row.act).ok_or_else(unknown)?;
        let detail: Value = serde_json::from_str(&row.detail)?;
        let reason = detail.get("reason").filter(|_| page == LookedAt::Access);
        items.push(Look {
            id: row.id,
            at: row.at,
            page,
            role: role.ok_or_else(unknown)?,
            name,
            reason: reason.and_then(Value::as_str).map(str::to_owned),
        });
    }
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}
