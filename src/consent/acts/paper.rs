//! An original that was signed on paper, filed by an anesthesiologist with a midwife (T17): the way that is always open.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use tracing::instrument;

use super::countersign::doctor;
use super::release::{as_evidence, left_out};
use super::signers::{Choice, chosen};
use super::{known, locked, of_standing, printable, template};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code, Noun, Role, Subject};
use crate::consent::flow::{self, By};
use crate::consent::model::{Capacity, Consent, Medium, Sealable, TechniqueClass};
use crate::consent::proof::paper::{self, Filed};
use crate::consent::proof::{self, Verification};
use crate::consent::rules::guards;
use crate::consent::rules::states::Trigger;
use crate::consent::store::{PaperBody, PaperPage};
use crate::consent::{renew, rules, sealing, store, templates, watch};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Color, Episode, day};
use crate::evidence::document::Inputs as Render;
use crate::files::clean::{Kind, Unfit};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::{Caller, Colleague, Mine};
use crate::people::model::{GuardianSigned, Patient, Staff, is_child};
use crate::people::policy;
use crate::{assessment, episode, people};

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
    /// Who signed it.
    pub signing: Choice,
    /// On her capacity; she can decide where it is left out and staff found nothing else.
    pub capacity: Option<Capacity>,
    /// Why there is no assessment, or one in which something was not judged.
    pub assessment_waived: Option<String>,
    /// The agreement to the use of a child's data that her guardian signed on paper with it.
    pub child_data: Option<GuardianSigned>,
}

/// An anesthesiologist files an original that was signed on paper; both he and the midwife stand for it that the copy
/// equals the original, and it is in force (T17).
///
/// It is no way around what a release and a countersignature ask: his rights, her assessment, who signs, the wording. Her
/// own risks that the assessment found are decided in the draft before, as for a release: what stands on the paper is
/// confirmed there, what does not is left out with a reason.
///
/// Errors: `consent.illegal_transition`, `consent.after_birth`, `people.step_up_required`,
/// `people.second_person_required`, `consent.paper_not_current`, `consent.license_missing`, `consent.unqualified`,
/// `consent.privilege_missing`,
/// `consent.senior_needed`, `consent.countersigner_involved`, `consent.template_recalled`, `consent.template_retired`,
/// `consent.assessment_missing`, `consent.risks_open`, `consent.assessment_undecided`, `consent.not_suitable`,
/// `consent.basis_not_allowed`, `consent.authority_missing`, `people.agreement_missing`, `people.agreement_version`,
/// `http.invalid`.
#[instrument(name = "consent.paper", skip_all)]
pub async fn paper(ctx: &Ctx, caller: &Caller, id: ConsentId, draft: PaperDraft) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentPaper)?;
    let staff = caller.staff()?;
    let mut draft = checked(draft)?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let seen = known(&mut ctx.view(), caller, Act::ConsentPaper, id).await?;
    rules::next(seen.state, Trigger::File)?;
    let pages = cleaned(ctx, std::mem::take(&mut draft.pages)).await?;
    let texts = [
        ("/original_place", Some(&draft.original_place)),
        ("/reason", Some(&draft.reason)),
        ("/signing/reason", draft.signing.reason.as_ref()),
        ("/assessment_waived", draft.assessment_waived.as_ref()),
    ];
    let said = texts
        .into_iter()
        .filter_map(|(at, text)| Some((at.to_owned(), text?.clone())));
    printable(ctx, caller.place()?, said.collect()).await?;
    let pdf = document(ctx, &seen, &pages).await?;
    let mut tx = once!(ctx, Act::ConsentPaper, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentPaper, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::File)?;
    guards::before_birth(episode.stage)?;
    let now = tx.now;
    people::facts::require_step_up(&mut tx, caller.session, now).await?;
    templates::releasable(&mut tx, ctx, &consent).await?;
    let settings = people::facts::facility(&mut tx, consent.facility_id)
        .await?
        .settings;
    let until = draft.signed_at + Duration::days(settings.consent_validity_days);
    if draft.signed_at > now || until <= now {
        return Err(Error::Refused(Code::ConsentPaperNotCurrent));
    }
    let (account, patient) = allowed(&mut tx, staff, &consent, &episode).await?;
    let body = decided(&mut tx, ctx, staff, &consent, &draft).await?;
    let word = draft.attestation.as_deref();
    let (second, role) = people::facts::second_person(&mut tx, staff, word, Act::ConsentPaper, id).await?;
    if role != Role::Midwife {
        return Err(Error::Refused(Code::PeopleSecondPersonRequired));
    }
    let data_consents = of_a_child(&mut tx, ctx, caller, &patient, draft.child_data).await?;
    consent.medium = Medium::Paper;
    consent.basis = body.signing.basis;
    consent.technique_class = draft.technique_class;
    consent.signed_at = Some(body.signed_at);
    consent.activated_at = Some(now);
    consent.valid_until = Some(until);
    let filed = Filed {
        consent: &consent,
        patient: &patient,
        doctor: &account,
        second,
        body: &body,
        pages: pages.iter().map(|page| page.sha256.as_str()).collect(),
        data_consents,
        session: caller.session,
        second_factor: caller.had_second_factor(),
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
        sealed: false,
    };
    store::add_document(&mut tx, &consent, document).await?;
    // A scan of another program can't be sealed; nobody should wait for that to be found.
    sealing::want(&mut tx, consent.facility_id, Sealable::Consent, id.0).await?;
    super::replace::supersede(&mut tx, &mut consent).await?;
    let detail = json!({
        "root": root, "document_sha256": file, "pages": pages.len(), "second": second,
        "basis": consent.basis, "technique_class": consent.technique_class.word(),
    });
    flow::go(&mut tx, &mut consent, Trigger::File, By::Caller(caller), detail).await?;
    afterwards(&mut tx, &consent, &root).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// Whether this doctor may put it in force, as for a countersignature; his account and her record.
