//! Her family beside her decision: an acknowledgement that replaces nothing, and the agent whom she authorizes.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tracing::instrument;

use super::prepare::task;
use super::sign::{Drawn, device, drawn, keep};
use super::{locked, only_in, printable, subject};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{ConsentId, PatientId};
use crate::base::{Act, Code, Noun, Subject};
use crate::consent::flow;
use crate::consent::model::{ActKind, Authority, AuthorityBody, Consent, Power, State};
use crate::consent::{proof, rules, store};
use crate::ctx::{Ctx, Records};
use crate::evidence::ink;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::{episode, people};

/// From the release to the countersignature, after which the document is made.
const OPEN: [State; 4] = [State::Issued, State::Reading, State::Ready, State::PatientSigned];

/// The longest that an authority may run: a pregnancy and the weeks after birth.
const LONGEST_AUTHORITY_DAYS: i64 = 400;

/// What a relative says beside her decision.
#[derive(Clone, Debug)]
pub struct Acknowledgement {
    /// Name.
    pub name: String,
    /// Relation to her.
    pub relation: String,
    /// The relative objects; it is recorded, a talk is offered, and nothing is blocked.
    pub objects: bool,
    /// What was drawn.
    pub ink: Drawn,
    /// What the client says of the device.
    pub device: Value,
}

/// A relative takes note of the consent. It can neither replace her signature nor overrule her (CE-064).
///
/// Errors: `consent.illegal_transition`, `consent.acknowledgement_off`, `consent.already_signed`,
/// `consent.strokes_replayed`, `http.invalid`.
#[instrument(name = "consent.acknowledge", skip_all)]
pub async fn acknowledge(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    said: Acknowledgement,
) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentAcknowledge)?;
    let account = caller.account()?;
    let mut faults = Faults::default();
    let name = faults.text(&said.name, "/name", 1, 40);
    let relation = faults.text(&said.relation, "/relation", 1, 20);
    if let Err(refusal) = ink::check(&said.ink.0, &said.ink.1) {
        faults.push(Fault::field("/strokes", "ink").with(json!({ "reason": refusal.code() })));
    }
    faults.done()?;
    let texts = vec![
        ("/name".to_owned(), name.clone()),
        ("/relation".to_owned(), relation.clone()),
    ];
    printable(ctx, caller.place()?, texts).await?;
    let mut tx = once!(ctx, Act::ConsentAcknowledge, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentAcknowledge, id).await?;
    only_in(&consent, &OPEN)?;
    if !acknowledgement_allowed(&mut tx, &consent).await? {
        return Err(Error::Refused(Code::ConsentAcknowledgementOff));
    }
    let standing = store::signatures(&mut tx, consent.facility_id, id).await?;
    if standing.iter().any(|act| act.kind == ActKind::Acknowledgement) {
        return Err(Error::Refused(Code::ConsentAlreadySigned));
    }
    let mut body = json!({
        "signer": { "kind": "relative", "name": name, "relation": relation, "account": account.to_string() },
        "decision": "takes_note",
        "objects": said.objects,
        "session": caller.session.to_string(),
        "at": proof::stamp(tx.now),
    });
    if let (Some(members), Value::Object(ink)) = (body.as_object_mut(), drawn(Some(&said.ink))?) {
        members.extend(ink);
    }
    let device = device(&mut tx, caller, said.device).await?;
    let of = (ActKind::Acknowledgement, account.0);
    let digest = keep(&mut tx, &consent, of, proof::salt(body), &device, Some(said.ink)).await?;
    flow::save(&mut tx, &mut consent).await?;
    if said.objects {
        let due = tx.now + rules::ANSWER;
        episode::facts::add_task(&mut tx, &task(&consent, "consent.conversation", due)).await?;
    }
    let detail = json!({
        "signature_sha256": hex::encode(digest),
        "objects": said.objects,
        "revision": consent.revision,
    });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// Whether a relative may acknowledge: the hospital's setting, and then her own word.
