use super::{
    algorithm::{Algorithm, Key},
    pki_tests::{Ca, at, time_stamping, time_stamping_and_another, time_stamping_not_critical},
    x509::{BadCertificate, Certificate},
};

macro_rules! foreign {
    ($name:literal) => {
        Certificate::from_der(include_bytes!(concat!("foreign/", $name, ".cer"))).unwrap()
    };
}

#[test]
fn a_certificate_of_others_says_what_openssl_wrote() {
    let certificate = foreign!("rsa-3072");
    assert_eq!(certificate.subject(), "CN=TEST rsa-3072,O=Muan TEST ONLY,C=CN");
    assert!(certificate.valid_at(at("2026-11-23T00:00:00Z")));
    assert!(!certificate.valid_at(at("2026-11-22T00:00:00Z")));
    assert!(!certificate.valid_at(at("2127-01-01T00:00:00Z")));
    assert!(certificate.may_sign() && !certificate.may_stamp());
    assert!(matches!(certificate.key(), Some(Key::Rsa(_))));
    assert!(certificate.signed_by(&certificate) && certificate.names(&certificate));
    assert!(!certificate.may_issue(0));
    let root = foreign!("root");
    assert!(root.may_issue(0) && root.may_issue(5) && !root.may_sign());
    assert!(!certificate.names(&root) && !certificate.signed_by(&root));
}

#[test]
fn only_rsa_from_3072_bits_and_two_curves_are_keys() {
    assert!(matches!(foreign!("p384").key(), Some(Key::P384(_))));
    assert!(foreign!("p384").signed_by(&foreign!("p384")));
    for weak in [foreign!("rsa-2048"), foreign!("p521"), foreign!("ed25519")] {
        assert_eq!(weak.key(), None, "{}", weak.subject());
        assert!(!weak.signed_by(&weak));
    }
}

#[test]
fn a_signature_with_sha1_counts_for_nothing() {
    let certificate = foreign!("sha1");
    assert!(certificate.key().is_some());
    assert!(!certificate.signed_by(&certificate));
}

#[test]
fn a_critical_extension_that_nobody_knows_forbids_every_use() {
    let odd = foreign!("odd");
    assert!(!odd.may_sign() && !odd.may_stamp() && !odd.may_issue(0));
}

#[test]
fn a_time_authority_has_its_usage_critical_and_alone() {
    let root = Ca::root("TEST root");
    assert!(root.issue("TEST", time_stamping).certificate.may_stamp());
    assert!(
        !root
            .issue("TEST", time_stamping_not_critical)
            .certificate
            .may_stamp()
    );
    assert!(
        !root
            .issue("TEST", time_stamping_and_another)
            .certificate
            .may_stamp()
    );
    assert!(!root.seal().certificate.may_stamp());
    let without_key_usage = root.issue("TEST", |params| {
        time_stamping(params);
        params.key_usages = Vec::new();
    });
    assert!(!without_key_usage.certificate.may_stamp());
}

#[test]
fn a_certificate_with_a_changed_or_missing_byte_is_not_read_or_not_signed() {
    let root = Ca::root("TEST root");
    let good = root.seal().certificate;
    assert!(good.signed_by(&root.certificate));
    for at in 0..good.der().len() {
        let mut changed = good.der().to_vec();
        changed[at] ^= 1 << (at % 8);
        let believed = Certificate::from_der(&changed).is_ok_and(|read| read.signed_by(&root.certificate));
        assert!(!believed, "byte {at}");
        assert!(Certificate::from_der(&good.der()[..at]).is_err());
    }
    let followed = [good.der(), &[0]].concat();
    assert_eq!(Certificate::from_der(&followed), Err(BadCertificate::Malformed));
    assert_eq!(
        Certificate::from_der(&[0x30; 20 << 10]),
        Err(BadCertificate::TooLarge)
    );
}

#[test]
fn a_certificate_travels_in_json_as_base64() {
    let certificate = foreign!("p384");
    let text = serde_json::to_string(&certificate).unwrap();
    assert_eq!(serde_json::from_str::<Certificate>(&text).unwrap(), certificate);
    assert!(serde_json::from_str::<Certificate>("\"MAA=\"").is_err());
}

#[test]
fn an_algorithm_belongs_to_its_key_and_hash() {
    let Some(key) = foreign!("rsa-3072").key().cloned() else {
        panic!("a key of 3072 bits is accepted")
    };
    let ecdsa = Algorithm::EcdsaP256Sha256.identifier();
    assert_eq!(Algorithm::read(&ecdsa, &key, None), Ok(None));
    assert!(!key.verifies(Algorithm::EcdsaP256Sha256, b"", b""));
    let rsa = Algorithm::RsaPkcs1Sha384.identifier();
    assert_eq!(
        Algorithm::read(&rsa, &key, None),
        Ok(Some(Algorithm::RsaPkcs1Sha384))
    );
    assert_eq!(
        Algorithm::read(&rsa, &key, Some(super::algorithm::Hash::Sha256)),
        Ok(None)
    );
}
