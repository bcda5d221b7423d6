//! What she does with her own account.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;
use tracing::instrument;

use super::sessions::wechat;
use crate::base::error::{Error, Result};
use crate::base::id::AccountId;
use crate::base::{Act, Code, Locale, Noun, Subject};
use crate::content::agreements::{Agreement, CONTENT_CHECK};
use crate::ctx::{Ctx, Sender, View};
use crate::http::params::{Faults, is_mobile, is_resident_id};
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::{AgreementParts, AgreementState, EmergencyContact, Facility, IdType, Patient};
use crate::people::{facts, policy, rules, store};
use crate::wechat::Class;

/// What she writes of herself.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Name as on the identity document.
    pub name: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// Kind and number of the identity document; a number that is masked leaves it as it is.
    pub id_document: Option<(IdType, String)>,
    /// Height, cm.
    pub height_cm: Option<Decimal>,
    /// Language she is most at ease with.
    pub language: String,
    /// Whom to call.
    pub emergency_contact: Option<EmergencyContact>,
}

/// Her profile; nothing that the hospital wrote before she was matched with it.
#[instrument(name = "people.me", skip_all)]
pub async fn me(ctx: &Ctx, caller: &Caller) -> Result<Patient> {
    policy::allowed(caller, Act::PeopleMe)?;
    let mine = caller.bound()?;
    let found = store::patient(&mut ctx.view(), mine.facility, mine.patient).await?;
    let mut patient = found.ok_or(Error::Missing(Noun::Patient))?;
    if !patient.matched {
        patient.name = None;
        patient.birth_date = None;
        patient.id_number = None;
        patient.id_type = None;
        patient.phone = None;
        patient.height_cm = None;
        patient.emergency_contact = None;
    }
    Ok(patient)
}

/// She changes her profile. The first time after an invitation this is also where she is matched with the record.
/// Another name, birth date or identity document ends what staff checked before.
///
/// Errors: `people.agreement_missing`, `people.record_mismatch`, `http.invalid`.
#[instrument(name = "people.update_me", skip_all)]
pub async fn update_me(ctx: &Ctx, caller: &Caller, profile: Profile) -> Result<Patient> {
    policy::allowed(caller, Act::PeopleUpdateMe)?;
    let mine = caller.bound()?;
    let mut tx = ctx.write(Act::PeopleUpdateMe).await?;
    facts::require_own_agreements(&mut tx, ctx, caller.account()?).await?;
    let mut patient = store::patient(&mut tx, mine.facility, mine.patient)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    caller.request.must_match(patient.version)?;
    let profile = checked(profile, tx.now.date_naive())?;
    let id_number = profile.id_document.as_ref().map(|(_, number)| number.as_str());
    if !patient.matched {
        if !rules::matches_record(&patient, Some(profile.birth_date), id_number) {
            let tries = store::note_match_try(&mut tx, patient.id).await?;
            let subject = Subject::of_patient("patient", patient.id, patient.id);
            tx.journal(caller, subject, json!({ "matched": false, "tries": tries }))
                .await?;
            tx.commit().await?;
            return Err(Error::Refused(Code::PeopleRecordMismatch));
        }
        patient.matched = store::match_tries(&mut tx, patient.id).await? < rules::MATCH_TRIES;
        if !patient.matched {
            return Err(Error::Refused(Code::PeopleRecordMismatch));
        }
    }
    let before = patient.clone();
    patient.name = Some(profile.name);
    patient.birth_date = Some(profile.birth_date);
    if let Some((kind, number)) = profile.id_document.filter(|(_, number)| !number.contains('*')) {
        patient.id_type = Some(kind);
        patient.id_number = Some(number);
    }
    patient.height_cm = profile.height_cm.or(patient.height_cm);
    patient.language = profile.language;
    patient.emergency_contact = profile.emergency_contact.or(patient.emergency_contact);
    let changed = rules::is_another(&before, &patient);
    if changed {
        // What staff compared with her document is not what stands here now (CE-102).
        patient.level = patient.level.min(1);
        store::identity_changed(&mut tx, mine).await?;
    }
    store::save_patient(&mut tx, &patient).await?;
    patient.version += 1;
    tx.journal(
        caller,
        Subject::of_patient("patient", patient.id, patient.id),
        json!({ "version": patient.version, "identity_changed": changed }),
    )
    .await?;
    tx.commit().await?;
    Ok(patient)
}

