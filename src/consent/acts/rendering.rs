//! The evidence and the document of a countersigned consent: what they are made of, and their making.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::release::subject_facts;
use super::{checks, floors, template};
use crate::base::Noun;
use crate::base::canonical::parse;
use crate::base::error::{Error, Result};
use crate::base::id::StaffId;
use crate::consent::characters;
use crate::consent::model::{Check, Consent};
use crate::consent::present::Inputs;
use crate::consent::proof::{self, Counter, Material, Page, Section, Signed, Verification};
use crate::consent::rules::{self, ladder, reading};
use crate::consent::{sealing, store};
use crate::ctx::{Ctx, Records};
use crate::evidence::document::Inputs as Render;
use crate::evidence::ink;
use crate::evidence::qr;
use crate::evidence::seal::Sealed;
use crate::people;

/// Everything that was made before the transaction.
pub(super) struct Prepared {
    /// The revision that it was made for.
    pub revision: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The sections of the evidence.
    pub sections: Vec<Section>,
    /// Their root.
    pub root: String,
    /// The code on the document.
    pub code: Verification,
    /// The document as it is printed.
    pub pdf: Vec<u8>,
    /// The same under the institution's seal.
    pub sealed: Arc<Sealed>,
}

/// What the document is made of, as it is stored now.
pub(super) async fn gather(
    r: &mut impl Records,
    ctx: &Ctx,
    consent: Consent,
    counter: Counter,
) -> Result<Material> {
    let (facility, id) = (consent.facility_id, consent.id);
    let gone = || Error::broken("a signed consent without its parts");
    let patient = people::facts::patient(r, facility, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let shown = store::presented(r, facility, id).await?.ok_or_else(gone)?;
    let inputs: Inputs = serde_json::from_value(shown.inputs)?;
    let mut acts = Vec::new();
    for act in store::signatures(r, facility, id).await? {
        let strokes = store::strokes(r, facility, act.id).await?;
        acts.push(Signed { act, strokes });
    }
    let decisive = ladder::wanted(&inputs.signing).first().ok_or_else(gone)?.act();
    let at = acts
        .iter()
        .position(|one| one.act.kind == decisive)
        .ok_or_else(gone)?;
    let signature = acts.remove(at);
    let since = consent.issued_at.unwrap_or(consent.created_at);
    let signer_checks = people::facts::signer_checks(r, facility, consent.patient_id, since).await?;
    let batches = store::reading(r, facility, id).await?;
    let questions = store::questions(r, facility, id).await?;
    let conversations = store::conversations(r, facility, id).await?;
    let waivers = store::waivers(r, facility, id).await?;
    let mut agreements = match patient.account_id {
        Some(account) => people::facts::agreements_said(r, ctx, account).await?,
        None => Vec::new(),
    };
    agreements.extend(people::facts::guardians_said(r, facility, consent.patient_id).await?);
    let answered = questions.iter().filter_map(|asked| asked.answered_by);
    let talked = conversations.iter().map(|talk| talk.staff);
    let witnesses = acts.iter().filter_map(Signed::witness);
    let mut names: BTreeMap<StaffId, String> = BTreeMap::new();
    for staff in answered.chain(talked).chain(witnesses).collect::<Vec<_>>() {
        let found = people::facts::staff(r, facility, staff).await?;
        names.insert(staff, found.map(|staff| staff.name).unwrap_or_default());
    }
    let signed_at = signature.act.at;
    let checks = checks(r, &consent).await?;
    let mut failed_checks = store::failed_identities(r, facility, id).await?;
    failed_checks.retain(|check| check.at <= signed_at);
    let template = template(r, ctx, &consent).await?;
    let mut material = Material {
        subject: inputs
            .subject
            .clone()
            .unwrap_or_else(|| subject_facts(r, &patient)),
        presented: parse(&shown.bytes).map_err(|_| Error::broken("a presented document is not canonical"))?,
        presented_sha256: shown.sha256,
        released_by: shown.released_by,
        dwell: reading::progress(&floors(&template, consent.form), &batches),
        rounds: store::graded_rounds(r, facility, id).await?,
        checks: before(checks, signed_at),
        failed_checks,
        consent,
        inputs,
        batches,
        conversations,
        questions,
        waivers,
        signature,
        others: acts,
        signer_checks,
        agreements,
        names,
        counter,
        characters: Vec::new(),
    };
    // Neither root nor code is made of characters that a font lacks.
    let page = Page {
        renderer: "",
        root: "",
        code: "",
        test: ctx.seal.is_test(),
    };
    let printed = proof::data(&material, &page);
    material.characters = characters::needed(r, ctx, facility, &printed).await?;
    Ok(material)
}

/// The checks that her signature rests on: those of the minutes before it and the newest in person.
fn before(checks: Vec<Check>, signed_at: DateTime<Utc>) -> Vec<Check> {
    let mut in_person = false;
    checks
        .into_iter()
        .filter(|check| {
            let first = check.method == "in_person" && !in_person && check.at <= signed_at;
            in_person |= first;
            first || (check.at <= signed_at && signed_at - check.at <= rules::FRESH)
        })
        .collect()
}

/// The evidence and the document with its root, sealed.
///
/// Errors: `consent.seal_unavailable`.
pub(super) async fn render(ctx: &Ctx, material: &Material) -> Result<Prepared> {
    let broken = |error: crate::evidence::document::RenderError| Error::Broken(Box::new(error));
    let sections = proof::hashed(proof::sections(material), Some(&material.signature.act.section))?;
    let root = proof::root(&sections);
    let code = Verification::random();
    let renderer = ctx.press.version().await.map_err(broken)?;
    let manifest = json!({
        "root": root,
        "sections": sections.iter().map(|section| json!({
            "no": section.no,
            "name": section.name,
            "sha256": hex::encode(section.digest),
        })).collect::<Vec<_>>(),
    });
    let link = format!("{}/verify/{}", ctx.settings.public_url, code.plain());
    let qr = qr::qr_svg(&link).map_err(|error| Error::Broken(Box::new(error)))?;
    let mut files = vec![
        ("/evidence.json", serde_json::to_vec(&manifest)?),
        ("/qr.svg", qr.into_bytes()),
    ];
    for signed in std::iter::once(&material.signature).chain(&material.others) {
        files.extend(signed.picture());
    }
    if let Some((strokes, canvas)) = &material.counter.ink {
        files.push(("/sig-clinician.svg", ink::svg(strokes, canvas).into_bytes()));
    }
    let consent = &material.consent;
    let grouped = code.grouped();
    let page = Page {
        renderer: &renderer,
        root: &root,
        code: &grouped,
        test: ctx.seal.is_test(),
    };
    let inputs = Render {
        template: "/consent.typ",
        data: proof::data(material, &page),
        files,
        characters: characters::drawn(&material.characters),
        ident: format!("{} r{}", consent.id, consent.revision),
        at: material.counter.at,
    };
    let pdf = ctx.press.render(inputs).await.map_err(broken)?;
    let sealed = sealing::apply(ctx, pdf.clone(), material.counter.at).await?;
    Ok(Prepared {
        revision: consent.revision,
        at: material.counter.at,
        sealed: Arc::new(sealed),
        pdf,
        sections,
        root,
        code,
    })
}
