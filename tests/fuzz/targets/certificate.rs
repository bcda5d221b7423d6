//! Any bytes as a certificate: read, and judged as a seal's and as an issuer's.
#![no_main]

use evidence::{trust::Trust, x509::Certificate};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, unused_imports, reason = "a target uses a part of the evidence")]
mod evidence;

fuzz_target!(|bytes: &[u8]| {
    let Ok(certificate) = Certificate::from_der(bytes) else { return };
    assert_eq!(certificate.der(), bytes);
    let json = serde_json::to_string(&certificate).expect("a certificate is written");
    assert_eq!(serde_json::from_str::<Certificate>(&json).expect("and read again"), certificate);
    let now = "2026-11-21T01:30:00Z".parse().expect("a time");
    let trust = Trust {
        roots: vec![certificate.clone()],
        issuers: vec![certificate.clone()],
        ..Trust::default()
    };
    trust.judge(&[certificate.clone(), certificate.clone()], Some(now), now);
    Trust { roots: Vec::new(), ..trust }.judge(&[certificate], None, now);
});
