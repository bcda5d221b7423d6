//! Section 11 and the blocks of the document: whoever signs beside her or for her, witness, interpreter.

use serde_json::{Value, json};

use super::sections::absent;
use super::{Material, Signed, digest, stamp};
use crate::consent::model::ActKind;
use crate::consent::wording::choose;
use crate::evidence::document::shown_time;

/// The body of section 11.
pub fn others(m: &Material) -> Value {
    let mut blocks: Vec<Value> = m.others.iter().map(block).collect();
    for talk in &m.conversations {
        if let Some(interpreter) = &talk.body.interpreter {
            blocks.push(json!({
                "role": "interpreter",
                "name": interpreter.name,
                "language": interpreter.language,
                "kind": interpreter.kind.word(),
                "held_at": stamp(talk.held_at),
            }));
        }
    }
    if blocks.is_empty() {
        return absent("signed_by_herself");
    }
    blocks.into()
}

/// An act as it was hashed when it was made: its salt and body give the digest that the log has held since then.
fn block(signed: &Signed) -> Value {
    let act = &signed.act;
    json!({
        "role": act.kind.word(),
        "act": act.section.body,
        "salt": act.section.salt,
        "act_sha256": digest("signature", &act.section).ok().map(hex::encode),
        "device": act.device,
        "at": stamp(act.at),
    })
}

/// The signature blocks of the document, the decisive one first; the anesthesiologist's is not among them.
pub fn signatures(m: &Material) -> Vec<Value> {
    let mut all = vec![decisive(m)];
    all.extend(m.others.iter().filter_map(|signed| beside(m, signed)));
    let (locale, mut interpreters) = (m.consent.locale, Vec::new());
    for talk in &m.conversations {
        let Some(one) = &talk.body.interpreter else {
            continue;
        };
        if !interpreters.contains(&one) {
            interpreters.push(one);
            all.push(json!({
                "role": "interpreter",
                "name": one.name,
                "language": one.language,
                "reason": choose(locale, "谈话翻译", "Interpreted the talk"),
                "at": shown_time(talk.held_at),
            }));
        }
    }
    all
}

fn decisive(m: &Material) -> Value {
    let signed = &m.signature;
    let mut shown = act(signed, m.inputs.patient.name.as_str());
    let Some(members) = shown.as_object_mut() else {
        return shown;
    };
    if signed.act.kind != ActKind::Patient
        && let Some(reason) = &m.inputs.signing.reason
    {
        members.insert("reason".into(), reason.clone().into());
    }
    if signed.strokes.is_none() {
        let spoken = choose(
            m.consent.locale,
            "口头决定，有见证人",
            "Said aloud before a witness",
        );
        members.insert("reason".into(), spoken.into());
    }
    let words = m.others.iter().find(|one| one.act.kind == ActKind::Handwritten);
    if let Some(path) = words.and_then(Signed::path) {
        members.insert("words".into(), path.into());
    }
    shown
}

fn beside(m: &Material, signed: &Signed) -> Option<Value> {
    let locale = m.consent.locale;
    match signed.act.kind {
        ActKind::Handwritten | ActKind::Clinician => None,
        ActKind::Witness => {
            let body = &signed.act.section.body;
            let name = signed.witness().and_then(|id| m.names.get(&id).cloned());
            Some(json!({
                "role": "witness",
                "name": name.unwrap_or_default(),
                "reason": body.pointer("/witness/reason"),
                "at": shown_time(signed.act.at),
            }))
        }
        ActKind::Acknowledgement => {
            let mut shown = act(signed, "");
            let objects = signed.act.section.body.get("objects") == Some(&Value::Bool(true));
            let says = if objects {
                choose(
                    locale,
                    "知悉并有不同意见；决定由患者本人作出",
                    "Takes note and objects; the decision is hers",
                )
            } else {
                choose(
                    locale,
                    "仅表示知悉；决定由患者本人作出",
                    "Takes note only; the decision is hers",
                )
            };
            let members = shown.as_object_mut()?;
            members.insert("role".into(), "relative".into());
            members.insert("reason".into(), says.into());
            Some(shown)
        }
        ActKind::Patient | ActKind::Guardian | ActKind::Agent | ActKind::Relative => {
            Some(act(signed, m.inputs.patient.name.as_str()))
        }
    }
}

/// One block; `her_name` where the act names nobody else.
fn act(signed: &Signed, her_name: &str) -> Value {
    let act = &signed.act;
    let mut shown = json!({
        "role": act.kind.word(),
        "name": act.signer("name").unwrap_or(her_name),
        "at": shown_time(act.at),
    });
    if let Some(members) = shown.as_object_mut() {
        for member in ["relation", "document_ref"] {
            if let Some(text) = act.signer(member) {
                members.insert(member.into(), text.into());
            }
        }
        if let Some(path) = signed.path() {
            members.insert("image".into(), path.into());
        }
    }
    shown
}
