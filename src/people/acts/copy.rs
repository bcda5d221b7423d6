//! The copy of everything held on her, gathered from all slices, and what is forgotten of her.

use chrono::DateTime;
use serde_json::{Map, Value, json};
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::{Act, Locale, Noun, Subject};
use crate::content::messages;
use crate::ctx::{Ctx, Tx, View};
use crate::people::caller::{Caller, Mine};
use crate::people::model::{Forget, HeldItem, Keepers, Parts};
use crate::people::{policy, store};

/// Entries of the journal that her copy tells, the newest.
const READINGS: i64 = 1000;
/// Copies of her record that it tells, the newest.
const COPIES: i64 = 1000;

/// What is held on her and is not hers to get, with the reason. The same for every woman: a hold or a sealing that was named
/// only where there is one would be told by that.
const WITHHELD: [(&str, &str); 5] = [
    // The reports of staff about errors are made in confidence and are no part of her record.
    ("adverse_event_reports", "confidential_reporting"),
    ("legal_holds", "legal_dispute"),
    ("record_seals", "legal_dispute"),
    // They may name what must never be read over her shoulder.
    ("risk_grounds", "written_for_staff"),
    ("assessment_findings", "written_for_staff"),
];

/// Everything held on her, one JSON document (CE-236).
///
/// Errors: `people.record_mismatch` before she was matched with what the hospital wrote.
#[instrument(name = "people.export", skip_all)]
pub async fn export(ctx: &Ctx, keepers: &Keepers, caller: &Caller) -> Result<Value> {
    policy::allowed(caller, Act::PeopleExport)?;
    let mine = caller.mine()?;
    let mut view = ctx.view();
    let patient = store::patient(&mut view, mine.facility, mine.patient)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let hospital = store::facility(&mut view, mine.facility)
        .await?
        .ok_or(Error::Missing(Noun::Facility))?;
    let mut document = Map::new();
    let made = json!({
        "made_at": ctx.clock.now(),
        "hospital": { "id": hospital.id, "name": hospital.name },
        "profile": patient,
        "agreements": agreements(&mut view, mine).await?,
        "guardian_agreements": guardian_agreements(&mut view, mine).await?,
        "requests": store::requests_of(&mut view, mine.facility, mine.patient).await?,
        "copies": handed_out(&mut view, mine).await?,
        "sessions": store::sessions_of(&mut view, mine).await?,
        "identity_checks": store::identity_checks_of(&mut view, mine).await?,
        "signer_checks": signer_checks(&mut view, mine).await?,
        "restrictions": store::restrictions_of(&mut view, mine).await?,
        "wechat_events": wechat_events(&mut view, mine).await?,
        "read_by": readings(&mut view, mine).await?,
        "withheld": withheld(caller.request.locale),
    });
    if let Value::Object(members) = made {
        document.extend(members);
    }
    for (name, part) in parts(ctx, keepers, &mut view, mine).await? {
        document.insert(name.to_owned(), part);
    }
    let mut tx = ctx.write(Act::PeopleExport).await?;
    let subject = Subject::of_patient("patient", mine.patient, mine.patient);
    tx.journal(caller, subject, json!({ "parts": document.len() }))
        .await?;
    tx.commit().await?;
    Ok(document.into())
}

/// What she said on agreements.
pub(super) async fn agreements(view: &mut View, mine: Mine) -> Result<Vec<Value>> {
    let Some(account) = store::account_of(view, mine.facility, mine.patient).await? else {
        return Ok(Vec::new());
    };
    let said = store::agreements(view, account).await?;
    let told = said.iter().map(|row| {
        json!({
            "id": row.id, "kind": row.kind, "version": row.version, "accepted": row.accepted, "at": row.at,
        })
    });
    Ok(told.collect())
}

/// Whose papers were checked beside her, by their relation to her: the papers are theirs.
async fn signer_checks(view: &mut View, mine: Mine) -> Result<Vec<Value>> {
    let all = store::signer_checks(view, mine.facility, mine.patient, DateTime::UNIX_EPOCH).await?;
    let told = all
        .into_iter()
        .map(|check| json!({ "kind": check.person.kind, "relation": check.person.relation, "at": check.at }));
    Ok(told.collect())
}

