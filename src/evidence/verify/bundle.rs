//! Steps over the files beside the document: the manifest, the template, what she was shown.

use serde_json::Value;

use super::Found;
use super::report::{Name, Outcome, Step};
use super::sections::Sections;
use crate::base::canonical::{canonical, parse, sha256, template_id};
use crate::evidence::bundle::manifest::{self, Verdict};
use crate::evidence::bundle::{Files, names};
use crate::evidence::sm;
use crate::evidence::trust::Trust;

/// The largest template, in bytes.
const MAX_TEMPLATE: usize = 2 << 20;

/// Is each file as the manifest lists it?
pub(super) fn manifest(found: &mut Found, files: &Files<'_>, bundled: bool, whole: bool) {
    let failed = |code| Step::new(Name::Manifest, Outcome::Failed, code);
    if !bundled {
        found.step(Step::new(Name::Manifest, Outcome::NotChecked, "no_bundle"));
        return;
    }
    if !whole {
        found.step(failed("bundle_unreadable"));
        return;
    }
    match manifest::check(files) {
        Verdict::Matches => {
            found.step(Step::new(Name::Manifest, Outcome::Passed, "manifest_matches"));
        }
        Verdict::Missing => {
            found.differs([names::MANIFEST.to_owned()]);
            found.step(Step::new(Name::Manifest, Outcome::Missing, "manifest_missing"));
        }
        Verdict::Unreadable => {
            found.differs([names::MANIFEST.to_owned()]);
            found.step(failed("manifest_unreadable"));
        }
        Verdict::Differs(named) => {
            found.differs(named.iter().cloned());
            found.step(failed("manifest_differs").with(named));
        }
    }
}

/// Does the template have the id that the first section names?
pub(super) fn template(found: &mut Found, files: &Files<'_>, sections: &Sections) {
    let of = |outcome, code| Step::new(Name::Template, outcome, code);
    let said = sections
        .body("header")
        .and_then(|header| header.get("template_id"));
    let step = match (files.get(names::TEMPLATE), said.and_then(Value::as_str)) {
        (None, _) => of(Outcome::Missing, "template_missing"),
        // Nobody has signed it: it could be any.
        (Some(_), None) => {
            found.differs([names::TEMPLATE.to_owned()]);
            of(Outcome::Failed, "template_unproved")
        }
        (Some(bytes), Some(said)) => {
            let id = Some(bytes)
                .filter(|bytes| bytes.len() <= MAX_TEMPLATE)
                .and_then(|bytes| parse(bytes).ok())
                .and_then(|document| template_id(&document).ok());
            if id.as_deref() == Some(said) {
                of(Outcome::Passed, "template_matches").with([said.to_owned()])
            } else {
                found.differs([names::TEMPLATE.to_owned()]);
                of(Outcome::Failed, "template_differs")
            }
        }
    };
    found.step(step);
}

/// Does what she was shown have the digest that she affirmed?
pub(super) fn presented(found: &mut Found, files: &Files<'_>, sections: &Sections) {
    let of = |outcome, code| Step::new(Name::Presented, outcome, code);
    let file = files.get(names::PRESENTED);
    let mut unproved = || {
        // Nobody has signed it: it could be anything.
        found.differs([names::PRESENTED.to_owned()]);
        of(Outcome::Failed, "presented_unproved")
    };
    let step = match sections.body("presented") {
        None if file.is_some() => unproved(),
        None if sections.withheld("presented") => of(Outcome::Missing, "presented_withheld"),
        None => of(Outcome::Missing, "presented_missing"),
        Some(body) if body.get("pages").is_some() => {
            let place = body.get("original_place").and_then(Value::as_str);
            found.facts.paper = place.map(str::to_owned);
            of(Outcome::NotChecked, "on_paper")
        }
        Some(body) => {
            let said = |member: &str| body.get(member).and_then(Value::as_str);
            let shown = body
                .get("document")
                .and_then(|document| canonical(document).ok())
                .map(|bytes| hex::encode(sha256(&bytes)));
            let sent = file.map(|bytes| hex::encode(sha256(bytes)));
            let digest = said("sha256");
            let same = shown.as_deref() == digest && said("echoed_sha256") == digest;
            match (digest, sent) {
                (None, Some(_)) => unproved(),
                (_, None) => of(Outcome::Missing, "presented_missing"),
                (Some(digest), Some(sent)) if same && sent == digest => {
                    of(Outcome::Passed, "presented_matches").with([sent])
                }
                _ => {
                    found.differs([names::PRESENTED.to_owned()]);
                    of(Outcome::Failed, "presented_differs")
                }
            }
        }
    };
    found.step(step);
}

/// Does the national signature over the root hold, by a key of the institution? Said only where there is one.
pub(super) fn national(found: &mut Found, files: &Files<'_>, trust: Option<&Trust>, root: Option<&[u8; 32]>) {
    let of = |outcome, code| Step::new(Name::Sm2, outcome, code);
    let (signature, key) = (files.get(names::SM2_SIGNATURE), files.get(names::SM2_KEY));
    if signature.is_none() && key.is_none() {
        return;
    }
    let point = key.and_then(sm::point);
    let holds = root
        .zip(signature)
        .zip(point)
        .is_some_and(|((root, signature), point)| sm::verify(root, signature, point).is_ok());
    let ours = point
        .map(hex::encode)
        .zip(trust)
        .is_some_and(|(point, trust)| trust.sm2_keys.contains(&point));
    let step = if !holds {
        found.differs([names::SM2_SIGNATURE.to_owned()]);
        of(Outcome::Failed, "sm2_fails")
    } else if ours {
        of(Outcome::Passed, "sm2_holds")
    } else {
        of(Outcome::Missing, "sm2_key_unknown")
    };
    found.step(step);
}