fn checked(profile: Profile, today: NaiveDate) -> Result<Profile> {
    let mut faults = Faults::default();
    let name = faults.text(&profile.name, "/name", 1, 40);
    let age = today.years_since(profile.birth_date);
    faults.check(
        age.is_some_and(|years| (12..=60).contains(&years)),
        "/birth_date",
        "range_age",
    );
    if let Some((kind, number)) = &profile.id_document {
        let right = number.contains('*') || *kind != IdType::ResidentId || is_resident_id(number);
        faults.check(
            right && (5..=30).contains(&number.chars().count()),
            "/id_number",
            "format",
        );
    }
    if let Some(height) = profile.height_cm {
        let within = height >= Decimal::from(90) && height <= Decimal::from(210);
        faults.check(within, "/height_cm", "range_height");
    }
    let language = faults.text(&profile.language, "/language", 2, 20);
    let emergency_contact = profile.emergency_contact.map(|contact| EmergencyContact {
        name: faults.text(&contact.name, "/emergency_contact/name", 1, 40),
        relation: faults.text(&contact.relation, "/emergency_contact/relation", 1, 20),
        phone: faults.text(&contact.phone, "/emergency_contact/phone", 5, 20),
    });
    faults.done()?;
    Ok(Profile {
        name,
        language,
        emergency_contact,
        ..profile
    })
}

/// She binds her phone by WeChat's button.
///
/// Errors: `people.record_mismatch` for another phone than the record's before she was matched,
/// `people.phone_code_invalid`, `people.wechat_unavailable`.
#[instrument(name = "people.bind_phone", skip_all)]
pub async fn bind_phone(ctx: &Ctx, caller: &Caller, code: &str) -> Result<Patient> {
    policy::allowed(caller, Act::PeopleBindPhone)?;
    let mine = caller.bound()?;
    // WeChat's code is used up by the first call.
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let number = wechat_phone(ctx, caller.account()?, code).await?;
    let mut tx = once!(ctx, Act::PeopleBindPhone, caller);
    let mut patient: Patient = store::patient(&mut tx, mine.facility, mine.patient)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    // Whoever holds an invitation shall not make a phone of his own the record's (CE-102).
    if !patient.matched && patient.phone.as_ref() != Some(&number) {
        return Err(Error::Refused(Code::PeopleRecordMismatch));
    }
    patient.phone = Some(number);
    patient.phone_confirmed = true;
    store::save_patient(&mut tx, &patient).await?;
    patient.version += 1;
    tx.journal(
        caller,
        Subject::of_patient("patient", patient.id, patient.id),
        json!({ "phone": "confirmed" }),
    )
    .await?;
    tx.commit_with(&patient).await?;
    Ok(patient)
}

/// The phone number that WeChat confirms for an account, as records hold it.
///
/// Errors: `people.phone_code_invalid`, `people.wechat_unavailable`.
pub(in crate::people) async fn wechat_phone(ctx: &Ctx, account: AccountId, code: &str) -> Result<String> {
    let openid = store::openid(&mut ctx.view(), account).await?;
    let phone = ctx.wechat.phone(code, &openid).await;
    // She is logged in as she is: another tap gives another code.
    let phone = phone.map_err(|error| match error.class {
        Class::CodeInvalid => Error::Refused(Code::PeoplePhoneCodeInvalid),
        _ => wechat(error),
    })?;
    // Another country's number is kept with its code; a mainland one without, as everybody writes it.
    let number = if phone.country_code == "86" {
        phone.number
    } else {
        format!("+{}{}", phone.country_code, phone.number)
    };
    if phone.country_code == "86" && !is_mobile(&number) {
        return Err(Error::broken("WeChat gave a number that is none"));
    }
    Ok(number)
}

