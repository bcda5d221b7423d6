//! What is due: deadlines and validity that are over (T13, T14), documents of refusals, withdrawals and bedside
//! confirmations, changes of templates. What is looked at afterwards: `watch`.

use serde_json::{Value, json};

use super::flow::{self, By, Changed, OfConsent};
use super::model::{CharacterPicture, Sealable, State};
use super::proof::bedside::{self, Seen};
use super::proof::decision::{self, Told};
use super::rules::states::Trigger;
use super::rules::triggers::Change;
use super::sealing::{attest, revocation};
use super::{change, characters, renew, sealing, store, templates, watch};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, StaffId};
use crate::base::{Act, Noun, Subject};
use crate::content::messages;
use crate::ctx::{Ctx, Records};
use crate::evidence::document::Inputs;
use crate::outbox::Job;
use crate::sms::{self, Text};
use crate::{episode, people};

/// Does a job of this slice; false when it is another's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    match job.kind.as_str() {
        "consent.expire" => expire(ctx, job).await.map(|()| true),
        "consent.record" => record(ctx, job).await.map(|()| true),
        "consent.send_code" => send_code(ctx, job).await.map(|()| true),
        "consent.template_effective" => change::effective(ctx, job).await.map(|()| true),
        "consent.template_reworded" => change::consents(ctx, job).await.map(|()| true),
        "consent.record_bedside" => record_bedside(ctx, job).await.map(|()| true),
        "consent.reassessed" => watch::reassessed(ctx, job).await.map(|()| true),
        "consent.unheard" => watch::unheard(ctx, job).await.map(|()| true),
        "consent.of_age" => watch::of_age(ctx, job).await.map(|()| true),
        "consent.integrity" => watch::kept(ctx, job).await.map(|()| true),
        "consent.seal" => sealing::seal_later(ctx, job).await.map(|()| true),
        "consent.seal_all" => sealing::seal_all(ctx, job).await.map(|()| true),
        "consent.timestamp" => attest::timestamp(ctx, job).await.map(|()| true),
        "consent.revocation" => revocation::ask(ctx, job).await.map(|()| true),
        "consent.preserve" => attest::preserve(ctx, job).await.map(|()| true),
        // For whoever outside listens to transitions; nobody is connected yet.
        "consent.changed" => job.payload::<Changed>().map(|_| true),
        _ => Ok(false),
    }
}

/// Sends a code to her phone. Idempotent: what was used, replaced or sent is not sent again.
async fn send_code(ctx: &Ctx, job: &Job) -> Result<()> {
    let flow::SendCode { code: id, locale } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a code without a hospital"))?;
    let (mut view, now) = (ctx.view(), ctx.clock.now());
    let (Some(gateway), Some((consent, code))) =
        (&ctx.sms, store::code_to_send(&mut view, facility, id, now).await?)
    else {
        return Ok(());
    };
    let Some(consent) = store::consent(&mut view, facility, consent).await? else {
        return Ok(());
    };
    let patient = people::facts::patient(&mut view, facility, consent.patient_id).await?;
    let Some(phone) = patient.and_then(|patient| patient.phone) else {
        return Ok(());
    };
    let text = messages::field(locale, "sms_code", Some(&json!({ "code": code })));
    let text = Text {
        phone: &phone,
        template: sms::Template::Code,
        params: json!({ "code": code }),
        words: &text,
    };
    match gateway.send(text).await {
        Ok(()) => {}
        // It may have been sent: once more, as she waits for it, and never a third time.
        Err(sms::Failure::NoAnswer) if job.attempts() > 1 => return Ok(()),
        // Never will it be; she asks for another one, or signs without.
        Err(sms::Failure::Refused(said)) => {
            tracing::error!(said, "a one-time code was refused by the gateway");
            return Ok(());
        }
        Err(failure) => return Err(Error::Broken(Box::new(failure))),
    }
    let mut tx = ctx.write(Act::ConsentCodeSent).await?;
    store::forget_code(&mut tx, facility, id).await?;
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "provider": gateway.provider(), "code": id });
    tx.journal_own(Act::ConsentCodeSent, Some(facility), subject, detail)
        .await?;
    tx.commit().await
}

