//! Talking: her questions and the answers, the explanation as evidence, gates closed with a reason.

use serde_json::json;
use tracing::instrument;

use super::prepare::task;
use super::{advance, locked, missing, only_in, printable, sections, subject, template};
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, ConsentQuestionId};
use crate::base::{Act, Code, Noun};
use crate::consent::flow::{self, By};
use crate::consent::model::{
    Asked, Channel, Consent, Conversation, ConversationBody, Gate, Interpreter, Reply, State, Waiver,
};
use crate::consent::rules::states::Trigger;
use crate::consent::rules::{self, guards};
use crate::consent::store;
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::NewTask;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// From the release to the countersignature.
pub(super) const OPEN: [State; 4] = [State::Issued, State::Reading, State::Ready, State::PatientSigned];

/// She asks the clinician something (CE-094).
///
/// Errors: `consent.illegal_transition` unless released and not yet countersigned, `http.invalid`.
#[instrument(name = "consent.ask", skip_all)]
pub async fn ask(ctx: &Ctx, caller: &Caller, id: ConsentId, question: &str) -> Result<(Consent, Asked)> {
    policy::allowed(caller, Act::ConsentAsk)?;
    let mut faults = Faults::default();
    let question = faults.text(question, "/question", 1, 500);
    faults.done()?;
    printable(
        ctx,
        caller.place()?,
        vec![("/question".to_owned(), question.clone())],
    )
    .await?;
    let mut tx = once!(ctx, Act::ConsentAsk, caller);
    let (consent, _) = locked(&mut tx, caller, Act::ConsentAsk, id).await?;
    only_in(&consent, &OPEN)?;
    let asked = store::add_question(&mut tx, &consent, &question).await?;
    put(tx, caller, consent, asked).await
}

/// Puts a question that is kept before the anesthesiologists.
pub(super) async fn put(
    mut tx: Tx,
    caller: &Caller,
    mut consent: Consent,
    asked: Asked,
) -> Result<(Consent, Asked)> {
    flow::save(&mut tx, &mut consent).await?;
    let task = NewTask {
        due: tx.now + rules::ANSWER,
        subject: asked.id.0,
        ..task(&consent, "consent.question", tx.now)
    };
    episode::facts::add_task(&mut tx, &task).await?;
    let detail = json!({
        "question": asked.id.to_string(),
        "voice_sha256": asked.voice.as_ref().map(|voice| &voice.sha256),
        "revision": consent.revision,
    });
    tx.journal(caller, subject(&consent), detail).await?;
    let answer = (consent, asked);
    tx.commit_with(&answer).await?;
    Ok(answer)
}

/// What an anesthesiologist does with a question of hers: one of the two.
#[derive(Clone, Debug)]
pub struct Settling {
    /// Which.
    pub question: ConsentQuestionId,
    /// The answer.
    pub answer: Option<String>,
    /// Why it is closed without one.
    pub closed: Option<String>,
    /// What is asked in a voice note.
    pub heard: Option<String>,
}

/// An anesthesiologist answers a question of hers, or closes it with a reason (CE-094).
///
/// Errors: `consent.answer_given`, `consent.illegal_transition`, `http.invalid`.
#[instrument(name = "consent.answer", skip_all)]
pub async fn answer(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    settling: Settling,
) -> Result<(Consent, Asked)> {
    policy::allowed(caller, Act::ConsentAnswer)?;
    let staff = caller.staff()?;
    let question = settling.question;
    let mut faults = Faults::default();
    let (pointer, reply) = match (settling.answer, settling.closed) {
        (Some(text), None) => {
            let text = faults.text(&text, "/answer", 1, 1000);
            ("/answer", Reply::Answer(text))
        }
        (None, Some(reason)) => {
            let reason = faults.text(&reason, "/closed/reason", 1, 200);
            ("/closed/reason", Reply::Closed(reason))
        }
        (None, None) => return Err(Error::invalid("/answer", "required")),
        (Some(_), Some(_)) => return Err(Error::invalid("/closed", "inconsistent")),
    };
    let heard = settling.heard.map(|text| faults.text(&text, "/heard", 1, 500));
    faults.done()?;
    let said = heard.iter().map(|text| ("/heard".to_owned(), text.clone()));
    let texts = said.chain([(pointer.to_owned(), reply.text().to_owned())]);
    printable(ctx, caller.place()?, texts.collect()).await?;
    let mut tx = once!(ctx, Act::ConsentAnswer, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentAnswer, id).await?;
    only_in(&consent, &OPEN)?;
    let questions = store::questions(&mut tx, consent.facility_id, id).await?;
    let asked = questions.into_iter().find(|asked| asked.id == question);
    let mut asked = asked.ok_or(Error::Missing(Noun::Consent))?;
    // The document is read, not heard.
    match (&asked.voice, &heard) {
        (Some(_), None) => return Err(Error::invalid("/heard", "required")),
        (None, Some(_)) => return Err(Error::invalid("/heard", "inconsistent")),
        _ => {}
    }
    let place = consent.facility_id;
    if !store::add_answer(&mut tx, place, question, staff.id, &reply, heard.as_deref()).await? {
        return Err(Error::Refused(Code::ConsentAnswerGiven));
    }
    asked.heard = heard;
    asked.settle(reply, staff.id, tx.now);
    flow::save(&mut tx, &mut consent).await?;
    episode::facts::finish_tasks(&mut tx, consent.facility_id, "consent.question", question.0).await?;
    let reference = id.to_string();
    episode::facts::notify(
        &mut tx,
        consent.facility_id,
        consent.patient_id,
        "consent.answered",
        &reference,
    )
    .await?;
    let detail = json!({
        "question": question.to_string(),
        "closed": asked.closed.is_some(),
        "revision": consent.revision,
    });
    tx.journal(caller, subject(&consent), detail).await?;
    let answer = (consent, asked);
    tx.commit_with(&answer).await?;
    Ok(answer)
}

