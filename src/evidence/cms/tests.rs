use std::time::Instant;

use super::*;
use crate::evidence::{
    algorithm::Algorithm,
    asn1::{self, SEQUENCE, SET},
    pki_tests::{CONTENT, Ca, World, today},
    timestamp::{Request, Token, check},
    trust::Authenticity,
};

fn token(world: &World, seal: &SignedData) -> Vec<u8> {
    let request = Request::new(seal.imprint(), 77);
    let answer = world.time.answer(&request.der(), today(), 1);
    check(&answer, &request, &world.trust, today()).unwrap().der
}

/// What a verifier does with a seal, all of it: is it trusted, at an attested time if there is a token?
fn believed(world: &World, der: &[u8], with_token: bool) -> bool {
    let Ok(seal) = read(der) else { return false };
    if seal.verify(&CONTENT).is_err() || seal.token().is_some() != with_token {
        return false;
    }
    let attested = seal.token().map(|token| {
        let token = Token::read(token).ok()?;
        token.verify(&seal.imprint(), &world.trust).ok()?;
        Some(token.time)
    });
    if attested == Some(None) {
        return false;
    }
    world
        .trust
        .judge(seal.certificates(), attested.flatten(), today())
        == Authenticity::Trusted
}

#[test]
fn a_seal_verifies_and_names_its_parts() {
    let world = World::new();
    let der = world.sealed();
    let seal = read(&der).unwrap();
    assert_eq!(seal.verify(&CONTENT), Ok(()));
    assert_eq!(seal.verify(&[8; 32]), Err(Flaw::Digest));
    assert_eq!(seal.signer(), &world.seal.certificate);
    assert_eq!(seal.certificates(), world.chain());
    assert_eq!(seal.token(), None);
    assert!(believed(&world, &der, false));
}

#[test]
fn the_same_content_and_key_give_the_same_bytes() {
    let world = World::new();
    assert_eq!(world.sealed(), world.sealed());
}

#[test]
fn a_late_token_leaves_what_is_signed_as_it_was() {
    let world = World::new();
    let early = read(&world.sealed()).unwrap();
    let stamp = token(&world, &early);
    let der = early.with_token(&stamp).unwrap();
    let late = read(&der).unwrap();
    assert_eq!(late.token(), Some(stamp.as_slice()));
    assert_eq!(late.signature_value(), early.signature_value());
    assert_eq!(late.message.attributes, early.message.attributes);
    assert_eq!(late.verify(&CONTENT), Ok(()));
    assert!(believed(&world, &der, true));

    let at_once = build(
        &early.message.attributes,
        &world.seal.key.sign(&early.message.attributes),
        &world.chain(),
        Some(&stamp),
    );
    assert_eq!(at_once.unwrap(), der);

    // A newer token takes the place of the older.
    let other = token(&world, &early);
    assert_eq!(
        read(&late.with_token(&other).unwrap()).unwrap().token(),
        Some(other.as_slice())
    );
    assert!(matches!(late.with_token(b"no token"), Err(CmsError::Malformed)));
}

#[test]
fn no_changed_byte_of_a_seal_is_believed() {
    let world = World::new();
    let der = world.sealed();
    for at in 0..der.len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut changed = der.clone();
            changed[at] ^= change;
            assert!(!believed(&world, &changed, false), "byte {at} by {change:#x}");
        }
    }
}

#[test]
fn no_changed_byte_of_a_seal_with_a_token_is_believed() {
    let world = World::new();
    let seal = read(&world.sealed()).unwrap();
    let der = seal.with_token(&token(&world, &seal)).unwrap();
    assert!(believed(&world, &der, true));
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(!believed(&world, &changed, true), "byte {at}");
    }
}

#[test]
fn no_shortened_seal_can_be_read_and_nothing_may_follow_it() {
    let world = World::new();
    let der = world.sealed();
    for length in 0..der.len() {
        assert!(read(&der[..length]).is_err(), "{length} bytes");
    }
    assert!(read(&[&der[..], &[0]].concat()).is_err());
}

