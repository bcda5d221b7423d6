use rcgen::{BasicConstraints, IsCa};

use super::{
    keys::SoftKey,
    pki_tests::{Ca, World, at, expired, revoked, time_stamping, today},
    trust::{Authenticity, Trust, TrustedLogKey, path},
    x509::Certificate,
};

fn after_expiry() -> chrono::DateTime<chrono::Utc> {
    at("2030-01-01T00:00:00Z")
}

#[test]
fn a_seal_of_this_institution_is_trusted() {
    let world = World::new();
    let judge = |attested| world.trust.judge(&world.chain(), attested, today());
    assert_eq!(judge(Some(today())), Authenticity::Trusted);
    assert_eq!(judge(None), Authenticity::Trusted);
    assert_eq!(world.trust.judge(&[], None, today()), Authenticity::Unknown);
}

#[test]
fn another_seal_under_the_same_issuer_is_another_signer() {
    let world = World::new();
    let other = world.issuer.seal().certificate;
    let chain = [other, world.issuer.certificate.clone()];
    assert_eq!(
        world.trust.judge(&chain, None, today()),
        Authenticity::OtherSigner
    );
    // A table that names no seals takes whoever has a path.
    let open = Trust {
        signers: Vec::new(),
        ..world.trust.clone()
    };
    assert_eq!(open.judge(&chain, None, today()), Authenticity::Trusted);
    let stranger = Ca::root("TEST root").seal().certificate;
    assert_eq!(
        open.judge(&[stranger], None, today()),
        Authenticity::UntrustedChain
    );
}

#[test]
fn without_the_pinned_root_or_issuer_there_is_no_chain() {
    let world = World::new();
    let no_root = Trust {
        roots: vec![Ca::root("TEST root").certificate],
        ..world.trust.clone()
    };
    assert_eq!(
        no_root.judge(&world.chain(), None, today()),
        Authenticity::UntrustedChain
    );
    // An issuer that came along is not used unless it is pinned.
    let no_issuer = Trust {
        issuers: Vec::new(),
        ..world.trust.clone()
    };
    assert_eq!(
        no_issuer.judge(&world.chain(), None, today()),
        Authenticity::UntrustedChain
    );
    // And one that is not pinned must not come along.
    let chain = [world.chain(), vec![Ca::root("TEST stowaway").certificate]].concat();
    assert_eq!(
        world.trust.judge(&chain, None, today()),
        Authenticity::UntrustedChain
    );
}

#[test]
fn a_certificate_is_judged_at_the_attested_time() {
    let world = World::new();
    let judge = |attested, now| world.trust.judge(&world.chain(), attested, now);
    assert_eq!(judge(Some(today()), after_expiry()), Authenticity::Trusted);
    assert_eq!(judge(None, after_expiry()), Authenticity::Unknown);
    assert_eq!(
        judge(Some(after_expiry()), after_expiry()),
        Authenticity::UntrustedChain
    );
    let before = at("2024-12-31T23:59:59Z");
    assert_eq!(judge(Some(before), today()), Authenticity::UntrustedChain);
}

#[test]
fn revoked_means_revoked_before_the_attested_time() {
    let mut world = World::new();
    world.trust.revoked = vec![revoked(&world.seal.certificate, "2026-11-21T02:00:00Z")];
    let judge = |attested, now| world.trust.judge(&world.chain(), attested, now);
    assert_eq!(judge(Some(today()), after_expiry()), Authenticity::Trusted);
    assert_eq!(
        judge(Some(at("2026-11-21T02:00:00Z")), after_expiry()),
        Authenticity::Revoked
    );
    // Nothing says whether it signed before.
    assert_eq!(judge(None, at("2026-11-21T03:00:00Z")), Authenticity::Unknown);
    assert_eq!(judge(None, today()), Authenticity::Trusted);
}

#[test]
fn a_revoked_issuer_takes_its_seals_along() {
    let mut world = World::new();
    world.trust.revoked = vec![revoked(&world.issuer.certificate, "2026-11-01T00:00:00Z")];
    assert_eq!(
        world.trust.judge(&world.chain(), Some(today()), today()),
        Authenticity::Revoked
    );
}

