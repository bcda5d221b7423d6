//! Who reads what of a consent. Staff's reads of one woman's consent are journaled before the answer.

use serde_json::json;
use tracing::instrument;

use super::family::acknowledgement_allowed;
use super::release::{asked_form, sentence};
use super::signers::plan;
use super::{known, may_look, missing, subject};
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Noun, Page, PageRequest, Subject};
use crate::consent::model::{
    Consent, Heard, Paper, Proposed, Refusal, Risks, Signer, SignerKind, State, View, Withdrawal,
    WithdrawalPhase,
};
use crate::consent::rules::ladder;
use crate::consent::{rules, sealing, store, wording};
use crate::ctx::{Ctx, Records};
use crate::people::caller::{Caller, Who};
use crate::people::policy;
use crate::{assessment, episode, people};

/// Her consents, newest first.
///
/// Errors: `people.record_mismatch`.
#[instrument(name = "consent.list", skip_all)]
pub async fn list_mine(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<Consent>> {
    policy::allowed(caller, Act::ConsentList)?;
    let mine = caller.mine()?;
    let after = page.after("mine")?;
    let filter = store::ListFilter {
        patient: Some(mine.patient),
        ..store::ListFilter::default()
    };
    let mut view = ctx.view();
    let rows = store::consents(&mut view, mine.facility, &filter, after, page.limit + 1).await?;
    Ok(page.page(rows, "mine", |consent| consent.id))
}

/// What a ward asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListQuestion {
    /// In this state.
    pub state: Option<State>,
    /// Waiting for a countersignature.
    pub due_countersign: bool,
}

/// The hospital's consents, newest first; none of a woman whose data may only be kept, unless she is admitted.
#[instrument(name = "consent.list", skip_all)]
pub async fn list(
    ctx: &Ctx,
    caller: &Caller,
    question: ListQuestion,
    page: PageRequest,
) -> Result<Page<Consent>> {
    policy::allowed(caller, Act::ConsentList)?;
    let facility = caller.staff()?.facility;
    let filter = store::ListFilter {
        patient: None,
        states: match question {
            ListQuestion {
                due_countersign: true,
                ..
            } => vec![State::PatientSigned],
            ListQuestion { state, .. } => state.into_iter().collect(),
        },
        all_drafts: true,
    };
    let key = format!("{:?}", filter.states);
    let after = page.after(&key)?;
    let mut tx = ctx.write(Act::ConsentList).await?;
    let rows = store::consents(&mut tx, facility, &filter, after, page.limit + 1).await?;
    let mut found = page.page(rows, &key, |consent| consent.id);
    let hidden = people::facts::out_of_lists(&mut tx, facility).await?;
    found
        .items
        .retain(|consent| !hidden.contains(&consent.patient_id));
    let detail = json!({ "count": found.items.len() });
    tx.journal(caller, Subject::list("consent"), detail).await?;
    tx.commit().await?;
    Ok(found)
}

/// One consent with what is missing before she may sign.
#[instrument(name = "consent.get", skip_all)]
pub async fn get(ctx: &Ctx, caller: &Caller, id: ConsentId) -> Result<View> {
    policy::allowed(caller, Act::ConsentGet)?;
    if let Who::Patient { .. } = caller.who {
        let mut view = ctx.view();
        let consent = known(&mut view, caller, Act::ConsentGet, id).await?;
        return page(&mut view, ctx, consent, false).await;
    }
    let mut tx = ctx.write(Act::ConsentGet).await?;
    let consent = known(&mut tx, caller, Act::ConsentGet, id).await?;
    may_look(&mut tx, caller, Act::ConsentGet, &consent).await?;
    tx.journal(
        caller,
        subject(&consent),
        json!({ "state": consent.state.word() }),
    )
    .await?;
    let shown = page(&mut tx, ctx, consent, true).await?;
    tx.commit().await?;
    Ok(shown)
}

