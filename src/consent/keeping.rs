//! What this slice keeps of a woman, for her copy, for what is forgotten and for the end of her record.

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::acts::with_parts;
use super::model::{Authority, Consent, Power};
use super::{characters, sealing, store};
use crate::base::error::Result;
use crate::base::id::{AuthorityId, FacilityId};
use crate::ctx::{Ctx, View};
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Agency, AskAgency, Characters, HeldFile, Keeper, Parts, Unfinished};

/// Consents that are read at a time.
const SOME: i64 = 100;

/// Consents with the digests of their documents, and authorities; how she read one that nobody ever signed was browsing.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |tx, what| store::forget(tx, what).boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, view, mine| papers(view, mine).boxed(),
    unfinished: &[Unfinished {
        part: "consents",
        member: "state",
        words: &["draft", "issued", "reading", "ready", "patient_signed"],
    }],
};

/// An authority in writing that speaks of her record.
pub const AGENCY: AskAgency = |view, mine, id| agency(view, mine, id).boxed();

/// What documents can show by a recorded picture.
pub const CHARACTERS: Characters = Characters {
    missing: |ctx, view, facility, text| characters::unprintable(view, ctx, facility, text).boxed(),
    pictures: |ctx, view, facility, data| pictures(ctx, view, facility, data).boxed(),
};

async fn pictures(
    ctx: &Ctx,
    view: &mut View,
    facility: FacilityId,
    data: &Value,
) -> Result<Vec<(char, Vec<u8>)>> {
    let needed = characters::needed(view, ctx, facility, data).await?;
    Ok(characters::drawn(&needed))
}

fn hers(mine: Mine) -> store::ListFilter {
    store::ListFilter {
        patient: Some(mine.patient),
        ..store::ListFilter::default()
    }
}

/// All of them, the newest first.
async fn consents(view: &mut View, mine: Mine) -> Result<Vec<Consent>> {
    let mut all: Vec<Consent> = Vec::new();
    loop {
        let after = all.last().map(|last| last.id);
        let more = store::consents(view, mine.facility, &hers(mine), after, SOME).await?;
        let over = (more.len() as i64) < SOME;
        all.extend(more);
        if over {
            return Ok(all);
        }
    }
}

/// The documents, byte for byte: not only the newest of a kind; and what she asked aloud.
async fn papers(view: &mut View, mine: Mine) -> Result<Vec<HeldFile>> {
    let mut all = Vec::new();
    for consent in consents(view, mine).await? {
        let (facility, id) = (consent.facility_id, consent.id);
        for printed in store::every_document(view, facility, id).await? {
            let (bytes, _) = sealing::file(view, facility, &printed).await?;
            all.push(HeldFile {
                kind: "document",
                id: format!("{id}.{}.{}", printed.kind.word(), printed.of),
                ending: "pdf",
                bytes,
            });
        }
        for asked in store::questions(view, facility, id).await? {
            if let Some((sound, bytes)) = store::voice(view, facility, id, asked.id).await? {
                all.push(HeldFile {
                    kind: "file",
                    id: asked.id.to_string(),
                    ending: sound.suffix(),
                    bytes: bytes.to_vec(),
                });
            }
        }
    }
    Ok(all)
}

async fn agency(view: &mut View, mine: Mine, id: AuthorityId) -> Result<Option<Agency>> {
    let all = store::authorities(view, mine.facility, mine.patient).await?;
    let found = all.into_iter().find(|one| one.id == id);
    Ok(found.map(|one| Agency {
        record: one.scope.contains(&Power::Record),
        begins_at: one.begins_at,
        ends_at: one.ends_at,
        agent: one.body.agent,
        document_ref: one.body.agent_document_ref,
    }))
}

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let mut told: Vec<Value> = Vec::new();
    for consent in consents(view, mine).await? {
        let (facility, id) = (consent.facility_id, consent.id);
        let presented = store::presented(view, facility, id).await?;
        let shown: Option<Value> = presented
            .map(|presented| serde_json::from_slice(&presented.bytes))
            .transpose()?;
        let rounds = store::rounds(view, facility, id).await?;
        let questions = store::questions(view, facility, id).await?;
        let conversations = store::conversations(view, facility, id).await?;
        let waivers = store::waivers(view, facility, id).await?;
        let mut documents = Vec::new();
        for printed in store::every_document(view, facility, id).await? {
            let document = store::kept(view, facility, &printed).await?;
            let mut told = serde_json::to_value(&document)?;
            if let Some(members) = told.as_object_mut() {
                members.insert("of".to_owned(), json!(printed.of));
            }
            documents.push(told);
        }
        let released = store::strokes_releases(view, facility, id).await?.into_iter();
        let examinations: Vec<Value> = released
            .map(|one| json!({ "id": one.id, "at": one.at, "by": one.examination.examiner }))
            .collect();
        let one = with_parts(view, consent).await?;
        let mut members = serde_json::to_value(&one.consent)?;
        let more = json!({
            "presented": shown,
            "comprehension": rounds,
            "questions": questions,
            "conversations": conversations,
            "waivers": waivers,
            "bedside": one.bedside,
            "signatures": one.signatures,
            "documents": documents,
            "handwriting_examined": examinations,
        });
        if let (Some(members), Value::Object(more)) = (members.as_object_mut(), more) {
            members.extend(more);
        }
        told.push(members);
    }
    let authorities = store::authorities(view, mine.facility, mine.patient).await?;
    Ok(vec![
        ("consents", told.into()),
        ("authorities", authorities.iter().map(authority).collect()),
    ])
}

/// Whom she authorized to what; the agent's identity document is the agent's.
fn authority(authority: &Authority) -> Value {
    json!({
        "id": authority.id, "matter": authority.matter, "scope": authority.scope, "agent": authority.body.agent,
        "relation": authority.body.relation, "document_ref": authority.body.document_ref,
        "begins_at": authority.begins_at, "ends_at": authority.ends_at,
    })
}
