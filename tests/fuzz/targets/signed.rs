//! Any bytes as a seal: read, verified, given a token. What verifies is exactly what we write.
#![no_main]

use evidence::{cms, trust::Trust};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, unused_imports, reason = "a target uses a part of the evidence")]
mod evidence;

fuzz_target!(|bytes: &[u8]| {
    let Ok(seal) = cms::read(bytes) else { return };
    let now = "2026-11-21T01:30:00Z".parse().expect("a time");
    if seal.verify(&[7; 32]).is_ok() {
        if let Some(token) = seal.token() {
            assert_eq!(seal.with_token(token).as_deref(), Ok(bytes));
        }
    }
    Trust::default().judge(seal.certificates(), None, now);
    // A signed message is a token to the writer, whatever it says.
    if let Ok(again) = seal.with_token(bytes) {
        let again = cms::read(&again).expect("what is written is read");
        assert_eq!(again.signature_value(), seal.signature_value());
        assert_eq!(again.token(), Some(bytes));
    }
});
