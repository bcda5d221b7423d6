use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint, CrlScope,
    KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::client::{Client, Failure};
use super::*;
use crate::evidence::authority::{TestAuthority, TestLists, TestRevoked};
use crate::evidence::keys::{FileKeys, RevocationStatus, Unfit, may_seal};
use crate::evidence::pki_tests::{Ca, Signer, World, at, today};
use crate::evidence::seal::{Authorities, Lists, Seal, SealError};
use crate::evidence::timestamp::local::LocalAuthority;

/// The day before [`today`] and a week later.
fn list() -> CertificateRevocationListParams {
    CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 20),
        next_update: date_time_ymd(2026, 11, 27),
        crl_number: SerialNumber::from(7),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

fn revoking(certificate: &Certificate) -> CertificateRevocationListParams {
    CertificateRevocationListParams {
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(certificate.serial().to_vec()),
            revocation_time: date_time_ymd(2026, 11, 1),
            reason_code: Some(rcgen::RevocationReason::KeyCompromise),
            invalidity_date: None,
        }],
        ..list()
    }
}

fn world() -> (Ca, Signer) {
    let issuer = Ca::lists("TEST issuer");
    let seal = issuer.seal();
    (issuer, seal)
}

fn about(issuer: &Ca, seal: &Signer, list: &CertificateRevocationListParams) -> Result<List, Refused> {
    let der = issuer.list(list);
    List::about(&seal.certificate, &issuer.certificate, &der, today())
}

#[test]
fn a_fresh_list_of_the_issuer_says_whether_the_certificate_is_revoked() {
    let (issuer, seal) = world();
    let other = issuer.seal();
    assert_eq!(about(&issuer, &seal, &list()).unwrap().revoked, None);
    let said = about(&issuer, &seal, &revoking(&seal.certificate)).unwrap();
    assert_eq!(said.revoked, Some(at("2026-11-01T00:00:00Z")));
    assert_eq!(said.next, at("2026-11-27T00:00:00Z"));
    assert_eq!(
        about(&issuer, &other, &revoking(&seal.certificate))
            .unwrap()
            .revoked,
        None
    );
}

#[test]
fn a_list_of_another_issuer_or_key_says_nothing() {
    let (issuer, seal) = world();
    let same_name = Ca::lists("TEST issuer");
    let der = same_name.list(&list());
    let by = |ca: &Ca| List::about(&seal.certificate, &ca.certificate, &der, today());
    assert_eq!(by(&issuer), Err(Refused::Issuer), "another key");
    let other = Ca::lists("TEST other");
    assert_eq!(about(&other, &seal, &list()), Err(Refused::Issuer));
}

