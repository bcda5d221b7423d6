use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::sm::{SmError, SmKey, verify};

/// A key made by openssl 3.0, the point that belongs to it, and its signature over [`ROOT`] with
/// `-digest sm3 -rawin -pkeyopt distid:1234567812345678`.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgfwii06fbrH5AslkUI0PQjYYphs4MNwJzJTW0tdjRvd2hRANCAASPhe5Vc4bhcOQiUtQsbEk1OJAbQSige8b+0ymKixAojNTQ+8OqBARhvaeMD3TF4bES35YLpjR+QKvsPNHTxi+q";
const POINT: &str = "048f85ee557386e170e42252d42c6c493538901b4128a07bc6fed3298a8b10288cd4d0fbc3aa040461bda78c0f74c5e1b112df960ba6347e40abec3cd1d3c62faa";
const FOREIGN: &str =
    "MEUCIGiig6Z2HkO2puDTLp51CmYuPK/ElRKedcS7u9PJwGNuAiEA9+f5ID9krPSG1u5S4/zxyf+MPZ13OdGPAUy7OiPHTkI=";
const ROOT: [u8; 32] = *b"an evidence root of 32 bytes ...";

fn key() -> SmKey {
    SmKey::from_pkcs8(&BASE64_STANDARD.decode(KEY).unwrap()).unwrap()
}

#[test]
fn our_own_signature_holds_for_its_root_and_key_only() {
    let key = key();
    let signature = key.sign(&ROOT).unwrap();
    assert_eq!(verify(&ROOT, &signature, &key.public()), Ok(()));
    assert_eq!(
        verify(&[0; 32], &signature, &key.public()),
        Err(SmError::Signature)
    );
    for at in 0..signature.len() {
        let mut changed = signature.clone();
        changed[at] ^= 1;
        assert_eq!(
            verify(&ROOT, &changed, &key.public()),
            Err(SmError::Signature),
            "byte {at}"
        );
    }
    assert_eq!(verify(&ROOT, &signature, &[4; 65]), Err(SmError::Key));
    assert_eq!(verify(&ROOT, &[], &key.public()), Err(SmError::Signature));
}

#[test]
fn a_signature_of_openssl_holds() {
    assert_eq!(hex::encode(key().public()), POINT);
    let signature = BASE64_STANDARD.decode(FOREIGN).unwrap();
    assert_eq!(verify(&ROOT, &signature, &hex::decode(POINT).unwrap()), Ok(()));
}

#[test]
fn what_is_no_key_is_refused_and_a_key_is_not_shown() {
    assert!(matches!(SmKey::from_pkcs8(b"no key"), Err(SmError::Key)));
    assert_eq!(format!("{:?}", key()), "SmKey([secret])");
}
