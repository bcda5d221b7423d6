use super::*;
use crate::evidence::{
    algorithm::Key,
    authority::{TestAuthority, TestEvents},
    cms,
    pki_tests::{CONTENT, Ca, Signer, World, at, expired, revoked, today},
};

const GOOD: RevocationStatus = RevocationStatus::Good;

#[test]
fn a_good_certificate_may_seal_and_an_unknown_state_does_not_hinder_it() {
    let world = World::new();
    for state in [GOOD, RevocationStatus::Unknown] {
        assert_eq!(
            may_seal(&world.chain(), &world.trust, |_| state, today()),
            Ok(state)
        );
    }
}

#[test]
fn a_revoked_certificate_seals_nothing() {
    let mut world = World::new();
    let chain = world.chain();
    let refused = may_seal(&chain, &world.trust, |_| RevocationStatus::Revoked, today());
    assert_eq!(refused, Err(Unfit::Revoked));
    for certificate in &chain {
        world.trust.revoked = vec![revoked(certificate, "2026-11-21T01:30:00Z")];
        assert_eq!(
            may_seal(&chain, &world.trust, |_| GOOD, today()),
            Err(Unfit::Revoked)
        );
        let before = at("2026-11-21T01:29:59Z");
        assert_eq!(may_seal(&chain, &world.trust, |_| GOOD, before), Ok(GOOD));
    }
}

#[test]
fn a_certificate_seals_only_while_it_is_valid() {
    let world = World::new();
    let seals = |time: &str| may_seal(&world.chain(), &world.trust, |_| GOOD, at(time));
    assert_eq!(seals("2024-12-31T23:59:59Z"), Err(Unfit::NotYet));
    assert_eq!(seals("2029-01-01T00:00:00Z"), Err(Unfit::Expired));
}

#[test]
fn a_certificate_of_others_or_for_other_things_seals_nothing() {
    let world = World::new();
    let may = |certificate: &Certificate| {
        may_seal(std::slice::from_ref(certificate), &world.trust, |_| GOOD, today()).unwrap_err()
    };
    assert_eq!(may(&world.issuer.seal().certificate), Unfit::Chain);
    assert_eq!(may(&world.root.certificate), Unfit::Usage);
    assert_eq!(
        may_seal(&[], &world.trust, |_| GOOD, today()),
        Err(Unfit::Missing)
    );
    let elsewhere = Trust {
        roots: vec![Ca::root("TEST root").certificate],
        ..world.trust.clone()
    };
    assert_eq!(
        may_seal(&world.chain(), &elsewhere, |_| GOOD, today()),
        Err(Unfit::Chain)
    );
}