async fn page(r: &mut impl Records, ctx: &Ctx, consent: Consent, for_staff: bool) -> Result<View> {
    let (facility, id) = (consent.facility_id, consent.id);
    let episode = episode::facts::get(r, facility, consent.episode_id)
        .await?
        .ok_or_else(|| Error::broken("a consent without its pregnancy"))?;
    let (missing, reading) = missing(r, ctx, &consent, &episode, ctx.clock.now()).await?;
    let before_signing = matches!(consent.state, State::Issued | State::Reading | State::Ready);
    let standing = store::standing(r, facility, consent.episode_id).await?;
    Ok(View {
        missing: before_signing.then_some(missing),
        reading,
        rounds: store::rounds(r, facility, id).await?,
        questions: store::questions(r, facility, id).await?,
        waivers: store::waivers(r, facility, id).await?,
        conversations: store::conversations(r, facility, id).await?,
        signers: signers(r, &consent).await?,
        acknowledgement_allowed: acknowledgement_allowed(r, &consent).await?,
        risks: if for_staff {
            proposed(r, ctx, &consent).await?
        } else {
            Vec::new()
        },
        confirmed_at: standing
            .filter(|one| one.id == id)
            .and_then(|one| one.confirmed_at),
        has_document: store::document_digests(r, facility, id).await?.is_some(),
        has_record: store::has_record(r, facility, id).await?,
        retain_until: people::facts::retain_until(r, facility, consent.patient_id).await?,
        has_bedside_record: store::has_bedside_record(r, facility, id).await?,
        withdrawal: withdrawal(r, &consent).await?,
        refusal: refusal(r, &consent).await?,
        later: match before_signing {
            true => store::later(r, facility, id).await?,
            false => None,
        },
        unconfirmed: match for_staff {
            true => store::unconfirmed(r, facility, id).await?,
            false => None,
        },
        consent,
    })
}

/// Those whose acts its signature consists of; nobody before it is released.
async fn signers(r: &mut impl Records, consent: &Consent) -> Result<Vec<Signer>> {
    if consent.state == State::Draft {
        return Ok(Vec::new());
    }
    let plan = plan(r, consent).await?;
    let standing = store::signatures(r, consent.facility_id, consent.id).await?;
    let of = |kind: &SignerKind| Signer {
        kind: *kind,
        signed_at: standing
            .iter()
            .find(|act| act.kind == kind.act())
            .map(|act| act.at),
    };
    Ok(ladder::wanted(&plan).iter().map(of).collect())
}

/// When and in which phase she took it back, and who has said that they know of it (CE-052).
async fn withdrawal(r: &mut impl Records, consent: &Consent) -> Result<Option<Withdrawal>> {
    let at = consent.ended_at.filter(|_| consent.state == State::Withdrawn);
    let Some(at) = at else { return Ok(None) };
    let tasks = episode::facts::tasks_about(r, consent.facility_id, consent.id.0).await?;
    let heard = tasks
        .into_iter()
        .filter(|task| rules::CALLS.contains(&task.kind.as_str()))
        .filter_map(|task| task.done_by.zip(task.done_at))
        .map(|(by, at)| Heard { by, at });
    Ok(Some(Withdrawal {
        at,
        phase: match consent.started_at {
            Some(_) => WithdrawalPhase::During,
            None => WithdrawalPhase::Before,
        },
        heard: heard.collect(),
    }))
}

/// When she said no, and what she was told of it (CE-190).
async fn refusal(r: &mut impl Records, consent: &Consent) -> Result<Option<Refusal>> {
    let facility = consent.facility_id;
    let Some((decision, at, ask_again, explained)) = store::refusal(r, facility, consent.id).await? else {
        return Ok(None);
    };
    let explanation = store::explanation(r, facility, decision).await?;
    let explanation = explanation.map(|(_, explanation)| explanation);
    Ok(Some(Refusal {
        at,
        ask_again,
        explained: explained || explanation.is_some(),
        explanation,
    }))
}

