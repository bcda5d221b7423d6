//! An original that was signed on paper, filed by an anesthesiologist with a midwife (T17): the way that is always open.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use super::{assessed, known, locked, printable, template};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Actor, Code, Noun, Role, Subject};
use crate::consent::flow::{self, By};
use crate::consent::model::{Consent, Medium, TechniqueClass};
use crate::consent::proof::paper::{self, Filed};
use crate::consent::proof::{self, Verification};
use crate::consent::rules::guards;
use crate::consent::rules::states::Trigger;
use crate::consent::store::{PaperBody, PaperPage};
use crate::consent::{renew, rules, store, watch};
use crate::ctx::{Ctx, Tx};
use crate::evidence::document::Inputs as Render;
use crate::files::clean::{Kind, Unfit};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// The largest scan, all pages together, bytes.
const LARGEST: usize = 10 << 20;
/// Pictures of pages as the layout knows them.
const PAGES: [&str; 12] = [
    "/page-01", "/page-02", "/page-03", "/page-04", "/page-05", "/page-06", "/page-07", "/page-08",
    "/page-09", "/page-10", "/page-11", "/page-12",
];

/// An original with its scan.
#[derive(Clone, Debug)]
pub struct PaperDraft {
    /// When she signed it.
    pub signed_at: DateTime<Utc>,
    /// Where the original lies.
    pub original_place: String,
    /// Why it was not signed on a screen.
    pub reason: String,
    /// The class of technique that it names.
    pub technique_class: TechniqueClass,
    /// The scan: one PDF, or a picture of each page.
    pub pages: Vec<Vec<u8>>,
    /// The midwife's word that the copy equals the original.
    pub attestation: Option<String>,
}

