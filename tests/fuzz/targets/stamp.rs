//! Any bytes as the answer of a time authority, and as a token.
#![no_main]

use evidence::{
    timestamp::{Request, Token, check},
    trust::Trust,
    x509::Certificate,
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

#[allow(dead_code, unused_imports, reason = "a target uses a part of the evidence")]
mod evidence;

static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let root = include_bytes!("../../../src/evidence/foreign/root.cer");
    Trust {
        time_roots: vec![Certificate::from_der(root).expect("the root is read")],
        policies: vec!["1.3.6.1.4.1.32473.3161.2".to_owned()],
        ..Trust::default()
    }
});

/// The SHA-256 of `the signature value`.
const IMPRINT: [u8; 32] = [
    0x51, 0x8A, 0xA4, 0xB5, 0x52, 0x13, 0xE6, 0x0E, 0x5E, 0x05, 0x99, 0x30, 0xB8, 0x79, 0x41, 0x4F, 0x1C, 0x00, 0xA7, 0x65,
    0x24, 0x48, 0xC6, 0x22, 0x83, 0xD6, 0xD9, 0x7C, 0xF5, 0xCE, 0xE0, 0xC7,
];

fuzz_target!(|bytes: &[u8]| {
    let now = "2026-11-22T14:43:14Z".parse().expect("a time");
    let request = Request::new(IMPRINT, 0x12CE_43AB_6D9A_8136);
    if let Ok(token) = check(bytes, &request, &TRUST, now) {
        // One answer is known; whatever is taken says the same.
        assert_eq!(token.time, now);
        assert_eq!(Token::read(&token.der).expect("it is kept").verify(&IMPRINT, &TRUST), Ok(()));
    }
    if let Ok(token) = Token::read(bytes) {
        assert_eq!(token.der, bytes);
        let _ = token.verify(&IMPRINT, &TRUST);
    }
});