/// Keys in memory, by name.
struct Several(Vec<(&'static str, Signer)>);

impl KeyProvider for Several {
    fn sign(&self, key: &str, message: &[u8]) -> Result<Signature, KeyError> {
        let found = self.0.iter().find(|(name, _)| *name == key);
        Ok(found.ok_or(KeyError::Missing)?.1.key.sign(message))
    }

    fn certificate_chain(&self, key: &str) -> Result<Vec<Certificate>, KeyError> {
        let found = self.0.iter().find(|(name, _)| *name == key);
        Ok(vec![found.ok_or(KeyError::Missing)?.1.certificate.clone()])
    }
}

#[test]
fn the_newest_key_that_may_seal_is_the_one() {
    let root = Ca::root("TEST root");
    let from = |year| {
        move |params: &mut rcgen::CertificateParams| params.not_before = rcgen::date_time_ymd(year, 3, 1)
    };
    let provider = Several(vec![
        ("first", root.issue("TEST first", expired)),
        ("second", root.issue("TEST second", |_| {})),
        ("third", root.issue("TEST third", from(2026))),
        ("fourth", root.issue("TEST fourth", from(2027))),
    ]);
    let mut trust = Trust {
        roots: vec![root.certificate.clone()],
        ..Trust::default()
    };
    let keys = ["first", "missing", "second", "third", "fourth"].map(str::to_owned);
    let chosen = |trust: &Trust, now: &str| {
        choose(&provider, &keys, trust, |_| GOOD, at(now)).map(|chosen| chosen.key)
    };
    assert_eq!(chosen(&trust, "2026-02-28T00:00:00Z"), Ok("first"));
    assert_eq!(chosen(&trust, "2026-11-21T00:00:00Z"), Ok("third"));
    assert_eq!(chosen(&trust, "2027-03-01T00:00:00Z"), Ok("fourth"));
    assert_eq!(chosen(&trust, "2029-03-01T00:00:00Z"), Err(Unfit::Expired));
    let third = &provider.0[2].1.certificate;
    trust.revoked = vec![revoked(third, "2026-11-01T00:00:00Z")];
    assert_eq!(chosen(&trust, "2026-11-21T00:00:00Z"), Ok("second"));
    let said = |below: &[&Certificate]| {
        if below == [third] {
            GOOD
        } else {
            RevocationStatus::Revoked
        }
    };
    assert!(choose(&provider, &keys, &trust, said, today()).is_err());
    assert_eq!(
        choose(&provider, &[], &trust, |_| GOOD, today()).unwrap_err(),
        Unfit::Missing
    );
}

#[test]
fn the_test_authority_seals_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let authority = TestAuthority::make(today()).unwrap();
    authority.write(folder.path()).unwrap();
    // It never overwrites a key.
    assert!(authority.write(folder.path()).is_err());

    let keys = FileKeys::new(folder.path(), false).unwrap();
    let names = ["seal".to_owned()];
    let trust = authority.trust();
    let Chosen { key, chain, .. } = choose(&keys, &names, &trust, |_| GOOD, today()).unwrap();
    assert_eq!(chain.len(), 2);
    let attributes = cms::signed_attributes(&CONTENT, &chain[0]).unwrap();
    let signature = keys.sign(key, &attributes).unwrap();
    let seal = cms::read(&cms::build(&attributes, &signature, &chain, None).unwrap()).unwrap();
    assert_eq!(seal.verify(&CONTENT), Ok(()));
    assert_eq!(
        trust.judge(seal.certificates(), None, today()),
        crate::evidence::trust::Authenticity::Trusted
    );
    assert!(matches!(
        keys.event_certificate(
            &Event {
                identity: [1; 32],
                handwriting: [2; 32],
                document: [3; 32]
            },
            today()
        ),
        Err(KeyError::NotOffered)
    ));
}

#[test]
fn a_file_is_no_place_for_a_key_in_production_and_names_stay_in_their_folder() {
    assert!(matches!(
        FileKeys::new(".", true),
        Err(KeyError::FileInProduction)
    ));
    let folder = tempfile::tempdir().unwrap();
    let keys = FileKeys::new(folder.path(), false).unwrap();
    for name in ["", "nobody", "../seal", "/etc/passwd", "a.b"] {
        assert!(
            matches!(keys.certificate_chain(name), Err(KeyError::Missing)),
            "{name}"
        );
        assert!(matches!(keys.sign(name, b""), Err(KeyError::Missing)), "{name}");
    }
    std::fs::write(folder.path().join("bad.cer"), b"nonsense").unwrap();
    std::fs::write(folder.path().join("bad.key"), b"nonsense").unwrap();
    assert!(matches!(keys.certificate_chain("bad"), Err(KeyError::Mismatch)));
    assert!(matches!(keys.sign("bad", b""), Err(KeyError::Kind)));
}

#[test]
fn every_name_of_the_test_authority_says_that_it_is_one() {
    let authority = TestAuthority::make(today()).unwrap();
    for pair in [&authority.root, &authority.seal, &authority.time] {
        let subject = pair.certificate.subject();
        assert!(subject.contains("TEST") && subject.contains("测试"), "{subject}");
        assert!(pair.certificate.valid_at(today()));
        assert!(SoftKey::from_pkcs8(&pair.key).is_ok());
    }
    assert!(authority.seal.certificate.may_sign() && !authority.seal.certificate.may_stamp());
    assert!(authority.time.certificate.may_stamp() && !authority.time.certificate.may_sign());
    let leap = TestAuthority::make(at("2028-02-29T12:00:00Z")).unwrap();
    assert!(leap.root.certificate.valid_at(at("2058-01-01T00:00:00Z")));
}

#[test]
fn an_event_has_a_certificate_of_its_own_that_binds_what_it_was() {
    let authority = TestAuthority::make(today()).unwrap();
    let provider = TestEvents::new(&authority.root).unwrap();
    let event = Event {
        identity: [1; 32],
        handwriting: [2; 32],
        document: [3; 32],
    };
    let one = provider.event_certificate(&event, today()).unwrap();
    let certificate = &one.chain[0];
    assert!(certificate.subject().contains("TEST") && certificate.subject().contains("测试"));
    assert!(
        certificate
            .der()
            .windows(96)
            .any(|bytes| bytes == event.message())
    );
    let key = certificate.key().unwrap();
    assert!(matches!(key, Key::P256(_)));
    assert!(key.verifies(one.signature.alg, &event.message(), &one.signature.value));
    let other = Event {
        document: [4; 32],
        ..event
    };
    assert!(!key.verifies(one.signature.alg, &other.message(), &one.signature.value));

    let trust = Trust {
        signers: Vec::new(),
        ..authority.trust()
    };
    assert_eq!(may_seal(&one.chain, &trust, |_| GOOD, today()), Ok(GOOD));
    let later = at("2026-11-24T00:00:00Z");
    assert_eq!(may_seal(&one.chain, &trust, |_| GOOD, later), Err(Unfit::Expired));
    // Among the institution's seals it is none.
    assert_eq!(
        may_seal(&one.chain, &authority.trust(), |_| GOOD, today()),
        Err(Unfit::Chain)
    );
    let again = provider.event_certificate(&event, today()).unwrap();
    assert_ne!(again.chain[0].key(), Some(key));
    assert!(matches!(provider.sign("root", b""), Err(KeyError::Missing)));
}