#[test]
fn only_what_verifies_is_built() {
    let world = World::new();
    let attributes = signed_attributes(&CONTENT, &world.seal.certificate).unwrap();
    let good = world.seal.key.sign(&attributes);
    let chain = world.chain();
    let refused = |attributes: &[u8], signature: &Signature, chain: &[Certificate]| {
        build(attributes, signature, chain, None).unwrap_err()
    };

    // A digest of the attributes signed in their place: the classic mistake.
    let twice = world.seal.key.sign(&Hash::Sha256.digest(&attributes));
    assert_eq!(refused(&attributes, &twice, &chain), CmsError::Signature);
    // The tag of their place in the message, left on the attributes when signing.
    let tagged = [&[0xA0], &attributes[1..]].concat();
    assert_eq!(
        refused(&attributes, &world.seal.key.sign(&tagged), &chain),
        CmsError::Signature
    );
    let issuer_first: Vec<_> = chain.iter().rev().cloned().collect();
    assert_eq!(refused(&attributes, &good, &issuer_first), CmsError::Signature);
    let other = Signature {
        alg: Algorithm::EcdsaP256Sha384,
        ..good.clone()
    };
    assert_eq!(refused(&attributes, &other, &chain), CmsError::Signature);
    assert_eq!(refused(&attributes, &good, &[]), CmsError::Malformed);
    assert_eq!(refused(b"no attributes", &good, &chain), CmsError::Malformed);
    assert!(build(&attributes, &good, &chain, Some(b"no token")).is_err());
}

#[test]
fn a_certificate_that_may_not_sign_gets_no_attributes() {
    let root = Ca::root("TEST root");
    let none = root.issue("TEST without usage", |params| params.key_usages = Vec::new());
    let time = root.issue("TEST time", crate::evidence::pki_tests::time_stamping);
    let weak = Certificate::from_der(include_bytes!("../foreign/rsa-2048.cer")).unwrap();
    for certificate in [&none.certificate, &time.certificate, &root.certificate, &weak] {
        assert_eq!(
            signed_attributes(&CONTENT, certificate),
            Err(CmsError::Key),
            "{}",
            certificate.subject()
        );
    }
}

/// The seal written by hand with one thing changed, signed anew where the change is in what is signed.
struct Forged<'a> {
    world: &'a World,
    draft: Draft<'a>,
}

impl<'a> Forged<'a> {
    fn new(
        world: &'a World,
        chain: &'a [Certificate],
        attributes: &'a [u8],
        signature: &'a Signature,
    ) -> Self {
        let draft = Draft {
            version: 1,
            content_type: &DATA,
            content: None,
            chain,
            signer: &world.seal.certificate,
            attributes,
            algorithm: signature.alg,
            signature: &signature.value,
            token: None,
        };
        Self { world, draft }
    }

    fn flaw(&self) -> Option<Flaw> {
        assert!(!believed(self.world, &self.draft.write(), false));
        read(&self.draft.write()).unwrap().verify(&CONTENT).err()
    }
}

#[test]
fn each_flaw_has_its_name() {
    let world = World::new();
    let chain = world.chain();
    let good = signed_attributes(&CONTENT, &world.seal.certificate).unwrap();
    let signed = |attributes: &[u8]| world.seal.key.sign(attributes);
    let flaw =
        |attributes: &[u8], signature: &Signature| Forged::new(&world, &chain, attributes, signature).flaw();

    let elements: Vec<Vec<u8>> = {
        let mut walk = asn1::Walk::only(&good, SET).unwrap();
        (0..3).map(|_| walk.element().unwrap().whole.to_vec()).collect()
    };
    for missing in 0..3 {
        let mut fewer = elements.clone();
        fewer.remove(missing);
        let fewer = asn1::set_of(SET, fewer);
        assert_eq!(flaw(&fewer, &signed(&fewer)), Some(Flaw::Attributes));
        let mut double = elements.clone();
        double.push(elements[missing].clone());
        let double = asn1::set_of(SET, double);
        assert_eq!(flaw(&double, &signed(&double)), Some(Flaw::Attributes));
    }

    let other_kind = attributes::write(&SIGNED_DATA, &CONTENT, &world.seal.certificate);
    assert_eq!(flaw(&other_kind, &signed(&other_kind)), Some(Flaw::ContentType));
    let other_content = attributes::write(&DATA, &[8; 32], &world.seal.certificate);
    assert_eq!(flaw(&other_content, &signed(&other_content)), Some(Flaw::Digest));
    let other_certificate = attributes::write(&DATA, &CONTENT, &world.issuer.certificate);
    assert_eq!(
        flaw(&other_certificate, &signed(&other_certificate)),
        Some(Flaw::SigningCertificate)
    );
    assert_eq!(flaw(&good, &signed(b"something else")), Some(Flaw::Signature));
    let other_key = world.root.seal().key.sign(&good);
    assert_eq!(flaw(&good, &other_key), Some(Flaw::Signature));
    let longer_hash = Signature {
        alg: Algorithm::EcdsaP256Sha384,
        ..signed(&good)
    };
    assert_eq!(flaw(&good, &longer_hash), Some(Flaw::Algorithm));

    // A signing-time is signed and true, and yet not of our form: baseline seals have none.
    let time = attributes::attribute(
        &ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5"),
        &asn1::tlv(0x17, &[b"261121013000Z"]),
    );
    let with_time = asn1::set_of(SET, [elements, vec![time]].concat());
    let signature = signed(&with_time);
    let forged = Forged::new(&world, &chain, &with_time, &signature);
    assert_eq!(forged.flaw(), Some(Flaw::Form));

    let signature = signed(&good);
    let mut forged = Forged::new(&world, &chain, &good, &signature);
    forged.draft.version = 3;
    assert_eq!(forged.flaw(), Some(Flaw::Form));
    forged.draft.version = 1;
    forged.draft.content = Some(b"content inside");
    assert_eq!(forged.flaw(), Some(Flaw::Form));
}

