//! Each guard says no for its own reason, and yes when all holds.

use super::*;
use crate::base::Locale;
use crate::base::id::{ConsentId, EpisodeId, FacilityId, PatientId};
use crate::consent::model::{Added, Basis, ConsentForm, Medium, Removed, TechniqueClass};
use uuid::Uuid;

pub fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::hours(hours)
}

pub fn consent(state: State) -> Consent {
    Consent {
        receipt: None,
        id: ConsentId(Uuid::nil()),
        facility_id: FacilityId(Uuid::nil()),
        patient_id: PatientId(Uuid::nil()),
        episode_id: EpisodeId(Uuid::nil()),
        procedure_class: "neuraxial_labor_analgesia".into(),
        template_id: "ct1:sha256:0".into(),
        locale: Locale::En,
        basis: Basis::Patient,
        form: ConsentForm::Full,
        medium: Medium::Electronic,
        technique_class: TechniqueClass::Catheter,
        state,
        revision: 3,
        requested: true,
        presented_sha256: Some("ab".into()),
        issued_at: Some(at(0)),
        sign_deadline: Some(at(336)),
        understood_at: None,
        failed_rounds: 0,
        signed_at: Some(at(10)),
        countersign_due_at: Some(at(34)),
        activated_at: None,
        valid_until: Some(at(730)),
        started_at: None,
        ended_at: None,
        created_at: at(0),
    }
}

pub fn assessed(rules: &[&str]) -> Assessed {
    Assessed {
        findings: rules
            .iter()
            .map(|rule| Finding {
                rule: (*rule).into(),
                level: "consult".into(),
                inject: true,
                confidential: *rule == "R-INF-5",
                only_in_labor: *rule == "R-INF-1",
            })
            .collect(),
        ..Assessed::default()
    }
}

pub fn plain(code: Code) -> Result<(), Refusal> {
    Err(Refusal::Plain(code))
}

#[test]
fn every_injected_risk_is_confirmed_or_removed_before_release() {
    let found = assessed(&["R-PLT-2", "R-HB-1", "R-INF-5"]);
    let mut risks = Risks {
        confirm: vec!["R-PLT-2".into()],
        ..Risks::default()
    };
    assert_eq!(
        may_release(Some(&found), false, &risks),
        Err(Refusal::RisksOpen {
            rules: vec!["R-HB-1".into()]
        }),
        "a confidential one is not put before her"
    );
    risks.remove.push(Removed {
        rule: "R-HB-1".into(),
        reason: "Treated.".into(),
    });
    assert_eq!(may_release(Some(&found), false, &risks), Ok(()));
}

#[test]
fn a_release_needs_an_assessment_or_a_reason() {
    let none = Risks::default();
    assert_eq!(
        may_release(None, false, &none),
        plain(Code::ConsentAssessmentMissing)
    );
    assert_eq!(may_release(None, true, &none), Ok(()));
    let unknown = Assessed {
        not_assessed: true,
        ..Assessed::default()
    };
    assert_eq!(
        may_release(Some(&unknown), false, &none),
        plain(Code::ConsentAssessmentUndecided)
    );
    assert_eq!(may_release(Some(&unknown), true, &none), Ok(()));
    let undecided = Assessed {
        undecided: true,
        ..Assessed::default()
    };
    assert_eq!(
        may_release(Some(&undecided), true, &none),
        plain(Code::ConsentAssessmentUndecided)
    );
    let unsuitable = Assessed {
        not_suitable: true,
        ..Assessed::default()
    };
    assert_eq!(
        may_release(Some(&unsuitable), true, &none),
        plain(Code::ConsentNotSuitable)
    );
}

#[test]
fn a_risk_is_decided_once_and_only_if_it_was_put() {
    let risks = Risks {
        confirm: vec!["R-PLT-2".into(), "R-XXX-1".into()],
        remove: vec![Removed {
            rule: "R-PLT-2".into(),
            reason: "no".into(),
        }],
        add: vec![Added {
            text: "A rod.".into(),
            plan: None,
        }],
    };
    assert_eq!(misplaced(&risks, &["R-PLT-2"]), ["R-XXX-1", "R-PLT-2"]);
}

#[test]
fn she_signs_what_she_saw_in_time_with_all_statements_and_a_fresh_identity() {
    let told = vec!["told".to_owned()];
    let missing = Missing::default();
    let good = || Signing {
        missing: &missing,
        seen: "ab",
        affirmed: &told,
        required: &told,
        assessed: None,
        now: at(20),
    };
    let ready = consent(State::Ready);
    assert_eq!(may_sign(&ready, &good()), Ok(()));
    assert_eq!(
        may_sign(
            &ready,
            &Signing {
                now: at(337),
                ..good()
            }
        ),
        plain(Code::ConsentDeadlinePassed)
    );
    assert_eq!(
        may_sign(&ready, &Signing { seen: "ac", ..good() }),
        plain(Code::ConsentContentMismatch)
    );
    assert_eq!(
        may_sign(
            &ready,
            &Signing {
                affirmed: &[],
                ..good()
            }
        ),
        plain(Code::ConsentStatementMissing)
    );
    for (missing, code) in [
        (
            Missing {
                agreements: vec!["electronic_signature".into()],
                ..Missing::default()
            },
            Code::PeopleAgreementMissing,
        ),
        (
            Missing {
                interpreter: true,
                ..Missing::default()
            },
            Code::ConsentInterpreterMissing,
        ),
        (
            Missing {
                identity_level: true,
                ..Missing::default()
            },
            Code::ConsentIdentityLevel,
        ),
        (
            Missing {
                identity_fresh: true,
                ..Missing::default()
            },
            Code::ConsentIdentityFresh,
        ),
    ] {
        assert_eq!(
            may_sign(
                &ready,
                &Signing {
                    missing: &missing,
                    ..good()
                }
            ),
            plain(code)
        );
    }
}