async fn allowed(
    tx: &mut Tx,
    staff: Colleague,
    consent: &Consent,
    episode: &Episode,
) -> Result<(Staff, Patient)> {
    let account = people::facts::staff(tx, staff.facility, staff.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let patient = people::facts::patient(tx, consent.facility_id, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    // Who else signed stands on the paper alone.
    let now = tx.now;
    let doctor = doctor(tx, &account, patient.name.as_deref(), &[], now).await?;
    guards::may_answer_for(doctor, episode.risk_color == Some(Color::Red))?;
    Ok((account, patient))
}

/// The words of a child's guardian on the use of her data, with the one on this paper; none of an adult (CE-062).
async fn of_a_child(
    tx: &mut Tx,
    ctx: &Ctx,
    caller: &Caller,
    patient: &Patient,
    signed: Option<GuardianSigned>,
) -> Result<Option<Vec<Value>>> {
    let (facility, id) = (patient.facility_id, patient.id);
    if !is_child(patient.birth_date, day(tx.now)) {
        return match signed {
            None => Ok(None),
            Some(_) => Err(Error::invalid("/child_data", "inconsistent")),
        };
    }
    if let Some(signed) = signed {
        people::facts::guardian_signed(tx, ctx, caller, id, signed).await?;
    }
    let child = Mine {
        patient: id,
        facility,
    };
    people::facts::require_guardian(tx, ctx, child).await?;
    people::facts::guardians_said(tx, facility, id).await.map(Some)
}

/// Her assessment and who signs, as for a release; with it what is kept.
async fn decided(
    tx: &mut Tx,
    ctx: &Ctx,
    staff: Colleague,
    consent: &Consent,
    draft: &PaperDraft,
) -> Result<PaperBody> {
    let (facility, id) = (consent.facility_id, consent.id);
    let decided = store::risks(tx, facility, id).await?;
    let decided = decided.map(|(risks, _)| risks).unwrap_or_default();
    let standing = assessment::facts::standing(tx, ctx, facility, consent.episode_id).await?;
    let assessed = standing.as_ref().map(of_standing);
    guards::may_release(assessed.as_ref(), draft.assessment_waived.is_some(), &decided)?;
    let act = (Act::ConsentPaper, draft.signed_at);
    let able = draft.capacity.as_ref().is_none_or(|capacity| capacity.able);
    let signing = chosen(tx, consent, staff, act, &draft.signing, able, assessed.as_ref()).await?;
    Ok(PaperBody {
        signed_at: draft.signed_at,
        original_place: draft.original_place.clone(),
        reason: draft.reason.clone(),
        signing,
        capacity: draft.capacity.clone(),
        confirmed: decided.confirm,
        removed: left_out(standing.as_ref(), decided.remove),
        assessment: standing.as_ref().map_or(Value::Null, as_evidence),
        assessment_waived: draft.assessment_waived.clone(),
    })
}

async fn afterwards(tx: &mut Tx, consent: &Consent, root: &str) -> Result<()> {
    let (facility, id) = (consent.facility_id, consent.id);
    let about = Subject::of_patient("consent", id, consent.patient_id);
    let detail = json!({ "root": root });
    tx.journal_own(Act::ConsentPaperFiled, Some(facility), about, detail)
        .await?;
    episode::facts::finish_tasks(tx, facility, "consent.release", id.0).await?;
    renew::settled(tx, facility, consent.episode_id).await?;
    watch::begin(tx, consent).await?;
    super::decline::tell(tx, consent, "consent.activated").await
}

fn checked(draft: PaperDraft) -> Result<PaperDraft> {
    let mut faults = Faults::default();
    let mut text = |value: Option<String>, pointer: &str, max: usize| {
        value.map(|value| faults.text(&value, pointer, 1, max))
    };
    let draft = PaperDraft {
        original_place: text(Some(draft.original_place), "/original_place", 200).unwrap_or_default(),
        reason: text(Some(draft.reason), "/reason", 500).unwrap_or_default(),
        signing: Choice {
            reason: text(draft.signing.reason, "/signing/reason", 200),
            ..draft.signing
        },
        capacity: draft.capacity.map(|capacity| Capacity {
            note: text(capacity.note, "/capacity/note", 500),
            ..capacity
        }),
        assessment_waived: text(draft.assessment_waived, "/assessment_waived", 500),
        ..draft
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
    Ok(draft)
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
        characters: Vec::new(),
        ident: format!("{} paper", consent.id),
        at: ctx.clock.now(),
    };
    ctx.press
        .render(inputs)
        .await
        .map_err(|error| Error::Broken(Box::new(error)))
}
