//! The act of signing, by her, and by whoever signs beside her or for her.

use chrono::Duration;
use serde_json::{Value, json};
use tracing::instrument;

use super::prepare::task;
use super::signers::{checked, ground, named, same_woman};
use super::vouched::{judged, witness};
use super::{
    advance, assessed, checks, guardian_agreed, locked, missing, sealable, statements, subject, template,
};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code};
use crate::consent::flow::{self, By};
use crate::consent::model::{
    ActKind, Consent, Missing, Salted, Signature, SignedAct, SignerKind, SigningPlan,
};
use crate::consent::proof;
use crate::consent::renew;
use crate::consent::rules::guards::{self, Assessed, Signing};
use crate::consent::rules::ladder::{self, Ground};
use crate::consent::rules::states::Trigger;
use crate::consent::{rules, store};
use crate::ctx::{Ctx, Tx};
use crate::evidence::ink::{self, Canvas, Strokes};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::OtherPerson;
use crate::people::policy;
use crate::{episode, people};

pub use super::vouched::Word;

/// What is sent when somebody signs.
#[derive(Clone, Debug)]
pub struct Mark {
    /// SHA-256 of the bytes that were seen, lower-case hex.
    pub presented_sha256: String,
    /// Statements that were affirmed.
    pub statements: Vec<String>,
    /// What was drawn, and where; absent when she said it before a witness.
    pub ink: Option<Drawn>,
    /// Her own words by hand (CE-122).
    pub handwritten: Option<Drawn>,
    /// Who signs.
    pub signer: Signatory,
    /// Who saw that she decided without writing.
    pub witness: Option<Word>,
    /// Why an anesthesiologist takes strokes that are hardly a signature (CE-121).
    pub accepted: Option<Word>,
    /// What the client says of the device (CE-110).
    pub device: Value,
}

/// What was drawn, and where.
pub type Drawn = (Strokes, Canvas);

/// Who signs.
#[derive(Clone, Debug)]
pub struct Signatory {
    /// As what.
    pub kind: SignerKind,
    /// Name, of whoever is not she.
    pub name: Option<String>,
    /// Relation to her.
    pub relation: Option<String>,
    /// What proves it.
    pub document_ref: Option<String>,
}

