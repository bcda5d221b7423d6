//! The bedside: what is new there, on what ground, and whose word counts.

use super::super::guards::tests::{assessed, at, consent, plain};
use super::super::ladder::Situation;
use super::*;
use crate::consent::model::{Basis, SigningPlan};

/// Released for her own decision, or for a near relative's where she couldn't; and whether she can now.
fn ground(then: bool, now: bool) -> Ground {
    Ground {
        plan: SigningPlan {
            basis: if then { Basis::Patient } else { Basis::NearRelative },
            able: then,
            ..SigningPlan::default()
        },
        situation: Situation {
            age: Some(30),
            own_income: false,
            able: now,
        },
        authorized: true,
    }
}

#[test]
fn what_is_new_in_labor_is_confirmed_at_the_bedside() {
    let (active, hers) = (consent(State::Active), ground(true, true));
    let shown = [Shown {
        rule: "R-PLT-2".to_owned(),
        level: Some("consult".to_owned()),
    }];
    let fever = assessed(&["R-PLT-2", "R-INF-1"]);
    assert_eq!(
        may_confirm(&active, &hers, &shown, Some(&fever), &[], at(20)),
        Err(Refusal::RisksUnconfirmed {
            rules: vec!["R-INF-1".into()]
        })
    );
    assert_eq!(
        may_confirm(&active, &hers, &shown, Some(&fever), &["R-INF-1".into()], at(20)),
        Ok(())
    );
    // What labor did not bring is no matter of the bedside.
    let (anemia, rules) = (assessed(&["R-PLT-2", "R-HB-1"]), vec!["R-HB-1".to_owned()]);
    assert_eq!(
        may_confirm(&active, &hers, &shown, Some(&anemia), &rules, at(20)),
        Err(Refusal::NewConsentRequired { rules })
    );
    assert_eq!(
        may_confirm(&active, &hers, &shown, None, &[], at(731)),
        plain(Code::ConsentValidityOver)
    );
    assert_eq!(
        may_confirm(&consent(State::Ready), &hers, &shown, None, &[], at(20)),
        Err(Refusal::IllegalTransition {
            current: State::Ready
        })
    );
}

#[test]
fn a_consent_on_a_ground_that_has_fallen_is_not_confirmed() {
    let active = consent(State::Active);
    let changed = plain(Code::ConsentSignerChanged);
    assert_eq!(
        may_confirm(&active, &ground(true, false), &[], None, &[], at(20)),
        changed
    );
    assert_eq!(
        may_confirm(&active, &ground(false, true), &[], None, &[], at(20)),
        changed
    );
    assert_eq!(
        may_confirm(&active, &ground(false, false), &[], None, &[], at(20)),
        Ok(())
    );
}

#[test]
fn her_own_yes_or_the_word_of_whoever_signed_for_her() {
    let hers = Said {
        yes: true,
        still_agrees: true,
        answered: true,
        orientation: true,
        teach_back: true,
        proxy: None,
    };
    assert_eq!(unsaid(hers, true, None), []);
    let silent = Said { yes: false, ..hers };
    assert_eq!(unsaid(silent, true, None), [("/yes", "required")]);
    let confused = Said {
        orientation: false,
        ..hers
    };
    assert_eq!(
        unsaid(confused, true, None),
        [("/capacity/orientation", "affirm")]
    );
    // What she no longer wants, does not know or can't repeat confirms nothing.
    let changed = Said {
        still_agrees: false,
        ..hers
    };
    assert_eq!(unsaid(changed, true, None), [("/still_agrees", "affirm")]);
    let asking = Said {
        answered: false,
        ..hers
    };
    assert_eq!(unsaid(asking, true, None), [("/questions_answered", "affirm")]);
    let unclear = Said {
        teach_back: false,
        ..hers
    };
    assert_eq!(unsaid(unclear, true, None), [("/capacity/teach_back", "affirm")]);
    // Of a woman who can't decide nobody says that she is oriented.
    let his = Said {
        yes: false,
        still_agrees: false,
        orientation: false,
        teach_back: false,
        proxy: Some(("王强", true)),
        ..hers
    };
    assert_eq!(unsaid(his, false, Some("王强")), []);
    assert_eq!(unsaid(his, false, Some("王刚")), [("/proxy/name", "unknown")]);
    let no = Said {
        proxy: Some(("王强", false)),
        ..his
    };
    assert_eq!(
        unsaid(no, false, Some("王强")),
        [("/proxy/still_agrees", "affirm")]
    );
    let nobody = Said { proxy: None, ..his };
    assert_eq!(unsaid(nobody, false, None), [("/proxy", "required")]);
    assert_eq!(unsaid(his, true, None).last(), Some(&("/proxy", "unknown")));
}