#[test]
fn an_expired_issuer_ends_the_chain() {
    let root = Ca::root("TEST root");
    let issuer = root.below("TEST issuer", expired);
    let trust = Trust {
        roots: vec![root.certificate.clone()],
        issuers: vec![issuer.certificate.clone()],
        ..Trust::default()
    };
    let chain = [issuer.seal().certificate];
    assert_eq!(trust.judge(&chain, None, today()), Authenticity::Unknown);
    let then = at("2026-05-01T00:00:00Z");
    assert_eq!(trust.judge(&chain, Some(then), today()), Authenticity::Trusted);
}

#[test]
fn who_may_not_sign_documents_is_not_trusted() {
    let root = Ca::root("TEST root");
    let trust = Trust {
        roots: vec![root.certificate.clone()],
        ..Trust::default()
    };
    let no_usage = root.issue("TEST", |params| params.key_usages = Vec::new());
    let time = root.issue("TEST", time_stamping);
    for certificate in [no_usage.certificate, time.certificate] {
        assert_eq!(
            trust.judge(&[certificate], None, today()),
            Authenticity::UntrustedChain
        );
    }
}

#[test]
fn only_an_authority_issues_and_only_as_deep_as_it_may() {
    let root = Ca::root("TEST root");
    let roots = [root.certificate.clone()];
    let shallow = root.below("TEST shallow", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let deeper = shallow.below("TEST deeper", |_| {});
    let issuers = [shallow.certificate.clone(), deeper.certificate.clone()];
    let found = |leaf: &Certificate| path(leaf, &issuers, &roots).map(|path| path.len());
    assert_eq!(found(&shallow.seal().certificate), Some(3));
    assert_eq!(found(&deeper.seal().certificate), None);

    let no_authority = root.below("TEST plain", |params| params.is_ca = IsCa::NoCa);
    let no_usage = root.below("TEST silent", |params| params.key_usages = Vec::new());
    for issuer in [no_authority, no_usage] {
        let issuers = [issuer.certificate.clone()];
        assert!(path(&issuer.seal().certificate, &issuers, &roots).is_none());
    }
}

#[test]
fn issuers_with_the_same_name_cost_a_bounded_number_of_checks() {
    let namesakes: Vec<Ca> = (0..40).map(|_| Ca::root("TEST namesake")).collect();
    let issuers: Vec<Certificate> = namesakes.iter().map(|ca| ca.certificate.clone()).collect();
    let leaf = namesakes.first().unwrap().seal().certificate;
    let began = std::time::Instant::now();
    assert!(path(&leaf, &issuers, &[Ca::root("TEST other").certificate]).is_none());
    assert!(began.elapsed().as_millis() < 500);
}

#[test]
fn the_table_travels_as_json_and_unknown_members_are_refused() {
    let mut world = World::new();
    world.trust.revoked = vec![revoked(&world.issuer.certificate, "2026-11-01T00:00:00Z")];
    world.trust.log_keys = vec![TrustedLogKey {
        name: "muan.example/log".to_owned(),
        public: [9; 32],
        from: today(),
        until: None,
    }];
    let text = serde_json::to_string_pretty(&world.trust).unwrap();
    assert_eq!(serde_json::from_str::<Trust>(&text).unwrap(), world.trust);
    assert_eq!(serde_json::from_str::<Trust>("{}").unwrap(), Trust::default());
    for bad in [
        r#"{"root": []}"#,
        r#"{"signers": ["abcd"]}"#,
        r#"{"roots": ["AAAA"]}"#,
        r#"{"log_keys": [{"name": "a", "public": "AA==", "from": "2026-01-01T00:00:00Z"}]}"#,
    ] {
        assert!(serde_json::from_str::<Trust>(bad).is_err(), "{bad}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let key = World::new().seal.key;
    assert_eq!(format!("{key:?}"), "SoftKey([secret])");
    assert!(SoftKey::from_pkcs8(b"no key").is_err());
}