/// Ends a consent whose time is over. Idempotent: the state and the time are read again under the lock.
async fn expire(ctx: &Ctx, job: &Job) -> Result<()> {
    let OfConsent { id } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a deadline without a hospital"))?;
    let mut tx = ctx.write(Act::ConsentExpired).await?;
    let Some(seen) = store::consent(&mut tx, facility, id).await? else {
        return Ok(());
    };
    episode::facts::lock(&mut tx, facility, seen.episode_id).await?;
    let Some(mut consent) = store::consent(&mut tx, facility, id).await? else {
        return Ok(());
    };
    if flow::ends_at(&consent).is_none_or(|end| tx.now < end) {
        return Ok(());
    }
    let trigger = if consent.state == State::Active {
        Trigger::ValidityEnded
    } else {
        Trigger::DeadlinePassed
    };
    flow::go(
        &mut tx,
        &mut consent,
        trigger,
        By::System(Act::ConsentExpired),
        json!({}),
    )
    .await?;
    if trigger == Trigger::ValidityEnded {
        renew::ask(&mut tx, &consent, Change::Validity).await?;
    }
    tx.commit().await
}

/// Makes the document of a refusal or a withdrawal, and of a refusal once more when it was explained. Idempotent: a
/// document is kept once.
async fn record(ctx: &Ctx, job: &Job) -> Result<()> {
    let flow::Record { decision: id } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a decision without a hospital"))?;
    let mut view = ctx.view();
    let gone = || Error::broken("a decision without its parts");
    let decision = store::decision(&mut view, facility, id).await?.ok_or_else(gone)?;
    let consent = store::consent(&mut view, facility, decision.consent)
        .await?
        .ok_or_else(gone)?;
    let patient = people::facts::patient(&mut view, facility, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let hospital = people::facts::facility(&mut view, facility).await?;
    let template = templates::find(&mut view, ctx, facility, &consent.template_id)
        .await?
        .ok_or_else(gone)?;
    let broken = |error: crate::evidence::document::RenderError| Error::Broken(Box::new(error));
    let words = decision
        .body
        .get("reason")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let explained = store::explanation(&mut view, facility, id).await?;
    let said = explained
        .iter()
        .flat_map(|(_, one)| std::iter::once(&one.body.said).chain(&one.body.told));
    let words: Vec<&str> = std::iter::once(words).chain(said.map(String::as_str)).collect();
    let unprintable = characters::unprintable(&mut view, ctx, facility, words.join("\n")).await?;
    let spoken = decision.body.get("spoken").filter(|spoken| !spoken.is_null());
    let heard = match spoken {
        Some(spoken) => Some((
            name(&mut view, facility, spoken.get("heard_by")).await?,
            name(&mut view, facility, spoken.get("witness")).await?,
        )),
        None => None,
    };
    let told = Told {
        consent: &consent,
        template: &template.document,
        hospital: &hospital.name,
        name: patient.name.as_deref().unwrap_or_default(),
        record_number: &patient.record_number,
        decision: &decision,
        printable: unprintable.is_empty(),
        heard,
        explanation: match &explained {
            Some((_, one)) => Some((staff_name(&mut view, facility, one.by).await?, one)),
            None => None,
        },
        document: store::document_digests(&mut view, facility, consent.id).await?,
        test: ctx.seal.is_test(),
    };
    // A template of a hospital's own may have no words for it: then there is nothing to print.
    let Some(data) = decision::data(&told) else {
        return Ok(());
    };
    let pictures = characters::needed(&mut view, ctx, facility, &data).await?;
    let inputs = Inputs {
        template: "/decision.typ",
        data,
        files: Vec::new(),
        characters: characters::drawn(&pictures),
        ident: id.to_string(),
        at: decision.at,
    };
    let pdf = ctx.press.render(inputs).await.map_err(broken)?;
    let digest = hex::encode(sha256(&pdf));
    let mut tx = ctx.write(Act::ConsentRecorded).await?;
    let added = match &explained {
        Some((explanation, _)) => {
            store::add_explained_record(&mut tx, &consent, *explanation, &pdf, &digest).await?
        }
        None => store::add_record(&mut tx, &consent, id, &pdf, &digest).await?,
    };
    if !added {
        return Ok(());
    }
    let (paper, of) = match &explained {
        Some((explanation, _)) => (Sealable::Explanation, *explanation),
        None => (Sealable::Decision, id),
    };
    sealing::want(&mut tx, facility, paper, of).await?;
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "decision": decision.kind, "sha256": digest, "characters": digests(&pictures) });
    tx.journal_own(Act::ConsentRecorded, Some(facility), subject, detail)
        .await?;
    tx.commit().await
}