#[test]
fn an_in_person_check_holds_for_this_pregnancy_and_a_fresh_one_for_ten_minutes() {
    let edd = at(24 * 100).date_naive();
    let check = |method: &str, at| Check {
        method: method.into(),
        level: 2,
        staff: None,
        provider: None,
        reference: None,
        at,
        expires_at: None,
    };
    assert_eq!(identity_level(&[check("in_person", at(0))], edd), 2);
    assert_eq!(identity_level(&[check("bedside_code", at(0))], edd), 1);
    assert_eq!(
        identity_level(&[check("in_person", at(-24 * 400))], edd),
        1,
        "that was another pregnancy"
    );
    let checks = [check("bedside_code", at(1))];
    assert!(is_fresh(&checks, at(1) + Duration::minutes(10)));
    assert!(!is_fresh(&checks, at(1) + Duration::minutes(11)));
}

#[test]
fn a_countersignature_needs_a_license_the_statements_and_answered_questions() {
    let all = vec!["explained".to_owned()];
    let doctor = Doctor {
        license: Some("1104"),
        qualified: true,
        privileged: true,
        involved: false,
        senior: false,
    };
    let good = || Countersigning {
        doctor,
        affirmed: &all,
        required: &all,
        red: false,
        unanswered: 0,
        assessed: None,
        now: at(20),
    };
    let signed = consent(State::PatientSigned);
    let by = |doctor, red| {
        let signing = Countersigning {
            doctor,
            red,
            ..good()
        };
        may_countersign(&signed, &signing)
    };
    assert_eq!(by(doctor, false), Ok(()));
    let senior = Doctor {
        senior: true,
        ..doctor
    };
    assert_eq!(by(doctor, true), plain(Code::ConsentSeniorNeeded));
    assert_eq!(by(senior, true), Ok(()));
    for license in [None, Some(" ")] {
        let doctor = Doctor { license, ..doctor };
        assert_eq!(by(doctor, false), plain(Code::ConsentLicenseMissing));
    }
    let unqualified = Doctor {
        qualified: false,
        ..doctor
    };
    assert_eq!(by(unqualified, false), plain(Code::ConsentUnqualified));
    let unprivileged = Doctor {
        privileged: false,
        ..doctor
    };
    assert_eq!(by(unprivileged, false), plain(Code::ConsentPrivilegeMissing));
    let involved = Doctor {
        involved: true,
        ..doctor
    };
    assert_eq!(by(involved, false), plain(Code::ConsentCountersignerInvolved));
    let unsaid = Countersigning {
        affirmed: &[],
        ..good()
    };
    let asked = Countersigning {
        unanswered: 1,
        ..good()
    };
    let late = Countersigning {
        now: at(35),
        ..good()
    };
    for (signing, code) in [
        (unsaid, Code::ConsentStatementMissing),
        (asked, Code::ConsentQuestionsOpen),
        (late, Code::ConsentDeadlinePassed),
    ] {
        assert_eq!(may_countersign(&signed, &signing), plain(code));
    }
}

#[test]
fn analgesia_starts_on_an_active_consent_confirmed_within_a_day() {
    let standing = |state, confirmed: Option<i64>| Standing {
        id: ConsentId(Uuid::nil()),
        state,
        valid_until: Some(at(100)),
        confirmed_at: confirmed.map(at),
        technique_class: TechniqueClass::Catheter,
    };
    assert!(may_start(&standing(State::Active, Some(10)), at(34)));
    assert!(!may_start(&standing(State::Active, Some(10)), at(35)));
    assert!(
        !may_start(&standing(State::Active, Some(90)), at(100)),
        "its validity is over"
    );
    assert!(!may_start(&standing(State::Active, None), at(20)));
    assert!(!may_start(&standing(State::PatientSigned, Some(10)), at(11)));
}

#[test]
fn an_age_counts_full_years() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(age(day("1996-03-02"), day("2026-03-01")), 29);
    assert_eq!(age(day("1996-03-02"), day("2026-03-02")), 30);
}

#[test]
fn the_short_form_is_for_a_woman_in_labor_and_of_a_template_that_has_one() {
    assert_eq!(may_be_short(true, true), Ok(()));
    assert_eq!(may_be_short(false, true), plain(Code::ConsentShortFormInLabor));
    assert_eq!(may_be_short(true, false), plain(Code::ConsentShortFormMissing));
}
