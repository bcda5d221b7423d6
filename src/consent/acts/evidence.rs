//! The evidence of a sealed consent for whoever may have it, and the report on it.

use serde_json::json;
use tracing::instrument;

use super::{CopyMark, known, subject};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code, Noun, Role};
use crate::consent::bundling::{self, bundle};
use crate::consent::model::{Consent, Export, FileVersion, Paper, SealOf, Sealable, State, TimeStatus};
use crate::consent::rules::force::force;
use crate::consent::{logged, sealing, store};
use crate::ctx::{Ctx, Records, Tx};
use crate::db::Q;
use crate::evidence::bundle::SECTIONS;
use crate::evidence::pades;
use crate::evidence::trust::Trust;
use crate::evidence::verify::{self, Asked, Content, Known, Log, Report};
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// A copy of the evidence.
pub struct EvidenceCopy {
    /// The bundle.
    pub zip: Vec<u8>,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// Whose copy.
    pub mark: CopyMark,
}

/// The evidence bundle of a sealed consent (CE-222); each export is in the log with what was left out.
///
/// Whole for herself and for staff, but for the strokes: they leave with the quality office alone, for one of three
/// purposes (CE-124) and after the same step-up as for an examiner, so her own bundle is without them too.
///
/// Errors: `consent.not_sealed`, `people.step_up_required` for the strokes, `http.invalid` for a section that there is none
/// of.
#[instrument(name = "consent.evidence", skip_all)]
pub async fn evidence(ctx: &Ctx, caller: &Caller, id: ConsentId, export: Export) -> Result<EvidenceCopy> {
    policy::allowed(caller, Act::ConsentEvidence)?;
    let quality = caller.staff().is_ok_and(|staff| staff.role == Role::Quality);
    if export.strokes.is_some() && !quality {
        return Err(Error::Forbidden);
    }
    if export
        .withheld
        .iter()
        .any(|no| !(1..=SECTIONS.len()).contains(no))
    {
        let range = json!({ "min": 1, "max": SECTIONS.len() });
        let fault = Fault::field("?withhold", "range").with(range);
        return Err(Error::Invalid(Code::HttpInvalid, vec![fault]));
    }
    let mut view = ctx.view();
    let consent = known(&mut view, caller, Act::ConsentEvidence, id).await?;
    let whose = consent.patient_id;
    episode::facts::may_read(&mut view, caller, Act::ConsentEvidence, whose, ctx.clock.now()).await?;
    if export.strokes.is_some() {
        people::facts::require_step_up(&mut view, caller.session, ctx.clock.now()).await?;
    }
    let facility = consent.facility_id;
    let seal = store::seal_of(&mut view, facility, Sealable::Consent, id.0)
        .await?
        .ok_or(Error::Refused(Code::ConsentNotSealed))?;
    logged::settle(ctx, &seal).await?;
    let made = bundle(&mut view, ctx, &consent, &seal, export.strokes.is_some()).await?;
    let zip = match export.withheld.as_slice() {
        [] => made.zip,
        withheld => bundling::without(&made.zip, withheld)?,
    };
    let file = hex::encode(sha256(&zip));
    let mut tx = ctx.write(Act::ConsentEvidence).await?;
    let mark = copy_mark(&mut tx, caller).await?;
    let names = (1..).zip(SECTIONS).filter(|(no, _)| export.withheld.contains(no));
    let detail = json!({
        "sha256": file,
        "signed_sha256": seal.signed_sha256,
        "withheld": names.map(|(_, name)| name).collect::<Vec<_>>(),
        "strokes": export.strokes,
    });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit().await?;
    Ok(EvidenceCopy {
        zip,
        sha256: file,
        mark,
    })
}

/// The report on what is kept of a consent, with its present state (CE §13.1): on its bundle where it is sealed, else on
/// the document alone. Without a choice the signed consent, or the decision where there was never one.
#[instrument(name = "consent.verification", skip_all)]
pub async fn verification(ctx: &Ctx, caller: &Caller, id: ConsentId, paper: Option<Paper>) -> Result<Report> {
    policy::allowed(caller, Act::ConsentVerification)?;
    let mut view = ctx.view();
    let consent = known(&mut view, caller, Act::ConsentVerification, id).await?;
    let whose = consent.patient_id;
    episode::facts::may_read(
        &mut view,
        caller,
        Act::ConsentVerification,
        whose,
        ctx.clock.now(),
    )
    .await?;
    let printed = wanted(&mut view, &consent, paper).await?;
    let printed = printed.ok_or(Error::Missing(Noun::Document))?;
    let seal = store::seal_of(&mut view, consent.facility_id, printed.paper, printed.of).await?;
    let (file, known) = match &seal {
        Some(seal) => kept(&mut view, ctx, &consent, seal).await?,
        None => {
            let known = of_consent(&mut view, ctx, &consent, true).await?;
            (printed.bytes(&mut view).await?, known)
        }
    };
    let report = told(ctx, file, known, None).await?;
    let mut tx = ctx.write(Act::ConsentVerification).await?;
    let signed = seal.map(|seal| seal.signed_sha256);
    let detail = json!({ "overall": report.overall, "signed_sha256": signed });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit().await?;
    Ok(report)
}

