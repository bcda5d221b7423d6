//! What she asks about her data, and the office's answers (CE-236).

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::copy;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::DataRequestId;
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::{Caller, Mine};
use crate::people::jobs::{Overdue, REQUEST_OVERDUE};
use crate::people::model::{DataRequest, Forget, Keepers, Kept, RequestAnswer, RequestKind, RequestOutcome};
use crate::people::{facts, policy, rules, store};

/// A request with what stays, for one that asks to delete.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Receipt {
    /// The request.
    pub request: DataRequest,
    /// What stays, why and until when.
    pub kept: Vec<Kept>,
}

/// She asks for erasure: the receipt says what stays and why.
#[instrument(name = "people.erasure", skip_all)]
pub async fn erasure(ctx: &Ctx, caller: &Caller, text: Option<&str>) -> Result<Receipt> {
    policy::allowed(caller, Act::PeopleErasure)?;
    ask(ctx, caller, Act::PeopleErasure, RequestKind::Delete, text).await
}

/// She asks something about her data.
#[instrument(name = "people.request", skip_all)]
pub async fn request(ctx: &Ctx, caller: &Caller, kind: RequestKind, text: Option<&str>) -> Result<Receipt> {
    policy::allowed(caller, Act::PeopleRequest)?;
    ask(ctx, caller, Act::PeopleRequest, kind, text).await
}

async fn ask(ctx: &Ctx, caller: &Caller, act: Act, kind: RequestKind, text: Option<&str>) -> Result<Receipt> {
    let mine = caller.mine()?;
    let mut faults = Faults::default();
    let text = text.map(|text| faults.text(text, "/text", 1, 2000));
    faults.done()?;
    let mut tx = once!(ctx, act, caller);
    let hospital = facts::facility(&mut tx, mine.facility).await?;
    let id: DataRequestId = tx.id();
    let request = DataRequest {
        id,
        patient: mine.patient,
        number: number(tx.now),
        kind,
        text,
        received_at: tx.now,
        due_at: rules::due_at(tx.now, &hospital.settings.days_off),
        overdue_at: None,
        answer: None,
    };
    store::add_request(&mut tx, mine.facility, &request).await?;
    tx.enqueue(Message {
        kind: REQUEST_OVERDUE,
        facility: Some(mine.facility),
        payload: &Overdue { request: id },
        dedupe: Some(id.to_string()),
        due: request.due_at,
    })
    .await?;
    let subject = Subject::of_patient("data_request", id, mine.patient);
    tx.journal(caller, subject, json!({ "kind": kind.word() }))
        .await?;
    let kept = if kind.restricts() {
        stays(&mut tx, mine).await?
    } else {
        Vec::new()
    };
    let receipt = Receipt { request, kept };
    tx.commit_with(&receipt).await?;
    Ok(receipt)
}

/// The clinic's day and six letters that nobody mixes up.
pub(super) fn number(at: DateTime<Utc>) -> String {
    const LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letters: String = (0..6)
        .filter_map(|_| LETTERS.get(rand::random_range(0..LETTERS.len())))
        .map(|letter| char::from(*letter))
        .collect();
    format!("{}-{letters}", clinic_date(at).format("%Y%m%d"))
}

async fn stays(tx: &mut Tx, mine: Mine) -> Result<Vec<Kept>> {
    let care = store::care(tx, mine.facility, mine.patient).await?;
    let held = store::held(tx, mine.facility).await?.contains(&mine.patient);
    let today = clinic_date(tx.now);
    Ok(rules::kept(care, held, today))
}

/// Her requests with their answers, newest first.
#[instrument(name = "people.requests", skip_all)]
pub async fn requests(ctx: &Ctx, caller: &Caller) -> Result<Vec<DataRequest>> {
    policy::allowed(caller, Act::PeopleRequests)?;
    let mine = caller.mine()?;
    store::requests_of(&mut ctx.view(), mine.facility, mine.patient).await
}

/// The hospital's requests by when they are due: those that wait, or those that were answered.
#[instrument(name = "people.data_requests", skip_all)]
pub async fn data_requests(
    ctx: &Ctx,
    caller: &Caller,
    answered: bool,
    page: PageRequest,
) -> Result<Page<DataRequest>> {
    policy::allowed(caller, Act::PeopleDataRequests)?;
    let facility = caller.staff()?.facility;
    let key = format!("{answered}");
    let after = page.after(&key)?;
    let mut tx = ctx.write(Act::PeopleDataRequests).await?;
    let rows = store::requests(&mut tx, facility, answered, after, page.limit + 1).await?;
    tx.journal(
        caller,
        Subject::list("data_request"),
        json!({ "count": rows.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(page.page(rows, &key, |one| (one.due_at, one.id)))
}

/// The office's answer.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// How it ends.
    pub outcome: RequestOutcome,
    /// Why; needed unless it is done as she asked.
    pub reasons: Option<String>,
}

/// The quality office answers a request. Granting one that asks to delete, to restrict or to close the account ends all
/// use but storage and security; what no law keeps goes at once.
///
/// Errors: `people.request_answered`, `http.invalid` without the reasons of a refusal.
#[instrument(name = "people.answer_request", skip_all)]
pub async fn answer_request(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    id: DataRequestId,
    new: NewAnswer,
) -> Result<DataRequest> {
    policy::allowed(caller, Act::PeopleAnswerRequest)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleAnswerRequest, caller);
    let missing = || Error::Missing(Noun::DataRequest);
    let request = store::request(&mut tx, staff.facility, id)
        .await?
        .ok_or_else(missing)?;
    let mut faults = Faults::default();
    let reasons = new
        .reasons
        .map(|reasons| faults.text(&reasons, "/reasons", 1, 2000));
    let explained = new.outcome == RequestOutcome::Granted || reasons.is_some();
    faults.check(explained, "/reasons", "required");
    faults.done()?;
    let mine = Mine {
        patient: request.patient,
        facility: staff.facility,
    };
    let restricted = request.kind.restricts() && new.outcome != RequestOutcome::Refused;
    let answer = RequestAnswer {
        outcome: new.outcome,
        reasons,
        kept: if restricted {
            stays(&mut tx, mine).await?
        } else {
            Vec::new()
        },
        restricted,
        by: staff.id,
        at: tx.now,
    };
    if !store::add_request_answer(&mut tx, staff.facility, id, &answer).await? {
        return Err(Error::Refused(Code::PeopleRequestAnswered));
    }
    let mut gone = 0;
    if restricted {
        store::restrict(&mut tx, mine.facility, mine.patient, true).await?;
        if request.kind == RequestKind::Delete {
            let forget = Forget {
                facility: mine.facility,
                before: tx.now,
                only: Some(mine.patient),
                held: store::held(&mut tx, mine.facility).await?,
            };
            gone = copy::forget(keepers, &mut tx, &forget).await?;
        }
        if request.kind == RequestKind::CloseAccount {
            store::let_go(&mut tx, mine).await?;
        }
    }
    let detail = json!({ "outcome": new.outcome.word(), "restricted": restricted, "rows": gone });
    let subject = Subject::of_patient("data_request", id, mine.patient);
    tx.journal(caller, subject, detail).await?;
    let answered = store::request(&mut tx, staff.facility, id)
        .await?
        .ok_or_else(missing)?;
    tx.commit_with(&answered).await?;
    Ok(answered)
}
