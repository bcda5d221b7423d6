//! The same inputs give the same bytes; every slot of the real wording is filled.

use super::*;
use crate::base::canonical;
use crate::consent::model::CapacityBasis;

fn template(locale: Locale) -> Value {
    let text = match locale {
        Locale::ZhCn => include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/content/consents/labor-analgesia/1.0.0/zh-CN.json"
        )),
        Locale::En => include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/content/consents/labor-analgesia/1.0.0/en.json"
        )),
    };
    canonical::parse(text.as_bytes()).unwrap()
}

fn inputs(locale: Locale) -> Inputs {
    Inputs {
        consent_id: ConsentId(uuid::Uuid::from_u128(7)),
        template_id: canonical::template_id(&template(locale)).unwrap(),
        locale,
        renderer: "typst 0".into(),
        presenter: PRESENTER,
        subject: None,
        hospital: Hospital {
            name: "仁爱妇产医院".into(),
            phone: "010-12345678".into(),
        },
        patient: PatientFacts {
            name: "梅秀英".into(),
            age: Some(29),
            id_document: None,
            record_number: "2026000001".into(),
            phone: Some("*******0001".into()),
            gestation: (38, 2),
            gravidity: 1,
            parity: 0,
            fetuses: 1,
            edd: "2026-03-14".parse().unwrap(),
            height_cm: Some("162".into()),
            weight_kg: None,
            risk_color: Some(Color::Yellow),
        },
        form: ConsentForm::Full,
        technique: Some("硬膜外 epidural".into()),
        technique_class: TechniqueClass::Catheter,
        validity_days: 30,
        risks: vec![OwnRisk {
            id: "R-PLT-2".into(),
            text: "Your platelets are low.".into(),
            because: "Platelets 78".into(),
            plan: None,
            by: None,
        }],
        removed: Vec::new(),
        fired: vec!["R-PLT-2".into()],
        assessment: Value::Null,
        assessment_waived: None,
        capacity: Capacity {
            basis: CapacityBasis::Seen,
            able: true,
            note: None,
        },
        signing: SigningPlan::default(),
    }
}

fn bytes(locale: Locale, inputs: &Inputs) -> Vec<u8> {
    let at = "2026-03-02T01:00:00Z".parse().unwrap();
    canonical::canonical(&present(&template(locale), inputs, at)).unwrap()
}

#[test]
fn the_same_inputs_give_the_same_bytes_also_after_storage() {
    for locale in Locale::ALL {
        let inputs = inputs(locale);
        let kept: Inputs = serde_json::from_str(&serde_json::to_string(&inputs).unwrap()).unwrap();
        assert_eq!(bytes(locale, &inputs), bytes(locale, &kept));
    }
}

#[test]
fn every_slot_is_filled_and_her_risk_is_in_it() {
    for locale in Locale::ALL {
        let shown = String::from_utf8(bytes(locale, &inputs(locale))).unwrap();
        assert!(!shown.contains("\"fields\""), "{locale:?}");
        for wanted in [
            "梅秀英",
            "R-PLT-2",
            "Platelets 78",
            "010-12345678",
            "labor-analgesia 1.0.0",
            "G1P0",
            "硬膜外 epidural",
        ] {
            assert!(shown.contains(wanted), "{locale:?} {wanted}");
        }
        // Who, where, what she has, what is watched (CE-032).
        let (sex, place, diagnosis, monitoring) = match locale {
            Locale::ZhCn => ("女", "麻醉科", "孕38周+2天 G1P0 单胎", "血压、心率、血氧"),
            Locale::En => (
                "Female",
                "Anesthesiology",
                "Pregnancy of 38 weeks + 2 days, G1P0, one baby",
                "Blood pressure, heart rate, oxygen",
            ),
        };
        for wanted in [sex, place, diagnosis, monitoring] {
            assert!(shown.contains(wanted), "{locale:?} {wanted}");
        }
    }
}

#[test]
fn one_other_answer_gives_other_bytes() {
    let mut other = inputs(Locale::En);
    other.risks[0].because = "Platelets 77".into();
    assert_ne!(bytes(Locale::En, &inputs(Locale::En)), bytes(Locale::En, &other));
}

#[test]
fn what_another_version_of_the_program_made_is_judged_by_its_digest_alone() {
    let (template, now) = (template(Locale::ZhCn), inputs(Locale::ZhCn));
    let issued_at = DateTime::<Utc>::UNIX_EPOCH;
    let bytes = canonical::canonical(&present(&template, &now, issued_at)).unwrap();
    assert!(still_makes(&template, &now, issued_at, &bytes));
    assert!(!still_makes(&template, &now, issued_at, b"{}"));
    let then = Inputs {
        presenter: PRESENTER + 1,
        ..now.clone()
    };
    assert!(still_makes(&template, &then, issued_at, b"{}"));
    // What was kept before versions were is of the first.
    let mut kept = serde_json::to_value(&now).unwrap();
    kept.as_object_mut().unwrap().remove("presenter");
    kept.as_object_mut().unwrap().remove("subject");
    let read: Inputs = serde_json::from_value(kept).unwrap();
    assert_eq!((read.presenter, read.subject), (1, None));
}
