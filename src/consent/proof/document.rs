//! The data of the signed document: what was shown, what was signed, and one page of evidence.

use serde_json::{Map, Value, json};

use super::{Material, others};
use crate::base::Locale;
use crate::consent::model::{Asked, Gate, VoiceNote, Waiver};
use crate::consent::wording::choose;
use crate::evidence::document::shown_time;

/// What the page of evidence says beside the evidence itself.
pub struct Page<'a> {
    /// The version of what prints it.
    pub renderer: &'a str,
    /// The evidence root, lower-case hex.
    pub root: &'a str,
    /// The verification code in groups.
    pub code: &'a str,
    /// The seal is a test authority's.
    pub test: bool,
}

/// `/data.json` of the layout.
pub fn data(m: &Material, page: &Page<'_>) -> Value {
    let mut signatures = others::signatures(m);
    signatures.push(anesthesiologist(m));
    json!({
        "presented": m.presented,
        "signed": {
            "decision": "agree",
            "decided_at": shown_time(m.consent.signed_at.unwrap_or(m.signature.act.at)),
            "statements": m.signature.act.section.body.get("statements"),
            "costs": [],
            "questions": questions(m),
            "signatures": signatures,
        },
        "evidence": evidence(m, page),
    })
}

fn questions(m: &Material) -> Vec<Value> {
    let name = |id| m.names.get(&id).cloned().unwrap_or_default();
    m.questions
        .iter()
        .map(|asked| {
            json!({
                "question": asked.heard.as_ref().unwrap_or(&asked.question),
                "voice": asked.voice.as_ref().map(|note| spoken(m.consent.locale, note)),
                "asked_at": shown_time(asked.asked_at),
                "answer": reply(m.consent.locale, asked),
                "answered_by": asked.answered_by.map(name).unwrap_or_default(),
                "answered_at": asked.answered_at.map(shown_time).unwrap_or_default(),
            })
        })
        .collect()
}

/// That she spoke, for how long, and the digest of what she said.
fn spoken(locale: Locale, note: &VoiceNote) -> Value {
    let seconds = (note.duration_ms + 500) / 1000;
    let told = match locale {
        Locale::ZhCn => format!("语音提问（{seconds}秒），文字由医生听后记录。录音SHA-256："),
        Locale::En => {
            format!("Asked aloud ({seconds} s) and written down by the doctor. SHA-256 of the recording:")
        }
    };
    json!({ "told": told, "sha256": note.sha256 })
}

/// What stands as the answer; of a question that was closed, that it was and why.
fn reply(locale: Locale, asked: &Asked) -> String {
    match (&asked.answer, &asked.closed) {
        (Some(answer), _) => answer.clone(),
        (None, Some(reason)) => format!(
            "{}{reason}",
            choose(
                locale,
                "未作答，由医生关闭：",
                "Closed by the doctor without an answer: "
            )
        ),
        (None, None) => String::new(),
    }
}

fn anesthesiologist(m: &Material) -> Value {
    let mut act = json!({
        "role": "anesthesiologist",
        "name": m.counter.name,
        "license": m.counter.license,
        "at": shown_time(m.counter.at),
        "statements": m.counter.statements,
    });
    if let (Some(_), Some(members)) = (&m.counter.ink, act.as_object_mut()) {
        members.insert("image".into(), "/sig-clinician.svg".into());
    }
    act
}

fn evidence(m: &Material, of: &Page<'_>) -> Value {
    let mut page = json!({
        "presented_sha256": m.presented_sha256,
        "root": of.root,
        "renderer": of.renderer,
        "verification_code": of.code,
        "identity": m.checks.iter().map(|check| json!({
            "method": check.method,
            "level": check.level,
            "at": shown_time(check.at),
        })).collect::<Vec<_>>(),
        "reading": reading(m),
        "comprehension": comprehension(m),
        "clock": "unverified",
        // Who is asked about the time sees the sealed file first.
        "timestamp": "pending",
        "level": "e1",
        "second_factor": m.counter.second_factor,
        "seal": "applied",
        "authority": if of.test { "test" } else { "production" },
    });
    if let (Some(talk), Some(members)) = (m.conversations.last(), page.as_object_mut()) {
        let told = json!({
            "name": m.names.get(&talk.staff).cloned().unwrap_or_default(),
            "channel": talk.channel.word(),
            "at": shown_time(talk.held_at),
            "minutes": talk.minutes,
        });
        members.insert("conversation".into(), told);
    }
    page
}

fn reading(m: &Material) -> Value {
    let read = m.dwell.iter().filter(|section| section.read).count();
    let seconds: i64 = m.dwell.iter().map(|section| section.dwell_ms).sum::<i64>() / 1000;
    let outcome = json!({ "read": read, "total": m.dwell.len(), "seconds": seconds });
    with_waiver(outcome, &m.waivers, Gate::Reading)
}

fn comprehension(m: &Material) -> Value {
    let last = m.rounds.last().map(|(round, _)| round);
    let outcome = json!({
        "asked": last.map_or(0, |round| round.asked),
        "correct": last.map_or(0, |round| round.correct),
        "critical": last.map_or(0, |round| round.critical),
        "critical_correct": last.map_or(0, |round| round.critical_correct),
        "rounds": m.rounds.len(),
    });
    with_waiver(outcome, &m.waivers, Gate::Comprehension)
}

fn with_waiver(outcome: Value, waivers: &[Waiver], gate: Gate) -> Value {
    let mut members: Map<String, Value> = outcome.as_object().cloned().unwrap_or_default();
    if let Some(waiver) = waivers.iter().find(|waiver| waiver.gate == gate) {
        members.insert("waived".into(), waiver.reason.clone().into());
    }
    members.into()
}
