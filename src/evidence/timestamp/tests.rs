use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{
    client::{Client, Failure, Misconfigured, Unattested},
    local::LocalAuthority,
    *,
};
use crate::evidence::{
    algorithm::Hash,
    asn1::{self, SEQUENCE},
    pki_tests::{
        Ca, World, at, expired, revoked, time_stamping, time_stamping_and_another,
        time_stamping_not_critical, today,
    },
    trust::Trust,
    x509::Certificate,
};

const IMPRINT: [u8; 32] = [5; 32];

fn request() -> Request {
    Request::new(IMPRINT, 0x80FF_0000_0000_0001)
}

/// What the authority of this world answers, checked as the answer to the usual request.
fn checked(world: &World, answer: &[u8]) -> Result<Token, Refused> {
    check(answer, &request(), &world.trust, today())
}

fn answered(world: &World) -> Vec<u8> {
    world.time.answer(&request().der(), today(), 42)
}

#[test]
fn a_good_answer_gives_a_token_that_says_when() {
    let world = World::new();
    let token = checked(&world, &answered(&world)).unwrap();
    assert_eq!(token.time, today());
    assert_eq!(token.serial, [42]);
    assert_eq!(token.policy, local::POLICY);
    assert_eq!(token.imprint, IMPRINT);
    assert!(token.certificate.subject().contains("TEST"));
    let kept = Token::read(&token.der).unwrap();
    assert_eq!(kept.verify(&IMPRINT, &world.trust), Ok(()));
    assert_eq!(kept.verify(&[6; 32], &world.trust), Err(Refused::Imprint));
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let world = World::new();
    let other = Request::new([6; 32], 0x80FF_0000_0000_0001);
    let answer = world.time.answer(&other.der(), today(), 1);
    assert_eq!(checked(&world, &answer).unwrap_err(), Refused::Imprint);
    for nonce in [0, 1, 0x00FF_0000_0000_0001, u64::MAX] {
        let answer = world.time.answer(&Request::new(IMPRINT, nonce).der(), today(), 1);
        assert_eq!(checked(&world, &answer).unwrap_err(), Refused::Nonce);
    }
    // A question without a nonce is answered without one: version, imprint, the wish for the certificate.
    let der = request().der();
    let (head, wish) = (&der[2..2 + 3 + 49], &der[der.len() - 3..]);
    let answer = world.time.answer(&asn1::tlv(SEQUENCE, &[head, wish]), today(), 1);
    assert_eq!(checked(&world, &answer).unwrap_err(), Refused::Nonce);
}

#[test]
fn every_nonce_is_recognized() {
    for nonce in [0, 1, 0x7F, 0x80, 0xFF00, u64::MAX, 1 << 63] {
        let request = Request::new(IMPRINT, nonce);
        let bytes = asn1::unsigned(&nonce.to_be_bytes());
        let read = asn1::Walk::new(&bytes).unsigned().unwrap();
        assert!(request.has_nonce(Some(read)), "{nonce}");
        assert!(!request.has_nonce(None));
        assert!(!request.has_nonce(Some(&[1; 9])));
    }
}

#[test]
fn a_policy_that_is_not_on_the_list_is_refused() {
    let mut world = World::new();
    world.trust.policies = vec!["1.2.3".to_owned()];
    assert_eq!(checked(&world, &answered(&world)).unwrap_err(), Refused::Policy);
    world.trust.policies = Vec::new();
    assert_eq!(checked(&world, &answered(&world)).unwrap_err(), Refused::Policy);
}

#[test]
fn a_clock_more_than_five_minutes_off_is_refused() {
    let world = World::new();
    let answer = |apart: TimeDelta| world.time.answer(&request().der(), today() + apart, 1);
    for minutes in [-10, 10] {
        let off = answer(TimeDelta::minutes(minutes));
        assert_eq!(checked(&world, &off).unwrap_err(), Refused::Clock);
    }
    for seconds in [-301, 301] {
        let off = answer(TimeDelta::seconds(seconds));
        assert_eq!(checked(&world, &off).unwrap_err(), Refused::Clock);
    }
    for seconds in [-300, 300] {
        assert!(checked(&world, &answer(TimeDelta::seconds(seconds))).is_ok());
    }
}

/// The answer of an authority whose certificate was made with this change.
fn from_authority(
    world: &World,
    change: impl FnOnce(&mut rcgen::CertificateParams),
) -> Result<Token, Refused> {
    let signer = world.root.issue("TEST time", |params| {
        time_stamping(params);
        change(params);
    });
    let answer =
        LocalAuthority::unchecked(signer.key, signer.certificate).answer(&request().der(), today(), 1);
    checked(world, &answer)
}