/// An anesthesiologist files an original that was signed on paper; both he and the midwife stand for it that the copy
/// equals the original, and it is in force (T17).
///
/// Her own risks that the assessment found are decided in the draft before, as for a release: what stands on the paper is
/// confirmed there, what does not is left out with a reason.
///
/// Errors: `consent.illegal_transition`, `people.second_person_required`, `consent.paper_not_current`,
/// `consent.license_missing`, `consent.risks_open`, `consent.assessment_undecided`, `consent.not_suitable`, `http.invalid`.
#[instrument(name = "consent.paper", skip_all)]
pub async fn paper(ctx: &Ctx, caller: &Caller, id: ConsentId, draft: PaperDraft) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentPaper)?;
    let staff = caller.staff()?;
    let (draft, body) = checked(draft)?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let seen = known(&mut ctx.view(), caller, Act::ConsentPaper, id).await?;
    rules::next(seen.state, Trigger::File)?;
    let pages = cleaned(ctx, draft.pages).await?;
    printable(
        ctx,
        vec![
            ("/original_place".to_owned(), body.original_place.clone()),
            ("/reason".to_owned(), body.reason.clone()),
        ],
    )
    .await?;
    let pdf = document(ctx, &seen, &pages).await?;
    let mut tx = once!(ctx, Act::ConsentPaper, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentPaper, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::File)?;
    let now = tx.now;
    let settings = people::facts::facility(&mut tx, consent.facility_id)
        .await?
        .settings;
    let until = body.signed_at + Duration::days(settings.consent_validity_days);
    if body.signed_at > now || until <= now {
        return Err(Error::Refused(Code::ConsentPaperNotCurrent));
    }
    let decided = store::risks(&mut tx, consent.facility_id, id).await?;
    let decided = decided.map(|(risks, _)| risks).unwrap_or_default();
    let assessed = assessed(&mut tx, ctx, &consent).await?;
    guards::may_release(assessed.as_ref(), true, &decided)?;
    let word = draft.attestation.as_deref();
    let (second, role) = people::facts::second_person(&mut tx, staff, word, Act::ConsentPaper, id).await?;
    if role != Role::Midwife {
        return Err(Error::Refused(Code::PeopleSecondPersonRequired));
    }
    consent.medium = Medium::Paper;
    consent.technique_class = draft.technique_class;
    consent.signed_at = Some(body.signed_at);
    consent.activated_at = Some(now);
    consent.valid_until = Some(until);
    let doctor = people::facts::staff(&mut tx, staff.facility, staff.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    if doctor
        .license
        .as_deref()
        .is_none_or(|license| license.trim().is_empty())
    {
        return Err(Error::Refused(Code::ConsentLicenseMissing));
    }
    let patient = people::facts::patient(&mut tx, consent.facility_id, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let filed = Filed {
        consent: &consent,
        patient: &patient,
        doctor: &doctor,
        second,
        body: &body,
        pages: pages.iter().map(|page| page.sha256.as_str()).collect(),
        risks: &decided,
        session: caller.session,
        at: now,
    };
    let sections = proof::hashed(paper::sections(&filed), None)?;
    let root = proof::root(&sections);
    for section in &sections {
        store::add_evidence(
            &mut tx,
            &consent,
            section.no,
            section.name,
            &section.salted,
            section.digest,
        )
        .await?;
    }
    store::add_paper(&mut tx, &consent, (staff.id, second), &body).await?;
    for (no, page) in (1..).zip(&pages) {
        store::add_page(&mut tx, &consent, no, page).await?;
    }
    let file = hex::encode(sha256(&pdf));
    let document = store::NewDocument {
        pdf: &pdf,
        sha256: &file,
        root: &root,
        code_digest: Verification::random().digest(),
    };
    store::add_document(&mut tx, &consent, document).await?;
    super::replace::supersede(&mut tx, &consent).await?;
    let detail = json!({
        "root": root, "document_sha256": file, "pages": pages.len(), "second": second,
        "technique_class": consent.technique_class.word(),
    });
    flow::go(&mut tx, &mut consent, Trigger::File, By::Caller(caller), detail).await?;
    afterwards(&mut tx, &consent, &root).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

async fn afterwards(tx: &mut Tx, consent: &Consent, root: &str) -> Result<()> {
    let (facility, id) = (consent.facility_id, consent.id);
    let about = Subject::of_patient("consent", id, consent.patient_id);
    let detail = json!({ "root": root });
    tx.journal_as(
        Act::ConsentPaperFiled,
        Actor::SYSTEM,
        Some(facility),
        about,
        detail,
        None,
    )
    .await?;
    episode::facts::finish_tasks(tx, facility, "consent.release", id.0).await?;
    renew::settled(tx, facility, consent.episode_id).await?;
    watch::begin(tx, consent).await?;
    super::decline::tell(tx, consent, "consent.activated").await
}

fn checked(draft: PaperDraft) -> Result<(PaperDraft, PaperBody)> {
    let mut faults = Faults::default();
    let body = PaperBody {
        signed_at: draft.signed_at,
        original_place: faults.text(&draft.original_place, "/original_place", 1, 200),
        reason: faults.text(&draft.reason, "/reason", 1, 500),
    };
    faults.check((1..=PAGES.len()).contains(&draft.pages.len()), "/pages", "length");
    faults.check(
        draft.technique_class != TechniqueClass::Other,
        "/technique_class",
        "format",
    );
    faults.done()?;
    if draft.pages.iter().map(Vec::len).sum::<usize>() > LARGEST {
        return Err(Error::Malformed(Code::HttpTooLarge));
    }
    Ok((draft, body))
}

/// The pages as they are kept: told by their content, pictures written anew.
async fn cleaned(ctx: &Ctx, pages: Vec<Vec<u8>>) -> Result<Vec<PaperPage>> {
    let count = pages.len();
    let mut kept = Vec::new();
    for (at, bytes) in pages.into_iter().enumerate() {
        let refuse = |word: &str| {
            let fault = Fault::field(format!("/pages/{at}/content"), word);
            Error::Invalid(Code::HttpInvalid, vec![fault])
        };
        let clean = ctx.files.clean(bytes).await?.map_err(|why| {
            refuse(match why {
                Unfit::Unknown => "format",
                Unfit::Unreadable => "unreadable",
                Unfit::TooManyPixels => "too_many_pixels",
            })
        })?;
        // A document beside other pages has no place among them.
        if clean.kind == Kind::Pdf && count > 1 {
            return Err(refuse("only_one"));
        }
        kept.push(PaperPage {
            kind: clean.kind.media_type().to_owned(),
            sha256: hex::encode(sha256(&clean.bytes)),
            bytes: clean.bytes,
        });
    }
    Ok(kept)
}

/// What is shown when she or staff ask for it: the scan itself, or its pictures in one document.
async fn document(ctx: &Ctx, consent: &Consent, pages: &[PaperPage]) -> Result<Vec<u8>> {
    if let [page] = pages
        && page.kind == Kind::Pdf.media_type()
    {
        return Ok(page.bytes.clone());
    }
    let files = PAGES.into_iter().zip(pages.iter().map(|page| page.bytes.clone()));
    let files: Vec<(&'static str, Vec<u8>)> = files.collect();
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let inputs = Render {
        template: "/paper.typ",
        data: paper::data(consent, &*template(&mut ctx.view(), ctx, consent).await?, &paths),
        files,
        ident: format!("{} paper", consent.id),
        at: ctx.clock.now(),
    };
    ctx.press
        .render(inputs)
        .await
        .map_err(|error| Error::Broken(Box::new(error)))
}