/// Somebody signs; when all have whose acts the signature consists of, it is signed (T06).
///
/// Errors: `consent.illegal_transition`, `consent.signer_changed`, `consent.signer_not_accepted`,
/// `consent.already_signed`, `consent.deadline_passed`, `consent.content_mismatch`, `people.agreement_missing`,
/// `consent.statement_missing`, `consent.interpreter_missing`, `consent.identity_level`, `consent.identity_fresh`,
/// `consent.signer_unchecked`, `consent.authority_missing`, `consent.assessment_undecided`, `consent.not_suitable`,
/// `consent.witness_involved`, `people.second_person_required`, `consent.strokes_replayed`, `http.invalid`.
#[instrument(name = "consent.sign", skip_all)]
pub async fn sign(ctx: &Ctx, caller: &Caller, id: ConsentId, mark: Mark) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentSign)?;
    let account = caller.account()?;
    let (mark, person) = readable(mark)?;
    sealable(ctx, caller.place()?, texts(&mark, person.as_ref())).await?;
    let mut tx = once!(ctx, Act::ConsentSign, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentSign, id).await?;
    caller.request.must_match(consent.revision)?;
    let now = tx.now;
    let (mut missing, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    advance(&mut tx, &mut consent, &missing).await?;
    rules::next(consent.state, Trigger::Sign)?;
    let assessed = assessed(&mut tx, ctx, &consent).await?;
    same_woman(&mut tx, &consent).await?;
    let Ground { plan, situation, .. } = ground(&mut tx, &consent, assessed.as_ref(), now).await?;
    let standing: Vec<Signature> = store::signatures(&mut tx, consent.facility_id, id).await?;
    let kind = mark.signer.kind;
    let mut kinds: Vec<ActKind> = standing.iter().map(|one| one.kind).collect();
    ladder::may_sign_as(&plan, situation, kind, &kinds)?;
    let signer = match &person {
        Some(person) => {
            let agreed = guardian_agreed(&mut tx, ctx, &consent).await?;
            let check = checked(&mut tx, &consent, &plan, person).await?;
            // Staff saw this person's document; hers is not what this act rests on.
            missing.identity_fresh = false;
            json!({
                "kind": kind,
                "name": person.name,
                "relation": person.relation,
                "document_ref": person.document_ref,
                "checked_by": check.staff.to_string(),
                "checked_at": proof::stamp(check.at),
                "data_agreement": agreed.map(|word| word.id.to_string()),
                "account": account.to_string(),
            })
        }
        None => json!({ "kind": kind, "account": account.to_string() }),
    };
    let allowed = allowed_to_sign(&mut tx, ctx, &consent, &mark, &missing, assessed.as_ref()).await;
    if let Err(Error::Refused(Code::ConsentContentMismatch)) = allowed {
        return mismatched(tx, caller, &consent).await;
    }
    allowed?;
    let witness = witness(&mut tx, &consent, &mark, &standing).await?;
    let accepted = judged(&mut tx, &consent, &mark).await?;
    let check = checks(&mut tx, &consent).await?.into_iter().next();
    let ink = drawn(mark.ink.as_ref())?;
    let section = proof::salt(json!({
        "signer": signer,
        "statements": mark.statements,
        "decision": "agree",
        "echoed_sha256": mark.presented_sha256,
        "strokes_sha256": ink.get("strokes_sha256"),
        "image_sha256": ink.get("image_sha256"),
        "canvas": ink.get("canvas"),
        "handwritten": drawn(mark.handwritten.as_ref())?,
        "ink_accepted": accepted.map(|word| json!({ "by": word.by.to_string(), "reason": word.reason })),
        "spoken": mark.ink.is_none(),
        "identity": check.map(|check| json!({ "method": check.method, "at": proof::stamp(check.at) })),
        "session": caller.session.to_string(),
        "at": proof::stamp(tx.now),
    }));
    let device = device(&mut tx, caller, mark.device.clone()).await?;
    let digest = keep(
        &mut tx,
        &consent,
        (kind.act(), account.0),
        section,
        &device,
        mark.ink,
    )
    .await?;
    if let Some(words) = mark.handwritten {
        let section = proof::salt(json!({ "act_sha256": hex::encode(digest) }));
        let of = (ActKind::Handwritten, account.0);
        keep(&mut tx, &consent, of, section, &device, Some(words)).await?;
    }
    if let Some(word) = witness {
        let section = proof::salt(json!({
            "witness": { "staff": word.by.to_string(), "role": word.role.word(), "reason": word.reason },
            "act_sha256": hex::encode(digest),
            "at": proof::stamp(tx.now),
        }));
        keep(
            &mut tx,
            &consent,
            (ActKind::Witness, word.by.0),
            section,
            &device,
            None,
        )
        .await?;
    }
    kinds.push(kind.act());
    finish(&mut tx, caller, &mut consent, &plan, &kinds, (kind, digest)).await?;
    consent.receipt = Some(tx.receipt(consent.facility_id).await?);
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// Other bytes than hers were seen: refused, and in the log (CE-074). What the client sent stays out of it.
async fn mismatched(mut tx: Tx, caller: &Caller, consent: &Consent) -> Result<Consent> {
    let code = Code::ConsentContentMismatch;
    let detail = json!({ "refused": code.word(), "presented_sha256": consent.presented_sha256 });
    tx.journal(caller, subject(consent), detail).await?;
    tx.commit_refused().await?;
    Err(Error::Refused(code))
}

/// Moves on when nobody is left to sign; keeps the act either way.
async fn finish(
    tx: &mut Tx,
    caller: &Caller,
    consent: &mut Consent,
    plan: &SigningPlan,
    kinds: &[ActKind],
    (kind, digest): (SignerKind, [u8; 32]),
) -> Result<()> {
    // The act is in the log from this moment on, before anybody countersigns (CE-175).
    let mut detail = json!({ "signer": kind, "signature_sha256": hex::encode(digest) });
    let waiting = ladder::waiting(plan, kinds);
    if !waiting.is_empty() {
        flow::save(tx, consent).await?;
        if let Some(members) = detail.as_object_mut() {
            members.insert("waiting".into(), json!(waiting));
            members.insert("revision".into(), consent.revision.into());
        }
        return tx.journal(caller, subject(consent), detail).await;
    }
    let settings = people::facts::facility(tx, consent.facility_id).await?.settings;
    let due = tx.now + Duration::hours(settings.countersign_hours);
    consent.signed_at = Some(tx.now);
    consent.countersign_due_at = Some(due);
    consent.valid_until = Some(tx.now + Duration::days(settings.consent_validity_days));
    flow::go(tx, consent, Trigger::Sign, By::Caller(caller), detail).await?;
    episode::facts::add_task(tx, &task(consent, "consent.countersign", due)).await?;
    Ok(())
}

/// What can be said of a mark without the record.
fn readable(mark: Mark) -> Result<(Mark, Option<OtherPerson>)> {
    let mut faults = Faults::default();
    let signer = &mark.signer;
    let of = (
        signer.name.as_deref(),
        signer.relation.as_deref(),
        signer.document_ref.as_deref(),
    );
    let person = named(&mut faults, signer.kind, of);
    let hers = signer.kind == SignerKind::Patient;
    faults.check(hers || mark.witness.is_none(), "/witness", "unknown");
    faults.check(hers || mark.handwritten.is_none(), "/handwritten", "unknown");
    faults.check(
        mark.ink.is_some() || mark.witness.is_some(),
        "/strokes",
        "required",
    );
    if let Some((strokes, canvas)) = &mark.handwritten
        && let Err(refusal) = ink::check(strokes, canvas)
    {
        let reason = json!({ "reason": refusal.code() });
        faults.push(Fault::field("/handwritten/strokes", "ink").with(reason));
    }
    let mut reasoned = |word: Option<Word>, pointer: &str| {
        word.map(|word| Word {
            reason: faults.text(&word.reason, pointer, 1, 200),
            ..word
        })
    };
    let mark = Mark {
        witness: reasoned(mark.witness.clone(), "/witness/reason"),
        accepted: reasoned(mark.accepted.clone(), "/ink_accepted/reason"),
        ..mark
    };
    faults.done()?;
    Ok((mark, person))
}

/// Texts that stand on the document.
fn texts(mark: &Mark, person: Option<&OtherPerson>) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    if let Some(person) = person {
        texts.push(("/signer/name".into(), person.name.clone()));
        texts.push(("/signer/relation".into(), person.relation.clone()));
        texts.push(("/signer/document_ref".into(), person.document_ref.clone()));
    }
    if let Some(word) = &mark.witness {
        texts.push(("/witness/reason".into(), word.reason.clone()));
    }
    texts
}