/// Makes the document of a bedside confirmation. Idempotent: a document is kept once.
async fn record_bedside(ctx: &Ctx, job: &Job) -> Result<()> {
    let flow::RecordBedside { bedside: id } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a confirmation without a hospital"))?;
    let mut view = ctx.view();
    let gone = || Error::broken("a confirmation without its parts");
    let confirmed = store::bedside(&mut view, facility, id).await?.ok_or_else(gone)?;
    let consent = store::consent(&mut view, facility, confirmed.consent)
        .await?
        .ok_or_else(gone)?;
    let patient = people::facts::patient(&mut view, facility, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let hospital = people::facts::facility(&mut view, facility).await?;
    let doctor = people::facts::staff(&mut view, facility, confirmed.staff).await?;
    let template = templates::find(&mut view, ctx, facility, &consent.template_id)
        .await?
        .ok_or_else(gone)?;
    let broken = |error: crate::evidence::document::RenderError| Error::Broken(Box::new(error));
    let words = bedside::words(&confirmed.body);
    let unprintable = characters::unprintable(&mut view, ctx, facility, words).await?;
    let seen = Seen {
        consent: &consent,
        template: &template.document,
        hospital: &hospital.name,
        name: patient.name.as_deref().unwrap_or_default(),
        record_number: &patient.record_number,
        by: doctor.map(|doctor| doctor.name).unwrap_or_default(),
        body: &confirmed.body,
        at: confirmed.at,
        printable: unprintable.is_empty(),
        document: store::document_digests(&mut view, facility, consent.id).await?,
        test: ctx.seal.is_test(),
    };
    // A template of a hospital's own may have no words for it: then there is nothing to print.
    let Some(data) = bedside::data(&seen) else {
        return Ok(());
    };
    let pictures = characters::needed(&mut view, ctx, facility, &data).await?;
    let inputs = Inputs {
        template: "/decision.typ",
        data,
        files: Vec::new(),
        characters: characters::drawn(&pictures),
        ident: id.to_string(),
        at: confirmed.at,
    };
    let pdf = ctx.press.render(inputs).await.map_err(broken)?;
    let digest = hex::encode(sha256(&pdf));
    let mut tx = ctx.write(Act::ConsentRecorded).await?;
    if !store::add_bedside_record(&mut tx, &consent, id, &pdf, &digest).await? {
        return Ok(());
    }
    sealing::want(&mut tx, facility, Sealable::Bedside, id).await?;
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "decision": "confirmed", "sha256": digest, "characters": digests(&pictures) });
    let place = Some(facility);
    tx.journal_own(Act::ConsentRecorded, place, subject, detail)
        .await?;
    tx.commit().await
}

/// What stands for characters that no font has, by the digests of the pictures.
fn digests(pictures: &[CharacterPicture]) -> Vec<&str> {
    pictures.iter().map(|picture| picture.sha256.as_str()).collect()
}

async fn name(r: &mut impl Records, facility: FacilityId, id: Option<&Value>) -> Result<String> {
    let id: StaffId = serde_json::from_value(id.cloned().unwrap_or_default())?;
    staff_name(r, facility, id).await
}

async fn staff_name(r: &mut impl Records, facility: FacilityId, id: StaffId) -> Result<String> {
    let staff = people::facts::staff(r, facility, id).await?;
    Ok(staff.map(|staff| staff.name).unwrap_or_default())
}