/// What the rules propose, with the anesthesiologist's decision on each.
async fn proposed(r: &mut impl Records, ctx: &Ctx, consent: &Consent) -> Result<Vec<Proposed>> {
    let standing = assessment::facts::standing(r, ctx, consent.facility_id, consent.episode_id).await?;
    let decided = store::risks(r, consent.facility_id, consent.id).await?;
    let decided = decided.map_or_else(Risks::default, |(risks, _)| risks);
    let form = standing.as_ref().and_then(|standing| asked_form(ctx, standing));
    let put = standing.iter().flat_map(|standing| &standing.fired);
    let mut all: Vec<Proposed> = put
        .filter(|fired| fired.inject && !fired.confidential)
        .map(|fired| {
            let removed = decided.remove.iter().find(|one| one.rule == fired.rule);
            let decision = match removed {
                Some(_) => "removed",
                None if decided.confirm.contains(&fired.rule) => "confirmed",
                None => "open",
            };
            Proposed {
                rule: Some(fired.rule.clone()),
                text: sentence(consent.locale, fired),
                because: wording::because(form, consent.locale, &fired.decided_by, &fired.missing),
                decision: decision.to_owned(),
                reason: removed.map(|one| one.reason.clone()),
                plan: None,
            }
        })
        .collect();
    all.extend(decided.add.into_iter().map(|added| Proposed {
        rule: None,
        text: added.text,
        because: String::new(),
        decision: "added".to_owned(),
        reason: None,
        plan: added.plan,
    }));
    Ok(all)
}

/// What she is shown, byte for byte, with its SHA-256.
#[instrument(name = "consent.presented", skip_all)]
pub async fn presented(ctx: &Ctx, caller: &Caller, id: ConsentId) -> Result<store::Presented> {
    policy::allowed(caller, Act::ConsentPresented)?;
    let missing = || Error::Missing(Noun::Document);
    if let Who::Patient { .. } = caller.who {
        let mut view = ctx.view();
        let consent = known(&mut view, caller, Act::ConsentPresented, id).await?;
        return store::presented(&mut view, consent.facility_id, id)
            .await?
            .ok_or_else(missing);
    }
    let mut tx = ctx.write(Act::ConsentPresented).await?;
    let consent = known(&mut tx, caller, Act::ConsentPresented, id).await?;
    may_look(&mut tx, caller, Act::ConsentPresented, &consent).await?;
    let shown = store::presented(&mut tx, consent.facility_id, id)
        .await?
        .ok_or_else(missing)?;
    tx.journal(
        caller,
        subject(&consent),
        json!({ "presented_sha256": shown.sha256 }),
    )
    .await?;
    tx.commit().await?;
    Ok(shown)
}

/// Whose copy of a document it is, outside the sealed bytes (CE-155).
#[derive(Clone, Debug)]
pub struct CopyMark {
    /// The user name, or `patient`.
    pub by: String,
    /// When the copy was made.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// A copy of a document.
pub struct DocumentCopy {
    /// The sealed bytes, untouched.
    pub pdf: Vec<u8>,
    /// Their SHA-256, lower-case hex.
    pub sha256: String,
    /// Whose copy.
    pub mark: CopyMark,
}

/// A document with its SHA-256; each copy is journaled. Without a choice the signed consent, or the decision where there
/// was never one.
#[instrument(name = "consent.document", skip_all)]
pub async fn document(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    paper: Option<Paper>,
) -> Result<DocumentCopy> {
    policy::allowed(caller, Act::ConsentDocument)?;
    let missing = || Error::Missing(Noun::Document);
    let mut tx = ctx.write(Act::ConsentDocument).await?;
    let consent = known(&mut tx, caller, Act::ConsentDocument, id).await?;
    may_look(&mut tx, caller, Act::ConsentDocument, &consent).await?;
    let facility = consent.facility_id;
    let found = match paper {
        Some(paper) => sealing::document(&mut tx, facility, id, paper).await?,
        None => match sealing::document(&mut tx, facility, id, Paper::Consent).await? {
            None => sealing::document(&mut tx, facility, id, Paper::Decision).await?,
            found => found,
        },
    };
    let (pdf, sha256) = found.ok_or_else(missing)?;
    let by = match caller.staff() {
        Ok(staff) => people::facts::staff(&mut tx, facility, staff.id)
            .await?
            .map(|staff| staff.username)
            .unwrap_or_default(),
        Err(_) => "patient".to_owned(),
    };
    let mark = CopyMark { by, at: tx.now };
    tx.journal(
        caller,
        subject(&consent),
        json!({ "sha256": sha256, "copy": true }),
    )
    .await?;
    tx.commit().await?;
    Ok(DocumentCopy { pdf, sha256, mark })
}