/// The explanation as an anesthesiologist records it.
#[derive(Clone, Debug)]
pub struct Talk {
    /// How.
    pub channel: Channel,
    /// How long, minutes, 1–240.
    pub minutes: i64,
    /// When it was held.
    pub held_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Section ids; empty means all of it.
    pub topics: Vec<String>,
    /// In words.
    pub note: Option<String>,
    /// Who interpreted.
    pub interpreter: Option<Interpreter>,
}

/// An anesthesiologist records the explanation (CE §7.1, section 7).
///
/// Errors: `consent.illegal_transition`, `http.invalid`.
#[instrument(name = "consent.conversation", skip_all)]
pub async fn conversation(ctx: &Ctx, caller: &Caller, id: ConsentId, talk: Talk) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentConversation)?;
    let staff = caller.staff()?;
    if let Some(one) = &talk.interpreter {
        let texts = vec![
            ("/interpreter/name".to_owned(), one.name.clone()),
            ("/interpreter/language".to_owned(), one.language.clone()),
        ];
        printable(ctx, caller.place()?, texts).await?;
    }
    let mut tx = once!(ctx, Act::ConsentConversation, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentConversation, id).await?;
    only_in(&consent, &OPEN)?;
    let template = &*template(&mut tx, ctx, &consent).await?;
    let known = |topic: &String| {
        sections(template).any(|one| one.get("id").and_then(|id| id.as_str()) == Some(topic.as_str()))
    };
    let mut faults = Faults::default();
    faults.number(talk.minutes, "/minutes", 1, 240);
    let held_at = talk.held_at.unwrap_or(tx.now);
    faults.past(held_at, tx.now, "/held_at");
    faults.check(talk.topics.iter().all(known), "/topics", "unknown");
    let body = ConversationBody {
        note: talk.note.map(|note| faults.text(&note, "/note", 1, 1000)),
        interpreter: talk.interpreter.map(|one| Interpreter {
            name: faults.text(&one.name, "/interpreter/name", 1, 40),
            language: faults.text(&one.language, "/interpreter/language", 2, 20),
            kind: one.kind,
        }),
        topics: talk.topics,
    };
    faults.done()?;
    let talk = Conversation {
        staff: staff.id,
        channel: talk.channel,
        minutes: talk.minutes,
        held_at,
        body,
    };
    store::add_conversation(&mut tx, &consent, &talk).await?;
    flow::save(&mut tx, &mut consent).await?;
    episode::facts::finish_tasks(&mut tx, consent.facility_id, "consent.conversation", id.0).await?;
    let detail =
        json!({ "channel": talk.channel.word(), "minutes": talk.minutes, "revision": consent.revision });
    tx.journal(caller, subject(&consent), detail).await?;
    let now = tx.now;
    let (missing, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    advance(&mut tx, &mut consent, &missing).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// An anesthesiologist closes a gate with a reason; when none is left she may sign (T05).
///
/// Errors: `consent.illegal_transition` unless she is reading, `consent.gate_waived` for a gate that no longer stands,
/// `http.invalid` without a reason, or without her own words for the questions.
#[instrument(name = "consent.waive", skip_all)]
pub async fn waive(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    gate: Gate,
    reason: &str,
    teach_back: Option<&str>,
) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentWaive)?;
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let reason = faults.text(reason, "/reason", 1, 200);
    let teach_back = teach_back.map(|text| faults.text(text, "/teach_back", 1, 1000));
    faults.check(
        gate != Gate::Comprehension || teach_back.is_some(),
        "/teach_back",
        "required",
    );
    faults.done()?;
    printable(ctx, caller.place()?, vec![("/reason".to_owned(), reason.clone())]).await?;
    let mut tx = once!(ctx, Act::ConsentWaive, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentWaive, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::Waive)?;
    let now = tx.now;
    let (before, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    if !guards::stands(&before, gate) {
        return Err(Error::Refused(Code::ConsentGateWaived));
    }
    let waiver = Waiver {
        gate,
        staff: staff.id,
        reason,
        teach_back,
        at: tx.now,
    };
    store::add_waiver(&mut tx, &consent, &waiver).await?;
    let (left, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    let detail = json!({ "gate": gate.word() });
    if guards::gates_pass(&left) {
        flow::go(&mut tx, &mut consent, Trigger::Waive, By::Caller(caller), detail).await?;
    } else {
        flow::save(&mut tx, &mut consent).await?;
        tx.journal(caller, subject(&consent), detail).await?;
    }
    if gate == Gate::Comprehension {
        episode::facts::finish_tasks(&mut tx, consent.facility_id, "consent.conversation", id.0).await?;
    }
    tx.commit_with(&consent).await?;
    Ok(consent)
}
