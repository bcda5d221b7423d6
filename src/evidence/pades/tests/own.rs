//! Whole files, signed and stamped by a test authority of ours: nothing that was changed is taken for what was sealed.

use super::super::super::authority::TestAuthority;
use super::super::super::cms;
use super::super::super::keys::SoftKey;
use super::super::super::timestamp::local::LocalAuthority;
use super::super::super::timestamp::{Request, Token, check};
use super::super::super::trust::{Authenticity, Trust};
use super::files::keep;
use super::*;

/// An institution that seals with its own authority.
struct House {
    authority: TestAuthority,
    stamps: LocalAuthority,
    trust: Trust,
}

impl House {
    fn new() -> House {
        let authority = TestAuthority::make(morning()).unwrap();
        let key = SoftKey::from_pkcs8(&authority.time.key).unwrap();
        House {
            stamps: LocalAuthority::new(key, authority.time.certificate.clone()).unwrap(),
            trust: authority.trust(),
            authority,
        }
    }

    fn token(&self, imprint: [u8; 32]) -> Vec<u8> {
        let request = Request::new(imprint, 41);
        let answer = self.stamps.answer(&request.der(), morning(), 1);
        check(&answer, &request, &self.trust, morning()).unwrap().der
    }

    fn seal(&self, document: &[u8], reserve: usize) -> Vec<u8> {
        let prepared = prepare(document, reserve, morning(), Kind::Certify).unwrap();
        let certificate = &self.authority.seal.certificate;
        let attributes = cms::signed_attributes(&prepared.digest, certificate).unwrap();
        let key = SoftKey::from_pkcs8(&self.authority.seal.key).unwrap();
        let chain = [certificate.clone(), self.authority.root.certificate.clone()];
        let signature = cms::build(&attributes, &key.sign(&attributes), &chain, None).unwrap();
        finish(prepared, &signature).unwrap()
    }

    /// The token that was late.
    fn attest(&self, sealed: &[u8]) -> Vec<u8> {
        let signature = cms::read(&read(sealed).unwrap().contents).unwrap();
        let token = self.token(sha256(signature.signature_value()));
        replace(sealed, &signature.with_token(&token).unwrap()).unwrap()
    }

    fn stamp(&self, file: &[u8], reserve: usize) -> Vec<u8> {
        let prepared = prepare(file, reserve, morning(), Kind::DocTimeStamp).unwrap();
        let token = self.token(prepared.digest);
        finish(prepared, &token).unwrap()
    }

    fn holds(&self, token: &[u8], imprint: &[u8; 32]) -> bool {
        Token::read(token).is_ok_and(|token| token.verify(imprint, &self.trust).is_ok())
    }

    fn integrity(&self, file: &[u8]) -> Integrity {
        let signature = |signed: &Signed| cms::read(&signed.contents);
        integrity(
            &read(file),
            |signed| signature(signed).is_ok_and(|signature| signature.verify(&signed.digest).is_ok()),
            |later| {
                later.iter().all(|later| match later {
                    Later::DocumentTimeStamp(covered) => self.holds(&covered.contents, &covered.digest),
                    Later::ValidationData(added) => *added == self.data(),
                    Later::Other(_) => false,
                })
            },
        )
    }

    /// All that one would ask of a sealed file that has its token.
    fn takes(&self, file: &[u8]) -> bool {
        if self.integrity(file) != Integrity::Intact {
            return false;
        }
        let signature = cms::read(&read(file).unwrap().contents).unwrap();
        let trusted = self
            .trust
            .judge(signature.certificates(), Some(morning()), morning());
        let imprint = sha256(signature.signature_value());
        trusted == Authenticity::Trusted && signature.token().is_some_and(|token| self.holds(token, &imprint))
    }

    fn data(&self) -> ValidationData {
        ValidationData {
            certificates: vec![self.authority.root.certificate.der().to_vec()],
            ..ValidationData::default()
        }
    }
}

#[test]
fn what_we_have_sealed_attested_and_preserved_is_taken() {
    let house = House::new();
    let sealed = house.seal(PRINTED, RESERVE);
    assert_eq!(house.integrity(&sealed), Integrity::Intact);
    assert!(!house.takes(&sealed), "without a token the time is only claimed");
    let attested = house.attest(&sealed);
    let stamped = house.stamp(&attested, RESERVE);
    let preserved = house.stamp(&add_validation_data(&stamped, &house.data()).unwrap(), RESERVE);
    for (name, file) in [
        ("own-attested", &attested),
        ("own-stamped", &stamped),
        ("own-preserved", &preserved),
    ] {
        assert!(house.takes(file), "{name}");
        keep(&format!("{name}.pdf"), file);
    }
    keep("own-sealed.pdf", &sealed);
    keep("own-root.der", house.authority.root.certificate.der());
    assert!(!House::new().takes(&attested), "another house has other keys");
    let moved = house.stamp(&house.attest(&house.seal(&small(), 4000)), 4000);
    let tail = &moved[house.attest(&house.seal(&small(), 4000)).len()..];
    assert!(
        !house.takes(&[&attested[..], tail].concat()),
        "a time-stamp of another file"
    );
}

#[test]
fn no_changed_byte_of_a_whole_file_is_taken() {
    let house = House::new();
    let file = house.stamp(&house.attest(&house.seal(&small(), 4000)), 3000);
    assert!(house.takes(&file));
    let mut changed = file.clone();
    // Every seventh: each change inside a signature costs a verification. Keys are new each time.
    for place in (0..file.len()).step_by(7) {
        let digit = if file[place] == b'0' { b'1' } else { b'0' };
        changed[place] = [digit, file[place] ^ 0x20][place % 2];
        assert!(!house.takes(&changed), "byte {place}");
        changed[place] = file[place];
    }
}