#[test]
fn a_certificate_that_is_not_for_time_stamps_alone_is_refused() {
    let world = World::new();
    assert!(from_authority(&world, |_| {}).is_ok());
    let not_critical = |params: &mut rcgen::CertificateParams| {
        params.custom_extensions.clear();
        time_stamping_not_critical(params);
    };
    let refused =
        |change: &dyn Fn(&mut rcgen::CertificateParams)| from_authority(&world, change).unwrap_err();
    assert_eq!(refused(&not_critical), Refused::Usage);
    assert_eq!(refused(&time_stamping_and_another), Refused::Usage);
    assert_eq!(
        refused(&|params| params.custom_extensions.clear()),
        Refused::Usage
    );
    assert_eq!(refused(&|params| params.key_usages.clear()), Refused::Usage);
}

#[test]
fn an_expired_certificate_is_refused() {
    let world = World::new();
    assert_eq!(from_authority(&world, expired).unwrap_err(), Refused::Validity);
}

#[test]
fn a_certificate_of_another_root_is_refused() {
    let world = World::new();
    let stranger = Ca::root("TEST root").time_authority();
    let answer = stranger.answer(&request().der(), today(), 1);
    assert_eq!(checked(&world, &answer).unwrap_err(), Refused::Chain);
    // The root of the seals is not one of time authorities unless it is pinned as such.
    let seals_only = Trust {
        time_roots: Vec::new(),
        ..world.trust.clone()
    };
    let refused = check(&answered(&world), &request(), &seals_only, today());
    assert_eq!(refused.unwrap_err(), Refused::Chain);
}

#[test]
fn a_revoked_certificate_is_refused_from_its_time_on() {
    let mut world = World::new();
    let token = checked(&world, &answered(&world)).unwrap();
    world.trust.revoked = vec![revoked(&token.certificate, "2026-11-21T01:30:00Z")];
    assert_eq!(checked(&world, &answered(&world)).unwrap_err(), Refused::Revoked);
    world.trust.revoked = vec![revoked(&token.certificate, "2026-11-21T01:30:01Z")];
    assert_eq!(token.verify(&IMPRINT, &world.trust), Ok(()));
}

#[test]
fn a_refusal_of_the_authority_is_named() {
    let world = World::new();
    let refused = world.time.answer(b"no request", today(), 1);
    assert_eq!(checked(&world, &refused).unwrap_err(), Refused::Status(2));
    let sha512 = [
        asn1::unsigned(&[1]),
        asn1::tlv(
            SEQUENCE,
            &[&Hash::Sha512.identifier(), &asn1::tlv(asn1::OCTETS, &[&[5; 64]])],
        ),
    ];
    let refused = world
        .time
        .answer(&asn1::tlv(SEQUENCE, &[&sha512.concat()]), today(), 1);
    assert_eq!(checked(&world, &refused).unwrap_err(), Refused::Status(2));
    for garbage in [&b""[..], b"no answer", &[0x30, 0], &[0x30; 1000]] {
        assert_eq!(checked(&world, garbage).unwrap_err(), Refused::Form);
    }
}

#[test]
fn without_the_certificate_there_is_no_token() {
    let world = World::new();
    let der = request().der();
    // The last element asks for the certificate.
    let silent = asn1::tlv(SEQUENCE, &[&der[2..der.len() - 3]]);
    let answer = world.time.answer(&silent, today(), 1);
    assert_eq!(checked(&world, &answer).unwrap_err(), Refused::Form);
}

#[test]
fn no_changed_byte_of_an_answer_is_taken() {
    let world = World::new();
    let answer = answered(&world);
    // The status may be granted with modifications: 1 for 0.
    let status = 4 + 2 + 2;
    assert_eq!(answer[status], 0);
    for at in (0..answer.len()).filter(|at| *at != status) {
        for change in [0x01, 0x10, 0xFF] {
            let mut changed = answer.clone();
            changed[at] ^= change;
            assert!(checked(&world, &changed).is_err(), "byte {at} by {change:#x}");
        }
        assert!(checked(&world, &answer[..at]).is_err());
    }
    let mut with_modifications = answer.clone();
    with_modifications[status] = 1;
    assert!(checked(&world, &with_modifications).is_ok());
}

#[test]
fn what_openssl_stamped_holds_and_no_changed_byte_of_it() {
    let answer = include_bytes!("../foreign/answer.tsr");
    let root = Certificate::from_der(include_bytes!("../foreign/root.cer")).unwrap();
    let trust = Trust {
        time_roots: vec![root],
        policies: vec!["1.3.6.1.4.1.32473.3161.2".to_owned()],
        ..Trust::default()
    };
    let imprint = Hash::Sha256.digest(b"the signature value").try_into().unwrap();
    let request = Request::new(imprint, 0x12CE_43AB_6D9A_8136);
    let now = at("2026-11-22T14:43:14Z");
    let token = check(answer, &request, &trust, now).unwrap();
    assert_eq!(token.time, now);
    assert_eq!(token.verify(&imprint, &trust), Ok(()));
    let status = answer.len() - token.der.len() - 1;
    for at in (0..answer.len()).filter(|at| *at != status) {
        let mut changed = answer.to_vec();
        changed[at] ^= 1 << (at % 8);
        assert!(check(&changed, &request, &trust, now).is_err(), "byte {at}");
    }
}