#[test]
fn a_list_that_is_old_early_partial_or_damaged_says_nothing() {
    let (issuer, seal) = world();
    let old = CertificateRevocationListParams {
        next_update: date_time_ymd(2026, 11, 21),
        ..list()
    };
    assert_eq!(about(&issuer, &seal, &old), Err(Refused::Old));
    let early = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 22),
        ..list()
    };
    assert_eq!(about(&issuer, &seal, &early), Err(Refused::Early));
    let of_part = |address: &str, scope| CertificateRevocationListParams {
        issuing_distribution_point: Some(CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint {
                uris: vec![address.to_owned()],
            },
            scope,
        }),
        ..list()
    };
    let named = issuer.issue("TEST seal", |params| {
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec!["http://lists.invalid/1".to_owned()],
        }];
    });
    assert_eq!(named.certificate.lists(), ["http://lists.invalid/1"]);
    let own = of_part("http://lists.invalid/1", Some(CrlScope::UserCertsOnly));
    assert!(about(&issuer, &named, &own).is_ok());
    let of_another = of_part("http://lists.invalid/2", None);
    assert_eq!(about(&issuer, &named, &of_another), Err(Refused::Partial));
    let of_authorities = of_part("http://lists.invalid/1", Some(CrlScope::CaCertsOnly));
    assert_eq!(about(&issuer, &named, &of_authorities), Err(Refused::Partial));

    let below = issuer.below("TEST issuer below", |params| {
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec!["http://lists.invalid/1".to_owned()],
        }];
    });
    let of_the_issuer = |scope| {
        let list = issuer.list(&of_part("http://lists.invalid/1", Some(scope)));
        List::about(&below.certificate, &issuer.certificate, &list, today())
    };
    assert_eq!(of_the_issuer(CrlScope::UserCertsOnly), Err(Refused::Partial));
    assert!(of_the_issuer(CrlScope::CaCertsOnly).is_ok());

    let good = issuer.list(&revoking(&seal.certificate));
    for place in 0..good.len() {
        let mut changed = good.clone();
        changed[place] ^= 1;
        let said = List::about(&seal.certificate, &issuer.certificate, &changed, today());
        assert!(said.is_err(), "byte {place}");
        let cut = List::about(&seal.certificate, &issuer.certificate, &good[..place], today());
        assert_eq!(cut, Err(Refused::Form));
    }
    let huge = vec![0x30; list::LARGEST + 1];
    let said = List::about(&seal.certificate, &issuer.certificate, &huge, today());
    assert_eq!(said, Err(Refused::TooLarge));
}

#[test]
fn what_is_known_holds_as_long_as_its_list_and_revoked_is_revoked_for_ever() {
    let (_, seal) = world();
    let digest = *seal.certificate.sha256();
    let mut known = Revocations::default();
    assert_eq!(
        known.status(&seal.certificate, today()),
        RevocationStatus::Unknown
    );
    known.good.insert(digest, today());
    assert_eq!(known.status(&seal.certificate, today()), RevocationStatus::Good);
    let later = today() + TimeDelta::seconds(1);
    assert_eq!(known.status(&seal.certificate, later), RevocationStatus::Unknown);
    known.revoked.push(Revoked {
        certificate: digest,
        at: later,
    });
    assert_eq!(
        known.status(&seal.certificate, today()),
        RevocationStatus::Revoked
    );
}

#[test]
fn of_a_path_the_worst_is_known() {
    let world = World::new();
    let (seal, issuer) = (&world.seal.certificate, &world.issuer.certificate);
    let mut known = Revocations::default();
    assert_eq!(known.along(&[], today()), RevocationStatus::Unknown);
    known.good.insert(*seal.sha256(), today());
    assert_eq!(known.along(&[seal], today()), RevocationStatus::Good);
    assert_eq!(
        known.along(&[seal, issuer], today()),
        RevocationStatus::Unknown,
        "of the issuer nobody has said anything"
    );
    known.good.insert(*issuer.sha256(), today());
    assert_eq!(known.along(&[seal, issuer], today()), RevocationStatus::Good);
    known.revoked.push(Revoked {
        certificate: *issuer.sha256(),
        at: today() + TimeDelta::days(1),
    });
    assert_eq!(known.along(&[seal, issuer], today()), RevocationStatus::Revoked);
    let seals = |known: &Revocations| {
        let said = |below: &[&Certificate]| known.along(below, today());
        may_seal(&world.chain(), &world.trust, said, today())
    };
    assert_eq!(seals(&known), Err(Unfit::Revoked));
    assert_eq!(seals(&Revocations::default()), Ok(RevocationStatus::Unknown));
}