/// The guard of T06, and that the statements are the template's.
async fn allowed_to_sign(
    tx: &mut Tx,
    ctx: &Ctx,
    consent: &Consent,
    mark: &Mark,
    missing: &Missing,
    assessed: Option<&Assessed>,
) -> Result<()> {
    let template = &*template(tx, ctx, consent).await?;
    let signing = Signing {
        missing,
        seen: &mark.presented_sha256,
        affirmed: &mark.statements,
        required: &statements(template, "statements", true),
        assessed,
        now: tx.now,
    };
    guards::may_sign(consent, &signing)?;
    guards::still_fits(&renew::shown(tx, consent).await?, assessed)?;
    let offered = statements(template, "statements", false);
    let mut faults = Faults::default();
    faults.check(
        mark.statements.iter().all(|one| offered.contains(one)),
        "/statements",
        "unknown",
    );
    faults.done()
}

/// Keeps an act; its digest.
///
/// Errors: `consent.strokes_replayed`.
pub(super) async fn keep(
    tx: &mut Tx,
    consent: &Consent,
    (kind, signer): (ActKind, uuid::Uuid),
    section: Salted,
    device: &Value,
    ink: Option<Drawn>,
) -> Result<[u8; 32]> {
    let digest = proof::digest("signature", &section)?;
    let (strokes, canvas) = ink.unzip();
    let act = SignedAct {
        section,
        device: device.clone(),
        canvas,
    };
    let new = store::NewSignature {
        kind,
        signer,
        strokes: strokes.as_ref(),
        act: &act,
        digest,
        at: tx.now,
    };
    match store::add_signature(tx, consent, new).await? {
        Some(_) => Ok(digest),
        None => Err(Error::Refused(Code::ConsentStrokesReplayed)),
    }
}

/// What a section says of something drawn; null where nothing was.
pub(super) fn drawn(drawn: Option<&Drawn>) -> Result<Value> {
    let Some((strokes, canvas)) = drawn else {
        return Ok(Value::Null);
    };
    Ok(json!({
        "strokes_sha256": strokes_digest(strokes)?,
        "image_sha256": hex::encode(sha256(ink::svg(strokes, canvas).as_bytes())),
        "canvas": canvas,
    }))
}

/// A digest of the strokes with a salt of its own, so that the section proves them without holding them.
fn strokes_digest(strokes: &Strokes) -> Result<Value> {
    let salt: [u8; 16] = rand::random();
    let bytes = [salt.as_slice(), &serde_json::to_vec(strokes)?].concat();
    Ok(json!({ "salt": hex::encode(salt), "sha256": hex::encode(sha256(&bytes)) }))
}

/// Section 9: what the server saw, what the client said, and whose device it is (CE-112).
pub(super) async fn device(tx: &mut Tx, caller: &Caller, reported: Value) -> Result<Value> {
    let device = people::facts::device(tx, caller.session).await?;
    Ok(json!({
        "address": caller.request.address,
        "proxies": caller.request.proxies,
        "user_agent": caller.request.user_agent,
        "session": caller.session.to_string(),
        "hospital_device": device.map(|device| json!({
            "asset": device.asset,
            "ward": device.ward,
            "assisting_staff": device.staff.to_string(),
        })),
        "reported": reported,
    }))
}
