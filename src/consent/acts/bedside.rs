//! The confirmation at the bedside, at most a day before the procedure (CE-201), and that it could not be confirmed there.

use serde::Serialize;
use serde_json::{Value, json};
use tracing::instrument;

use super::release::{asked_form, sentence};
use super::signers::ground;
use super::{known, locked, of_standing, subject};
use crate::assessment;
use crate::assessment::facts::Standing;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, StaffId};
use crate::base::{Act, Code};
use crate::consent::model::{Consent, SigningPlan, State, YesHow};
use crate::consent::rules::bedside::{self as rule, Said};
use crate::consent::rules::{ladder, triggers};
use crate::consent::{flow, integrity, proof, renew, store, watch, wording};
use crate::ctx::{Ctx, Records};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// What the anesthesiologist sees at the bedside.
#[derive(Clone, Debug)]
pub struct Bedside {
    /// Two different identifiers.
    pub identifiers: Vec<String>,
    /// How she said her own yes; none of a woman who can't decide.
    pub yes: Option<YesHow>,
    /// The word of whoever signed for a woman who can't decide.
    pub proxy: Option<ProxyWord>,
    /// Why it can't be confirmed now; what was seen is kept as it is.
    pub unable: Option<String>,
    /// She still agrees.
    pub still_agrees: bool,
    /// Something has changed since she signed.
    pub anything_changed: bool,
    /// What has changed, in words.
    pub changed: Option<String>,
    /// Her last questions are answered.
    pub questions_answered: bool,
    /// Rules of risks that are new since the release and explained now.
    pub risks_confirmed: Vec<String>,
    /// Her capacity in labor (CE-061).
    pub capacity: BedsideCapacity,
}

/// The word of whoever signed for a woman who can't decide.
#[derive(Clone, Debug, Serialize)]
pub struct ProxyWord {
    /// Who.
    pub name: String,
    /// This person still agrees.
    pub still_agrees: bool,
}

/// Her capacity in labor; pain or an opioid alone does not remove it.
#[derive(Clone, Debug, Serialize)]
pub struct BedsideCapacity {
    /// Oriented.
    pub orientation: bool,
    /// She said it in her own words.
    pub teach_back: bool,
    /// Pain, 0–10.
    pub pain_score: i64,
    /// An opioid within the last four hours.
    pub opioid_4h: bool,
    /// Drugs of the last four hours, in words.
    pub drugs_4h: Vec<String>,
}

/// An anesthesiologist confirms the consent at the bedside, or records why that can't be: then it stays unconfirmed.
///
/// Errors: `consent.illegal_transition` unless active, `consent.validity_over`, `consent.signer_changed`,
/// `consent.not_suitable`, `consent.new_required`, `consent.risks_unconfirmed`, `consent.integrity_failed`, `http.invalid`
/// with `unknown` for a risk that is not new.
#[instrument(name = "consent.bedside", skip_all)]
pub async fn bedside(ctx: &Ctx, caller: &Caller, id: ConsentId, bedside: Bedside) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentBedside)?;
    let staff = caller.staff()?;
    let bedside = checked(bedside)?;
    let unfit = unfit(ctx, caller, id).await?;
    let mut tx = once!(ctx, Act::ConsentBedside, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentBedside, id).await?;
    let now = tx.now;
    rule::is_in_force(&consent, now)?;
    if !unfit.is_empty() {
        // Committed all the same: the incident is no part of the confirmation.
        if watch::broken(&mut tx, &consent, &unfit).await? {
            tx.commit_refused().await?;
        }
        return Err(Error::Refused(Code::ConsentIntegrityFailed));
    }
    let standing = assessment::facts::standing(&mut tx, ctx, consent.facility_id, consent.episode_id).await?;
    let assessed = standing.as_ref().map(of_standing);
    let ground = ground(&mut tx, &consent, assessed.as_ref(), now).await?;
    let shown = renew::shown(&mut tx, &consent).await?;
    let able = ground.situation.able;
    let signed_by = signed_by(&mut tx, &consent, &ground.plan).await?;
    let mut faults = Faults::default();
    if bedside.unable.is_none() {
        let confirmed = &bedside.risks_confirmed;
        rule::may_confirm(&consent, &ground, &shown, assessed.as_ref(), confirmed, now)?;
        for (pointer, code) in rule::unsaid(bedside.said(), able, signed_by.as_deref()) {
            faults.check(false, pointer, code);
        }
    }
    let new = triggers::gained(&shown, assessed.as_ref()).bedside;
    for (at, rule) in bedside.risks_confirmed.iter().enumerate() {
        faults.check(new.contains(rule), &format!("/risks_confirmed/{at}"), "unknown");
    }
    faults.done()?;
    let told = told(ctx, &consent, standing.as_ref(), &bedside.risks_confirmed);
    let body = proof::salt(bedside.body(staff.id, able, &told));
    let digest = proof::digest("bedside", &body)?;
    flow::save(&mut tx, &mut consent).await?;
    if bedside.unable.is_some() {
        store::add_unconfirmed(&mut tx, &consent, staff.id, &body).await?;
    } else {
        let added = store::add_bedside(&mut tx, &consent, staff.id, &body).await?;
        flow::record_bedside(&mut tx, added, &consent).await?;
    }
    // It is in the log from this moment on, as a signature is (CE-175).
    let detail = json!({
        "confirmed": bedside.unable.is_none(),
        "bedside_sha256": hex::encode(digest),
        "anything_changed": bedside.anything_changed,
        "risks_confirmed": told.len(),
        "revision": consent.revision,
        "second_factor": caller.had_second_factor(),
    });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// What is kept and is not what was signed. Looked at before the transaction, because documents are opened and hashed for