/// A server that gives one HTTP answer to each question, after the body that it expects.
async fn serve(
    answer: impl Fn(Vec<u8>) -> Option<(&'static str, &'static str, Vec<u8>)> + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/tsa", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut question = Vec::new();
            let body = loop {
                let mut chunk = [0; 4096];
                let read = stream.read(&mut chunk).await.unwrap();
                question.extend_from_slice(&chunk[..read]);
                let Some(end) = question.windows(4).position(|four| four == b"\r\n\r\n") else {
                    continue;
                };
                let head = String::from_utf8(question[..end].to_vec())
                    .unwrap()
                    .to_ascii_lowercase();
                assert!(head.starts_with("post /tsa"));
                assert!(head.contains("content-type: application/timestamp-query"));
                // A random nonce has eight bytes, nine or fewer.
                let declared = head.split("content-length: ").nth(1).unwrap();
                let length: usize = declared.lines().next().unwrap().parse().unwrap();
                if question.len() == end + 4 + length {
                    break question[end + 4..].to_vec();
                }
            };
            let Some((status, kind, bytes)) = answer(body) else {
                // It never answers, and keeps the connection.
                std::mem::forget(stream);
                continue;
            };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                bytes.len()
            );
            // Whoever has heard enough hangs up.
            let _ = stream.write_all(&[head.as_bytes(), &bytes].concat()).await;
        }
    });
    address
}

const REPLY: &str = "application/timestamp-reply";

async fn working(authority: LocalAuthority, at: DateTime<Utc>) -> String {
    serve(move |question| Some(("200 OK", REPLY, authority.answer(&question, at, 9)))).await
}

#[tokio::test]
async fn the_next_authority_is_asked_when_one_fails_and_each_failure_is_named() {
    let world = World::new();
    let down = "http://127.0.0.1:9/tsa".to_owned();
    let addresses = [
        down,
        serve(|_| Some(("503 Unavailable", REPLY, Vec::new()))).await,
        serve(|_| Some(("200 OK", "text/html", b"<html>".to_vec()))).await,
        serve(|_| Some(("200 OK", REPLY, vec![0x30; 100 << 10]))).await,
        serve(|_| Some(("200 OK", REPLY, b"nonsense".to_vec()))).await,
        working(world.root.time_authority(), today() + TimeDelta::minutes(10)).await,
        working(Ca::root("TEST other").time_authority(), today()).await,
    ];
    let failures = [
        Failure::Unreachable,
        Failure::Http(503),
        Failure::ContentType,
        Failure::TooLarge,
        Failure::Refused(Refused::Form),
        Failure::Refused(Refused::Clock),
        Failure::Refused(Refused::Chain),
    ];
    let client = |addresses: &[String]| Client::new(addresses.iter().map(String::as_str)).unwrap();
    let stamped = client(&addresses).stamp(IMPRINT, &world.trust, today).await;
    assert_eq!(stamped.unwrap_err(), Unattested(failures.to_vec()));

    let good = working(world.root.time_authority(), today()).await;
    let with_good = [&addresses[..], &[good]].concat();
    let stamped = client(&with_good)
        .stamp(IMPRINT, &world.trust, today)
        .await
        .unwrap();
    assert_eq!(stamped.token.imprint, IMPRINT);
    assert_eq!(granted(&stamped.response).unwrap(), stamped.token.der);
}

#[tokio::test]
async fn an_authority_that_never_answers_is_left_in_time() {
    let world = World::new();
    let silent = serve(|_| None).await;
    let client = Client::with_limit([silent.as_str()], Duration::from_millis(100)).unwrap();
    let stamped = client.stamp(IMPRINT, &world.trust, today).await;
    assert_eq!(stamped.unwrap_err(), Unattested(vec![Failure::Unreachable]));
}

#[test]
fn a_client_needs_authorities_with_addresses() {
    assert!(matches!(Client::new([]), Err(Misconfigured::None)));
    let wrong = Client::new(["http://a.example/", "file:///etc/passwd"]);
    assert!(matches!(wrong, Err(Misconfigured::Address(1))));
}

#[test]
fn a_key_of_another_certificate_makes_no_authority() {
    let root = Ca::root("TEST root");
    let one = root.issue("TEST time", time_stamping);
    let other = root.issue("TEST time", time_stamping);
    assert!(LocalAuthority::new(one.key, other.certificate).is_err());
    let seal = root.seal();
    assert!(LocalAuthority::new(seal.key, seal.certificate).is_err());
}

#[test]
fn every_refusal_has_its_word() {
    let codes = [
        Refused::Status(2),
        Refused::Form,
        Refused::Imprint,
        Refused::Nonce,
        Refused::Policy,
        Refused::Algorithm,
        Refused::Digest,
        Refused::SigningCertificate,
        Refused::Signature,
        Refused::Usage,
        Refused::Chain,
        Refused::Validity,
        Refused::Revoked,
        Refused::Clock,
    ]
    .map(Refused::code);
    let different: std::collections::HashSet<_> = codes.iter().collect();
    assert_eq!(different.len(), codes.len());
}