/// Every agreement that she is asked for, with her word on it.
#[instrument(name = "people.agreements", skip_all)]
pub async fn agreements(ctx: &Ctx, caller: &Caller) -> Result<Vec<AgreementState>> {
    policy::allowed(caller, Act::PeopleAgreements)?;
    let mut view = ctx.view();
    let said = store::agreements(&mut view, caller.account()?).await?;
    let checks = checks_texts(&mut view, caller).await?;
    let mut all = states(ctx, &said, caller.request.locale)?;
    // Where no text of hers is checked she is asked for nothing, and sees what she said before.
    all.retain(|state| checks || state.kind != CONTENT_CHECK || state.accepted.is_some());
    Ok(all)
}

/// Whether her hospital has texts of hers checked by WeChat.
async fn checks_texts(view: &mut View, caller: &Caller) -> Result<bool> {
    let Ok(mine) = caller.bound() else {
        return Ok(false);
    };
    Ok(facts::facility(view, mine.facility)
        .await?
        .settings
        .content_checks)
}

fn states(ctx: &Ctx, said: &[store::AgreementRow], locale: Locale) -> Result<Vec<AgreementState>> {
    let latest: BTreeMap<&str, &store::AgreementRow> =
        said.iter().map(|row| (row.kind.as_str(), row)).collect();
    ctx.content
        .agreements
        .all()
        .map(|agreement| {
            let word = latest
                .get(agreement.kind.as_str())
                .filter(|row| row.version == agreement.version);
            Ok(AgreementState {
                accepted: word.map(|row| row.accepted),
                at: word.map(|row| row.at),
                ..state(agreement, locale)?
            })
        })
        .collect()
}

/// An agreement before anybody said a word on it.
pub(super) fn state(agreement: &Agreement, locale: Locale) -> Result<AgreementState> {
    let text = agreement.text(locale);
    Ok(AgreementState {
        kind: agreement.kind.clone(),
        version: agreement.version.clone(),
        required: agreement.required,
        title: text.title.clone(),
        body: text.body.clone(),
        parts: AgreementParts {
            purpose: text.purpose.clone(),
            data: text.data.clone(),
            recipients: text.recipients.clone(),
            period: text.period.clone(),
            necessity: text.necessity.clone(),
            effect: text.effect.clone(),
        },
        sha256: agreement.sha256()?,
        accepted: None,
        at: None,
    })
}

/// She gives or withdraws one agreement.
///
/// Errors: `people.agreement_version` when the text has changed since she read it.
#[instrument(name = "people.agree", skip_all)]
pub async fn agree(
    ctx: &Ctx,
    caller: &Caller,
    kind: &str,
    version: &str,
    accepted: bool,
) -> Result<AgreementState> {
    policy::allowed(caller, Act::PeopleAgree)?;
    let account = caller.account()?;
    let agreement = ctx
        .content
        .agreements
        .get(kind)
        .ok_or(Error::Missing(Noun::Document))?;
    if agreement.version != version {
        return Err(Error::Refused(Code::PeopleAgreementVersion));
    }
    let mut tx = ctx.write(Act::PeopleAgree).await?;
    store::agree(&mut tx, account, kind, version, accepted).await?;
    // Giving it anew is her word that her data may be used again; whoever is not matched with the record can't give it.
    if let (true, "sensitive_data", Ok(mine)) = (accepted, kind, caller.mine())
        && store::restricted(&mut tx, mine.facility)
            .await?
            .contains(&mine.patient)
    {
        store::restrict(&mut tx, mine.facility, mine.patient, false).await?;
    }
    let subject = Subject {
        noun: "agreement",
        id: Some(account.0),
        patient: caller.bound().ok().map(|m| m.patient.0),
    };
    tx.journal(
        caller,
        subject,
        json!({ "kind": kind, "version": version, "accepted": accepted }),
    )
    .await?;
    let said = store::agreements(&mut tx, account).await?;
    tx.commit().await?;
    let all = states(ctx, &said, caller.request().locale)?;
    all.into_iter()
        .find(|state| state.kind == kind)
        .ok_or(Error::Missing(Noun::Document))
}

/// Where she can enroll.
#[instrument(name = "people.facilities", skip_all)]
pub async fn facilities(ctx: &Ctx, caller: &Caller) -> Result<Vec<Facility>> {
    policy::allowed(caller, Act::PeopleFacilities)?;
    store::facilities(&mut ctx.view()).await
}
