//! Our half of `tests/interop/seal.sh`: what other programs are given, and what they gave back. The script runs these in
//! its order, with a folder that both know; alone they have nothing to look at.

use std::{fs, path::PathBuf};

use chrono::Utc;
use zeroize::Zeroizing;

use super::{
    algorithm::Hash,
    authority::{TestAuthority, TestLists, TestRevoked},
    cms,
    keys::{
        FileKeys, KeyError, KeyProvider, SoftKey,
        pkcs11::{Settings, TokenKeys},
    },
    revocation::List,
    sm::{self, SmKey},
    timestamp::{Refused, Request, check, local::LocalAuthority},
    trust::{Authenticity, Trust},
    x509::Certificate,
};

fn setting(name: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the script's way to the test, no setting of the service"
    )]
    std::env::var(name).unwrap_or_else(|_| panic!("tests/interop/seal.sh sets {name}"))
}

fn folder() -> PathBuf {
    setting("MUAN_TEST_FOREIGN").into()
}

fn now() -> chrono::DateTime<Utc> {
    #[expect(clippy::disallowed_methods, reason = "the other programs live today")]
    Utc::now()
}

fn read(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn write(name: &str, bytes: &[u8]) {
    fs::write(folder().join(name), bytes).unwrap();
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Hash::Sha256.digest(bytes).try_into().unwrap()
}

#[test]
#[ignore = "run by tests/interop/seal.sh"]
fn other_programs_are_given_a_seal_a_token_and_questions() {
    let authority = TestAuthority::make(now()).unwrap();
    authority.write(&folder()).unwrap();
    let keys = FileKeys::new(folder(), false).unwrap();
    let chain = keys.certificate_chain("seal").unwrap();
    let content = b"what is sealed";
    let attributes = cms::signed_attributes(&digest(content), &chain[0]).unwrap();
    let signature = keys.sign("seal", &attributes).unwrap();
    let early = cms::build(&attributes, &signature, &chain, None).unwrap();
    let seal = cms::read(&early).unwrap();

    let time = SoftKey::from_pkcs8(&authority.time.key).unwrap();
    let local = LocalAuthority::new(time, authority.time.certificate.clone()).unwrap();
    let request = Request::new(seal.imprint(), 0x1234_5678_9ABC_DEF0);
    let answer = local.answer(&request.der(), now(), 7);
    let token = check(&answer, &request, &authority.trust(), now()).unwrap();

    write("content.bin", content);
    write("seal-early.der", &early);
    write("seal.der", &seal.with_token(&token.der).unwrap());
    write("sigvalue.bin", seal.signature_value());
    write("request.tsq", &request.der());
    write("answer.tsr", &answer);
    write("token.der", &token.der);

    let serial = hex::encode(chain[0].serial());
    let revoked = TestRevoked { serial, at: now() };
    for (name, revoked) in [("list.crl", Vec::new()), ("revoked.crl", vec![revoked])] {
        let lists = TestLists::new(&authority.root.certificate, &authority.root.key, revoked).unwrap();
        write(name, &lists.answer(now()).unwrap());
    }

    let root: [u8; 32] = read("root.bin").try_into().unwrap();
    let key = SmKey::from_pkcs8(&read("sm.key.der")).unwrap();
    write("sm-ours.sig", &key.sign(&root).unwrap());
}

#[test]
#[ignore = "run by tests/interop/seal.sh"]
fn what_other_programs_gave_back_holds() {
    let imprint = digest(&read("sigvalue.bin"));
    let request = Request::new(imprint, 0x1234_5678_9ABC_DEF0);
    let trust = Trust {
        time_roots: vec![Certificate::from_der(&read("foreign-root.cer")).unwrap()],
        policies: vec!["1.3.6.1.4.1.32473.3161.2".to_owned()],
        ..Trust::default()
    };
    let answer = read("foreign.tsr");
    let token = check(&answer, &request, &trust, now()).unwrap();
    assert_eq!(token.verify(&imprint, &trust), Ok(()));
    let other_nonce = Request::new(imprint, 1);
    assert_eq!(
        check(&answer, &other_nonce, &trust, now()).unwrap_err(),
        Refused::Nonce
    );
    let other_imprint = Request::new([0; 32], 0x1234_5678_9ABC_DEF0);
    assert_eq!(
        check(&answer, &other_imprint, &trust, now()).unwrap_err(),
        Refused::Imprint
    );

    let issuer = Certificate::from_der(&read("foreign-root.cer")).unwrap();
    for (name, is_revoked) in [("foreign-seal", true), ("foreign-time", false)] {
        let certificate = Certificate::from_der(&read(&format!("{name}.cer"))).unwrap();
        let said = List::about(&certificate, &issuer, &read("foreign.crl"), now()).unwrap();
        assert_eq!(said.revoked.is_some(), is_revoked, "{name}");
    }

    let root: [u8; 32] = read("root.bin").try_into().unwrap();
    let public = SmKey::from_pkcs8(&read("sm.key.der")).unwrap().public();
    assert_eq!(sm::verify(&root, &read("sm-theirs.sig"), &public), Ok(()));
}

#[test]
#[ignore = "run by tests/interop/seal.sh"]
fn keys_in_a_token_seal() {
    let settings = |pin: &str| Settings {
        module: setting("MUAN_TEST_PKCS11_MODULE").into(),
        token: "muan-test".to_owned(),
        pin: Zeroizing::new(pin.to_owned()),
    };
    let keys = TokenKeys::load(settings("1234")).unwrap();
    let root = Certificate::from_der(&read("foreign-root.cer")).unwrap();
    for name in ["p256", "p384", "rsa"] {
        let chain = keys.certificate_chain(name).unwrap();
        assert_eq!(chain.len(), 2, "the issuer is in the token too");
        let trust = Trust {
            roots: vec![root.clone()],
            ..Trust::default()
        };
        let content = digest(name.as_bytes());
        let attributes = cms::signed_attributes(&content, &chain[0]).unwrap();
        let signature = keys.sign(name, &attributes).unwrap();
        let der = cms::build(&attributes, &signature, &chain, None).unwrap();
        let seal = cms::read(&der).unwrap();
        assert_eq!(seal.verify(&content), Ok(()));
        assert_eq!(
            trust.judge(seal.certificates(), None, now()),
            Authenticity::Trusted
        );
        write(&format!("token-{name}.bin"), name.as_bytes());
        write(&format!("token-{name}.der"), &der);
    }
    assert!(matches!(keys.sign("nobody", b""), Err(KeyError::Missing)));
    drop(keys);
    assert!(matches!(
        TokenKeys::load(settings("4321")).unwrap().try_token(),
        Err(KeyError::Device(_))
    ));
}