/// The test authority in a folder, with what its root revoked.
fn test_seal(revoke: bool) -> (tempfile::TempDir, Seal) {
    let folder = tempfile::tempdir().unwrap();
    let authority = TestAuthority::make(today()).unwrap();
    authority.write(folder.path()).unwrap();
    let serial = hex::encode(authority.seal.certificate.serial());
    let revoked = TestRevoked {
        serial,
        at: today() - TimeDelta::hours(2),
    };
    let revoked = if revoke { vec![revoked] } else { Vec::new() };
    let root = &authority.root;
    let lists = TestLists::new(&root.certificate, &root.key, revoked).unwrap();
    let key = crate::evidence::keys::SoftKey::from_pkcs8(&authority.time.key).unwrap();
    let time = LocalAuthority::new(key, authority.time.certificate.clone()).unwrap();
    let seal = Seal::new(
        Box::new(FileKeys::new(folder.path(), false).unwrap()),
        vec!["seal".to_owned()],
        authority.trust(),
        Authorities::Local(Box::new(time)),
        Lists::Local(Box::new(lists)),
        true,
    );
    (folder, seal)
}

#[tokio::test]
async fn the_test_root_publishes_lists_and_what_they_revoke_seals_no_more() {
    for revoke in [false, true] {
        let (_folder, seal) = test_seal(revoke);
        let watched = seal.watched();
        let [(certificate, issuer)] = watched.as_slice() else {
            panic!("{watched:?}")
        };
        let said = seal.ask(certificate, issuer, today()).await.unwrap();
        assert_eq!(said.revoked.is_some(), revoke);
        let mut known = Revocations::default();
        known.revoked.extend(said.revoked.map(|at| Revoked {
            certificate: *certificate.sha256(),
            at,
        }));
        let tried = seal.apply(b"%PDF-1.7 and so on", today(), &known);
        // What comes first decides: the certificate before the document.
        assert_eq!(matches!(tried, Err(SealError::Unfit(_))), revoke);
    }
}

/// Answers once with these bytes; its address.
async fn serving(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut question = [0; 4096];
        let _read = stream.read(&mut question).await.unwrap();
        let _sent = stream.write_all(&answer).await;
    });
    format!("http://{address}/list.crl")
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_list_is_fetched_from_the_first_address_that_gives_one_within_bounds() {
    let client = Client::with_limit(Duration::from_secs(2)).unwrap();
    let fetch = async |addresses: &[String]| client.fetch(addresses).await;
    assert_eq!(fetch(&[]).await, Err(Failure::Nowhere));
    let elsewhere = ["https://lists.invalid/1", "ldap://lists.invalid/1", "x"].map(str::to_owned);
    assert_eq!(fetch(&elsewhere).await, Err(Failure::Nowhere));
    let good = serving(answer("200 OK", b"a list")).await;
    assert_eq!(fetch(&[good]).await, Ok(b"a list".to_vec()));
    let (gone, good) = (
        serving(answer("404 Not Found", b"")).await,
        serving(answer("200 OK", b"a list")).await,
    );
    assert_eq!(fetch(&[gone, good]).await, Ok(b"a list".to_vec()));
    let moved = b"HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n".to_vec();
    assert_eq!(fetch(&[serving(moved).await]).await, Err(Failure::Http(302)));
    let huge = serving(answer("200 OK", &vec![0; list::LARGEST + 1])).await;
    assert_eq!(fetch(&[huge]).await, Err(Refused::TooLarge.into()));
    let cut = serving(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort".to_vec()).await;
    assert_eq!(fetch(&[cut]).await, Err(Failure::Unreachable));
    assert_eq!(
        fetch(&["http://127.0.0.1:1/list".to_owned()]).await,
        Err(Failure::Unreachable)
    );
}

#[tokio::test]
async fn an_issuer_is_asked_where_its_certificate_says() {
    let issuer = Ca::lists("TEST issuer");
    let address = serving(answer("200 OK", &issuer.list(&list()))).await;
    let named = issuer.issue("TEST seal", |params| {
        params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![address] }];
    });
    let client = Client::with_limit(Duration::from_secs(2)).unwrap();
    let list = client.fetch(named.certificate.lists()).await.unwrap();
    let said: Result<List, Refused> = List::about(&named.certificate, &issuer.certificate, &list, today());
    let issued: DateTime<Utc> = said.unwrap().issued;
    assert_eq!(issued, at("2026-11-20T00:00:00Z"));
}