pub(super) async fn acknowledgement_allowed(r: &mut impl Records, consent: &Consent) -> Result<bool> {
    let facility = people::facts::facility(r, consent.facility_id).await?;
    let hers = store::acknowledgement_allowed(r, consent.facility_id, consent.id).await?;
    Ok(facility.settings.relative_acknowledgement && hers.unwrap_or(true))
}

/// She says whether a relative may acknowledge beside her.
///
/// Errors: `consent.illegal_transition` once it is countersigned.
#[instrument(name = "consent.allow_acknowledgement", skip_all)]
pub async fn allow_acknowledgement(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    allowed: bool,
) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentAllowAcknowledgement)?;
    let mut tx = ctx.write(Act::ConsentAllowAcknowledgement).await?;
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentAllowAcknowledgement, id).await?;
    only_in(&consent, &OPEN)?;
    store::allow_acknowledgement(&mut tx, &consent, allowed).await?;
    flow::save(&mut tx, &mut consent).await?;
    let detail = json!({ "allowed": allowed, "revision": consent.revision });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit().await?;
    Ok(consent)
}

/// A written authority as staff read it.
#[derive(Clone, Debug)]
pub struct NewAuthority {
    /// Who the agent is, and where it is written.
    pub body: AuthorityBody,
    /// The procedure class that it is about.
    pub matter: String,
    /// What the agent may do.
    pub scope: Vec<Power>,
    /// Since when; now if absent.
    pub begins_at: Option<DateTime<Utc>>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// It carries her signature.
    pub patient_signed: bool,
}

/// Staff record the written authority of an agent (CE-063).
///
/// Errors: `http.invalid`.
#[instrument(name = "consent.authorize", skip_all)]
pub async fn authorize(
    ctx: &Ctx,
    caller: &Caller,
    patient: PatientId,
    new: NewAuthority,
) -> Result<Authority> {
    policy::allowed(caller, Act::ConsentAuthorize)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::ConsentAuthorize, caller);
    let known = people::facts::patient(&mut tx, staff.facility, patient)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let belongs = Belongs {
        facility: known.facility_id,
        account: known.account_id,
    };
    policy::may(caller, Act::ConsentAuthorize, Noun::Patient, belongs)?;
    let begins_at = new.begins_at.unwrap_or(tx.now);
    let mut faults = Faults::default();
    let body = AuthorityBody {
        agent: faults.text(&new.body.agent, "/agent/name", 1, 40),
        relation: faults.text(&new.body.relation, "/agent/relation", 1, 20),
        agent_document_ref: faults.text(&new.body.agent_document_ref, "/agent/document_ref", 1, 60),
        document_ref: faults.text(&new.body.document_ref, "/document_ref", 1, 60),
    };
    let mut covered = ctx.content.consents.all().iter();
    let known_matter = covered
        .any(|one| one.document.get("procedure_class").and_then(Value::as_str) == Some(new.matter.as_str()));
    faults.check(known_matter, "/matter", "unknown");
    faults.check(!new.scope.is_empty(), "/scope", "required");
    faults.check(new.patient_signed, "/patient_signed", "affirm");
    let days = (new.ends_at - begins_at).num_days();
    faults.check(
        begins_at < new.ends_at && days <= LONGEST_AUTHORITY_DAYS,
        "/ends_at",
        "period_authority",
    );
    faults.check(new.ends_at > tx.now, "/ends_at", "expired");
    faults.done()?;
    let authority = Authority {
        id: tx.id(),
        matter: new.matter,
        scope: new.scope,
        begins_at,
        ends_at: new.ends_at,
        body,
    };
    store::add_authority(&mut tx, staff.facility, patient, staff.id, &authority).await?;
    let detail = json!({
        "authority": authority.id.to_string(),
        "matter": authority.matter,
        "scope": authority.scope,
        "ends_at": proof::stamp(authority.ends_at),
    });
    tx.journal(caller, Subject::of_patient("patient", patient, patient), detail)
        .await?;
    tx.commit_with(&authority).await?;
    Ok(authority)
}