/// it, and of a consent in force only.
async fn unfit(ctx: &Ctx, caller: &Caller, id: ConsentId) -> Result<Vec<&'static str>> {
    let mut view = ctx.view();
    let consent = known(&mut view, caller, Act::ConsentBedside, id).await?;
    match consent.state {
        State::Active => integrity::faults(&mut view, ctx, &consent).await,
        _ => Ok(Vec::new()),
    }
}

/// The name of whoever signed for her.
async fn signed_by(r: &mut impl Records, consent: &Consent, plan: &SigningPlan) -> Result<Option<String>> {
    let decisive = ladder::wanted(plan).first().map(|kind| kind.act());
    let acts = store::signatures(r, consent.facility_id, consent.id).await?;
    let act = acts.iter().find(|act| Some(act.kind) == decisive);
    Ok(act.and_then(|act| act.signer("name")).map(str::to_owned))
}

/// The new risks as they are told now: the sentence, and the answer that caused it.
fn told(ctx: &Ctx, consent: &Consent, standing: Option<&Standing>, confirmed: &[String]) -> Vec<Value> {
    let form = standing.and_then(|standing| asked_form(ctx, standing));
    let fired = standing.into_iter().flat_map(|standing| &standing.fired);
    fired
        .filter(|fired| confirmed.contains(&fired.rule))
        .map(|fired| {
            json!({
                "rule": fired.rule,
                "level": fired.level,
                "text": sentence(consent.locale, fired),
                "because": wording::because(form, consent.locale, &fired.decided_by, &fired.missing),
            })
        })
        .collect()
}

impl Bedside {
    fn said(&self) -> Said<'_> {
        Said {
            yes: self.yes.is_some(),
            still_agrees: self.still_agrees,
            answered: self.questions_answered,
            orientation: self.capacity.orientation,
            teach_back: self.capacity.teach_back,
            proxy: self
                .proxy
                .as_ref()
                .map(|word| (word.name.as_str(), word.still_agrees)),
        }
    }

    /// What is kept; `by` heard her.
    fn body(&self, by: StaffId, able: bool, told: &[Value]) -> Value {
        json!({
            "identifiers": self.identifiers,
            "able": able,
            "yes": self.yes.map(|how| json!({ "how": how, "heard_by": by.to_string() })),
            "proxy": self.proxy,
            "unable": self.unable,
            "still_agrees": self.still_agrees,
            "anything_changed": self.anything_changed,
            "changed": self.changed,
            "questions_answered": self.questions_answered,
            "risks_confirmed": told,
            "capacity": self.capacity,
        })
    }
}

fn checked(mut bedside: Bedside) -> Result<Bedside> {
    const KINDS: [&str; 6] = [
        "name",
        "birth_date",
        "id_document",
        "record_number",
        "wristband",
        "phone",
    ];
    let named = bedside.identifiers.clone();
    let distinct = named.len() == 2 && named.first() != named.last();
    let mut faults = Faults::default();
    let known = named.iter().all(|one| KINDS.contains(&one.as_str()));
    faults.check(distinct && known, "/identifiers", "format");
    bedside.unable = bedside.unable.map(|text| faults.text(&text, "/unable", 1, 500));
    if let Some(word) = &mut bedside.proxy {
        word.name = faults.text(&word.name, "/proxy/name", 1, 40);
    }
    faults.number(bedside.capacity.pain_score, "/capacity/pain_score", 0, 10);
    faults.check(bedside.risks_confirmed.len() <= 50, "/risks_confirmed", "length");
    faults.check(
        !bedside.anything_changed || bedside.changed.is_some(),
        "/changed",
        "required",
    );
    bedside.changed = bedside.changed.map(|text| faults.text(&text, "/changed", 1, 500));
    faults.check(
        bedside.capacity.drugs_4h.len() <= 20,
        "/capacity/drugs_4h",
        "length",
    );
    for (at, drug) in bedside.capacity.drugs_4h.iter_mut().enumerate() {
        *drug = faults.text(drug, &format!("/capacity/drugs_4h/{at}"), 1, 60);
    }
    faults.done()?;
    Ok(bedside)
}
