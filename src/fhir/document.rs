//! The PDFs of her decisions as `DocumentReference`: where they are, how long, and their digests. The bytes stay in the
//! two APIs, where each copy is journaled.

use serde_json::{Value, json};

use super::Answer;
use super::asked::Asked;
use super::bundle::{cut, searchset};
use super::consent::{OWN, her, hospital};
use super::response::instant;
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Noun, Page};
use crate::consent::door::{self as consent, AboutDecisions, Decided, Decisions};
use crate::consent::model::{KeptDocument, Paper, State};
use crate::ctx::Ctx;
use crate::people::caller::Caller;

const LOINC: &str = "http://loinc.org";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let missing = || Error::Missing(Noun::Document);
    let (id, paper) = asked.id.split_once('.').ok_or_else(missing)?;
    let id = ConsentId(id.parse().map_err(|_| missing())?);
    let all = consent::decisions(ctx, caller, Some(AboutDecisions::Consent(id))).await?;
    let one = all.consents.first().ok_or_else(missing)?;
    let kept = one.documents.iter().find(|kept| kept.paper.word() == paper);
    Ok(resource(ctx, caller, &all, one, kept.ok_or_else(missing)?).into())
}

pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    Ok(searchset(asked, found(ctx, caller, asked).await?))
}

/// One page of her documents.
pub(super) async fn found(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Page<Value>> {
    let page = asked.page()?;
    let about = asked.patient()?.map(AboutDecisions::Patient);
    let all = consent::decisions(ctx, caller, about).await?;
    let resources = all
        .consents
        .iter()
        .flat_map(|one| one.documents.iter().map(move |kept| (one, kept)))
        .map(|(one, kept)| resource(ctx, caller, &all, one, kept))
        .collect();
    cut(&page, &format!("{about:?}"), resources)
}

fn resource(ctx: &Ctx, caller: &Caller, all: &Decisions, one: &Decided, kept: &KeptDocument) -> Value {
    let api = if caller.staff().is_ok() {
        "staff"
    } else {
        "patient"
    };
    let id = one.consent.id;
    let word = kept.paper.word();
    let status = if one.consent.state == State::Voided {
        "entered-in-error"
    } else {
        "current"
    };
    let title = match kept.paper {
        Paper::Consent => "Signed consent",
        Paper::Decision => "Record of her refusal or withdrawal",
    };
    // The standard's `hash` is SHA-1, which proves nothing any more: it is left out, SHA-256 stands in the extension.
    let digest =
        json!({ "url": format!("{OWN}/StructureDefinition/attachment-sha256"), "valueString": kept.sha256 });
    json!({
        "resourceType": "DocumentReference",
        "id": format!("{id}.{word}"),
        "status": status,
        "type": { "coding": [{ "system": LOINC, "code": "59284-0", "display": "Consent Document" }] },
        "subject": her(all),
        "date": instant(kept.at),
        "custodian": hospital(all),
        "content": [{ "attachment": {
            "extension": [digest],
            "contentType": "application/pdf",
            "language": one.consent.locale.tag(),
            "url": format!("{}/api/{api}/v1/consents/{id}/document?of={word}", ctx.settings.public_url),
            "size": kept.size,
            "title": title,
            "creation": instant(kept.at),
        } }],
        "context": { "related": [{ "reference": format!("Consent/{id}") }] },
    })
}
