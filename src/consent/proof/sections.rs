//! The bodies of the fourteen sections (CE §7.1), CE-141-clean. All are always there; one that does not apply says why.

use serde_json::{Value, json};

use super::others::others;
use super::{Material, stamp};
use crate::consent::model::{Check, Conversation, Gate, Waiver};
use crate::people::model::SignerCheck;

/// All bodies, in order. The signature's own body was hashed when she signed and is taken from there.
pub fn sections(m: &Material) -> Vec<(&'static str, Value)> {
    vec![
        ("header", header(m)),
        ("subject", subject(m)),
        ("assessment", assessment(m)),
        ("presented", presented(m)),
        ("reading", reading(m)),
        ("comprehension", comprehension(m)),
        ("conversation", conversation(m)),
        ("identity", identity(m)),
        ("device", m.signature.act.device.clone()),
        ("signature", m.signature.act.section.body.clone()),
        ("others", others(m)),
        ("countersignature", countersignature(m)),
        ("data_consents", m.agreements.clone().into()),
        ("time", time(m)),
    ]
}

pub(super) fn absent(reason: &str) -> Value {
    json!({ "absent": true, "reason": reason })
}

fn header(m: &Material) -> Value {
    let consent = &m.consent;
    json!({
        "consent_id": consent.id.to_string(),
        "institution": m.inputs.hospital.name,
        "institution_id": consent.facility_id.to_string(),
        "template_id": consent.template_id,
        "basis": consent.basis,
        "signing": m.inputs.signing,
        "medium": "electronic",
        "form": consent.form,
        "technique_class": consent.technique_class,
        "locale": consent.locale.tag(),
        "procedure_class": consent.procedure_class,
        "created_at": stamp(consent.created_at),
        "issued_at": consent.issued_at.map(stamp),
        "released_by": m.released_by.to_string(),
        "capacity": m.inputs.capacity,
    })
}

/// Her record as it was shown to her: what it says at the countersignature is another matter.
fn subject(m: &Material) -> Value {
    json!({
        "name": m.inputs.patient.name,
        "sex": "female",
        "birth_date": m.subject.birth_date.map(|date| date.to_string()),
        "record_number": m.inputs.patient.record_number,
        "episode_id": m.consent.episode_id.to_string(),
        "id_type": m.subject.id_type.map(|kind| kind.word()),
        "id_keyed_digest": m.subject.id_digest,
        "id_last_four": m.subject.id_last_four,
    })
}

fn assessment(m: &Material) -> Value {
    assessed(&m.inputs.assessment, m.inputs.assessment_waived.as_deref())
}

/// Section 3: the assessment, with why what nobody could judge in it was waived, or why there is none.
pub(super) fn assessed(assessment: &Value, waived: Option<&str>) -> Value {
    if let Some(members) = assessment.as_object() {
        let mut members = members.clone();
        if let Some(reason) = waived {
            members.insert("waived".into(), reason.into());
        }
        return members.into();
    }
    match waived {
        Some(reason) => json!({ "absent": true, "reason": "waived", "note": reason }),
        None => absent("none"),
    }
}

fn presented(m: &Material) -> Value {
    json!({
        "document": m.presented,
        "sha256": m.presented_sha256,
        "renderer": m.inputs.renderer,
        "echoed_sha256": m.presented_sha256,
        "removed": m.inputs.removed,
        "characters": m.characters.iter().map(|picture| json!({
            "character": picture.character.to_string(),
            "description": picture.description,
            "sha256": picture.sha256,
            "recorded_by": picture.staff.to_string(),
            "recorded_at": stamp(picture.at),
        })).collect::<Vec<_>>(),
    })
}

fn reading(m: &Material) -> Value {
    json!({
        "client_reported": true,
        "batches": m.batches.iter().map(|batch| json!({
            "session": batch.session,
            "received_at": stamp(batch.at),
            "events": batch.events,
        })).collect::<Vec<_>>(),
        "sections": m.dwell,
        "waived": waived(&m.waivers, Gate::Reading),
    })
}

fn comprehension(m: &Material) -> Value {
    json!({
        "rounds": m.rounds.iter().map(|(round, grade)| json!({
            "round": round.round,
            "at": stamp(round.at),
            "passed": round.passed,
            "answers": grade.graded,
        })).collect::<Vec<_>>(),
        "waived": waived(&m.waivers, Gate::Comprehension),
        "lessons_waived": waived(&m.waivers, Gate::Lessons),
    })
}

fn waived(waivers: &[Waiver], gate: Gate) -> Vec<Value> {
    waivers
        .iter()
        .filter(|waiver| waiver.gate == gate)
        .map(|waiver| {
            json!({
                "by": waiver.staff.to_string(),
                "reason": waiver.reason,
                "teach_back": waiver.teach_back,
                "at": stamp(waiver.at),
            })
        })
        .collect()
}

fn conversation(m: &Material) -> Value {
    if m.conversations.is_empty() && m.questions.is_empty() {
        return absent("none_recorded");
    }
    json!({
        "talks": m.conversations.iter().map(talk).collect::<Vec<_>>(),
        "questions": m.questions.iter().map(|asked| json!({
            "question": asked.question,
            "voice": asked.voice,
            "heard": asked.heard,
            "asked_at": stamp(asked.asked_at),
            "answer": asked.answer,
            "closed": asked.closed,
            "answered_by": asked.answered_by.map(|id| id.to_string()),
            "answered_at": asked.answered_at.map(stamp),
        })).collect::<Vec<_>>(),
    })
}

fn talk(talk: &Conversation) -> Value {
    json!({
        "by": talk.staff.to_string(),
        "channel": talk.channel.word(),
        "minutes": talk.minutes,
        "held_at": stamp(talk.held_at),
        "topics": talk.body.topics,
        "note": talk.body.note,
        "interpreter": talk.body.interpreter,
    })
}

/// Her checks, her tries that failed, and the checks of whoever signs beside her or for her (CE-100).
fn identity(m: &Material) -> Value {
    let of = |check: &SignerCheck| {
        json!({
            "method": "in_person",
            "level": 2,
            "result": "confirmed",
            "of": check.person,
            "staff": check.staff.to_string(),
            "at": stamp(check.at),
        })
    };
    let hers = m.checks.iter().map(|one| check(one, "confirmed"));
    let failed = m.failed_checks.iter().map(|one| check(one, "refused"));
    hers.chain(failed).chain(m.signer_checks.iter().map(of)).collect()
}

/// One check of identity.
fn check(check: &Check, result: &str) -> Value {
    json!({
        "method": check.method,
        "level": check.level,
        "result": result,
        "staff": check.staff.map(|id| id.to_string()),
        "provider": check.provider,
        "reference": check.reference,
        "at": stamp(check.at),
        "expires_at": check.expires_at.map(stamp),
    })
}

fn countersignature(m: &Material) -> Value {
    let counter = &m.counter;
    json!({
        "staff": counter.staff.to_string(),
        "name": counter.name,
        "license": counter.license,
        "statements": counter.statements,
        "step_up_session": counter.session.to_string(),
        "second_factor": counter.second_factor,
        "drawn": counter.ink.is_some(),
        "strokes_sha256": counter.drawn.get("strokes_sha256"),
        "image_sha256": counter.drawn.get("image_sha256"),
        "level": "e1",
        "at": stamp(counter.at),
    })
}

fn time(m: &Material) -> Value {
    json!({
        "signed_at": stamp(m.consent.signed_at.unwrap_or(m.signature.act.at)),
        "countersigned_at": stamp(m.counter.at),
        "source": "server_clock",
        "clock": "unverified",
        "timestamp": "none",
    })
}