#[test]
fn two_signers_no_signer_and_other_envelopes_are_not_read() {
    let world = World::new();
    let der = world.sealed();
    let walk = |bytes: &[u8]| {
        let mut walk = asn1::Walk::only(bytes, SEQUENCE).unwrap();
        let mut elements = Vec::new();
        while !walk.is_empty() {
            elements.push(walk.element().unwrap().whole.to_vec());
        }
        elements
    };
    let outer = walk(&der);
    let parts = walk(
        asn1::Walk::only(&outer[1], 0xA0)
            .unwrap()
            .element()
            .unwrap()
            .whole,
    );
    let wrapped = |parts: &[Vec<u8>]| {
        let inner = asn1::tlv(SEQUENCE, &[&parts.concat()]);
        asn1::tlv(SEQUENCE, &[&outer[0], &asn1::tlv(0xA0, &[&inner])])
    };
    assert_eq!(wrapped(&parts), der);
    let signer = asn1::Walk::only(&parts[4], SET)
        .unwrap()
        .element()
        .unwrap()
        .whole
        .to_vec();
    let change = |at: usize, with: Vec<u8>| {
        let mut parts = parts.clone();
        parts[at] = with;
        read(&wrapped(&parts)).map(|_| ())
    };
    assert_eq!(
        change(4, asn1::tlv(SET, &[&signer, &signer])),
        Err(CmsError::Malformed)
    );
    assert_eq!(change(4, asn1::tlv(SET, &[])), Err(CmsError::Malformed));
    // No certificates, the signer's missing, the signer's twice, eleven.
    let seal = world.seal.certificate.der();
    let issuer = world.issuer.certificate.der();
    assert_eq!(change(3, asn1::tlv(0xA0, &[])), Err(CmsError::Malformed));
    assert_eq!(change(3, asn1::tlv(0xA0, &[issuer])), Err(CmsError::Malformed));
    assert_eq!(
        change(3, asn1::tlv(0xA0, &[seal, seal])),
        Err(CmsError::Malformed)
    );
    let many: Vec<Vec<u8>> = (0..10)
        .map(|_| world.root.seal().certificate.der().to_vec())
        .collect();
    assert_eq!(
        change(3, asn1::tlv(0xA0, &[seal, &many.concat()])),
        Err(CmsError::TooLarge)
    );
    // Another hash announced than the one that the signer used.
    assert_eq!(
        change(1, asn1::tlv(SET, &[&Hash::Sha512.identifier()])),
        Err(CmsError::Malformed)
    );
    // Signed before: issuers in another order than DER's, so not our form.
    let backwards = |a: &[u8], b: &[u8]| if a < b { [b, a].concat() } else { [a, b].concat() };
    let mut unsorted = parts.clone();
    unsorted[3] = asn1::tlv(0xA0, &[&backwards(seal, issuer)]);
    assert_eq!(
        read(&wrapped(&unsorted)).unwrap().verify(&CONTENT),
        Err(Flaw::Form)
    );
}

#[test]
fn hostile_bytes_are_refused_at_once() {
    let large = vec![0x30; 10 << 20];
    let nested = [0x30, 0x80].repeat(60_000);
    // Many small elements where certificates are expected, as large as is looked at.
    let certificates = asn1::tlv(0xA0, &[&[0x30, 0].repeat(60_000)]);
    let parts = [
        asn1::unsigned(&[1]),
        asn1::tlv(SET, &[&Hash::Sha256.identifier()]),
        asn1::tlv(SEQUENCE, &[&asn1::oid(&DATA)]),
        certificates,
        asn1::tlv(SET, &[&asn1::tlv(SEQUENCE, &[])]),
    ];
    let inner = asn1::tlv(SEQUENCE, &[&parts.concat()]);
    let whole = asn1::tlv(SEQUENCE, &[&asn1::oid(&SIGNED_DATA), &asn1::tlv(0xA0, &[&inner])]);
    let began = Instant::now();
    assert_eq!(read(&large).unwrap_err(), CmsError::TooLarge);
    assert!(read(&nested).is_err());
    assert!(read(&whole).is_err());
    assert!(began.elapsed().as_secs() < 1);
}