/// What is kept of a sealed document, the consent's own with all its evidence, and what is known of it.
async fn kept(r: &mut impl Records, ctx: &Ctx, consent: &Consent, seal: &SealOf) -> Result<(Vec<u8>, Known)> {
    logged::settle(ctx, seal).await?;
    let mut known = known_of(r, ctx, seal, true).await?;
    let (file, signed) = match seal.paper {
        Sealable::Consent => {
            let made = bundle(r, ctx, consent, seal, false).await?;
            // The bundle has its own proofs, unless the log can't prove it any more.
            known.log = known.log.filter(|log| *log == Log::Inconsistent);
            (made.zip, made.signed)
        }
        Sealable::Decision | Sealable::Explanation | Sealable::Bedside => {
            let (file, _) = store::sealed_file(r, seal).await?;
            let signed = pades::read(&file).ok();
            (file, signed.map(|signed| hex::encode(signed.digest)))
        }
    };
    // What was changed where it is kept is not what was recorded.
    if signed.as_deref() != Some(seal.signed_sha256.as_str()) {
        known.content = Some(Content::UnknownHere);
    }
    Ok((file, known))
}

/// Whose copy it is.
async fn copy_mark(tx: &mut Tx, caller: &Caller) -> Result<CopyMark> {
    let by = match caller.staff() {
        Ok(staff) => people::facts::staff(tx, staff.facility, staff.id)
            .await?
            .map(|staff| staff.username)
            .unwrap_or_default(),
        Err(_) => "patient".to_owned(),
    };
    Ok(CopyMark { by, at: tx.now })
}

/// The document that is asked for.
async fn wanted(q: &mut impl Q, consent: &Consent, paper: Option<Paper>) -> Result<Option<store::Printed>> {
    let (facility, id) = (consent.facility_id, consent.id);
    if let Some(paper) = paper {
        return store::newest_document(q, facility, id, paper).await;
    }
    match store::newest_document(q, facility, id, Paper::Consent).await? {
        None => store::newest_document(q, facility, id, Paper::Decision).await,
        found => Ok(found),
    }
}

/// What the institution knows of a document with this seal. `within` says that whoever asks may see the other consents
/// of this woman.
pub(super) async fn known_of(r: &mut impl Records, ctx: &Ctx, seal: &SealOf, within: bool) -> Result<Known> {
    let now = ctx.clock.now();
    let content = Some(Content::MatchesRecord);
    let log = Some(logged::standing(r, ctx, seal, now).await?);
    let version = store::newest_version(r, seal).await?;
    let time_pending = version.is_some_and(|version| is_pending(&version, seal, ctx));
    let known = match store::consent(r, seal.facility, seal.consent).await? {
        Some(consent) => of_consent(r, ctx, &consent, within).await?,
        None => Known::default(),
    };
    Ok(Known {
        content,
        log,
        time_pending,
        ..known
    })
}

fn is_pending(version: &FileVersion, seal: &SealOf, ctx: &Ctx) -> bool {
    version.time(seal.at, ctx.clock.now()) == TimeStatus::Pending
}

/// What became of a consent; nothing of one whose record was destroyed.
async fn of_consent(r: &mut impl Records, ctx: &Ctx, consent: &Consent, within: bool) -> Result<Known> {
    let facility = consent.facility_id;
    if people::facts::is_destroyed(r, facility, consent.patient_id).await? {
        return Ok(Known::default());
    }
    let force = force(consent, ctx.clock.now());
    let by = match (within, consent.state) {
        (true, State::Superseded) => successor(r, consent).await?,
        _ => None,
    };
    Ok(Known {
        consent: Some(force.standing),
        until: force.until,
        since: force.since,
        by: by.map(|id| id.to_string()),
        paper: store::paper(r, facility, consent.id)
            .await?
            .map(|paper| paper.original_place),
        ..Known::default()
    })
}

/// The consent that took the place of one that was in force.
async fn successor(r: &mut impl Records, former: &Consent) -> Result<Option<ConsentId>> {
    let all = store::of_episode(r, former.facility_id, former.episode_id).await?;
    let later = all
        .into_iter()
        .filter(|one| one.id.0 > former.id.0 && one.activated_at.is_some());
    Ok(later.map(|one| one.id).next())
}

/// The report on a file, with whom this institution trusts; off the threads that answer others.
pub(super) async fn told(ctx: &Ctx, file: Vec<u8>, known: Known, newer: Option<Vec<u8>>) -> Result<Report> {
    let trust: Trust = sealing::revocation::trusted(&mut ctx.view(), ctx).await?;
    let now = ctx.clock.now();
    let work = move || {
        let asked = Asked {
            trust: Some(&trust),
            newer: newer.as_deref(),
            now,
        };
        verify::verify(&file, &asked, &known)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Broken(Box::new(error)))
}