fn withheld(locale: Locale) -> Vec<Value> {
    let told = |(what, reason): (&str, &str)| json!({ "what": what, "reason": reason, "text": messages::withheld(locale, what) });
    WITHHELD.map(told).to_vec()
}

/// What WeChat told about her account.
async fn wechat_events(view: &mut View, mine: Mine) -> Result<Vec<Value>> {
    let Some(account) = store::account_of(view, mine.facility, mine.patient).await? else {
        return Ok(Vec::new());
    };
    let told = store::wechat_events(view, account).await?.into_iter();
    Ok(told
        .map(|event| json!({ "id": event.id, "at": event.happened_at, "told": event.news }))
        .collect())
}

/// The copies of her record, and who has them.
async fn handed_out(view: &mut View, mine: Mine) -> Result<Vec<Value>> {
    let rows = store::copies(view, mine.facility, Some(mine.patient), None, COPIES).await?;
    let told = rows.into_iter().map(|copy| {
        json!({
            "id": copy.id, "number": copy.number, "at": copy.at, "sha256": copy.sha256,
            "recipient": copy.body.recipient.kind, "name": copy.body.recipient.name, "basis": copy.body.basis,
        })
    });
    Ok(told.collect())
}

/// What her guardians said, by their relation to her.
pub(super) async fn guardian_agreements(view: &mut View, mine: Mine) -> Result<Vec<Value>> {
    let said = store::guardian_words(view, mine).await?;
    let told = said.iter().map(|word| {
        json!({
            "id": word.id, "kind": word.kind, "version": word.version, "sha256": word.sha256, "accepted": word.accepted, "at": word.at,
            "relation": word.guardian.relation,
        })
    });
    Ok(told.collect())
}

/// Which staff looked at what of hers, or did what, by their role.
async fn readings(view: &mut View, mine: Mine) -> Result<Vec<Value>> {
    let rows = store::staff_acts_on(view, mine.facility, mine.patient, READINGS).await?;
    let told = rows.into_iter().map(|(at, act, actor, subject)| {
        let role = actor.split_once('/').map(|(_, role)| role.to_owned());
        json!({ "at": at, "act": act, "role": role, "subject": subject })
    });
    Ok(told.collect())
}

/// The parts that the later slices keep.
pub(super) async fn parts(ctx: &Ctx, keepers: &Keepers, view: &mut View, mine: Mine) -> Result<Parts> {
    let mut all = Parts::new();
    for keeper in &keepers.all {
        all.extend((keeper.copy)(ctx, view, mine).await?);
    }
    Ok(all)
}

/// Each thing in the parts: kind, id, and what is told of it.
///
/// Errors: `Broken` for a part that is no list and for a thing without id: neither may be left out in silence.
pub(super) fn things(parts: &Parts) -> Result<Vec<(&'static str, &str, &Value)>> {
    let mut all = Vec::new();
    for (kind, part) in parts {
        let list = part.as_array();
        for one in list.ok_or_else(|| Error::Broken(format!("{kind} is no list").into()))? {
            let id = one.get("id").and_then(Value::as_str);
            let id = id.ok_or_else(|| Error::Broken(format!("a thing without id in {kind}").into()))?;
            all.push((*kind, id, one));
        }
    }
    Ok(all)
}

/// The things in her copy with their digests: documents by their files, everything else as it is told.
pub(super) fn items(parts: &Parts) -> Result<Vec<HeldItem>> {
    let mut all = Vec::new();
    for (kind, id, one) in things(parts)? {
        all.push(HeldItem {
            kind: kind.to_owned(),
            id: id.to_owned(),
            sha256: crate::journal::sha256_hex(&serde_json::to_vec(one)?),
        });
        let documents = one.get("documents").and_then(Value::as_array);
        for document in documents.into_iter().flatten() {
            let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
            all.push(HeldItem {
                kind: "document".to_owned(),
                id: format!("{id}.{}.{}", text("paper"), text("of")),
                sha256: text("sha256").to_owned(),
            });
        }
    }
    Ok(all)
}

/// Takes away what is behavior and part of no signed instance; how many rows went.
pub(in crate::people) async fn forget(keepers: &Keepers, tx: &mut Tx, forget: &Forget) -> Result<u64> {
    let mut gone = 0;
    for keeper in &keepers.all {
        gone += (keeper.forget)(tx, forget).await?;
    }
    Ok(gone)
}
