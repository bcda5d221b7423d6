//! What is kept of the issuers' revocation lists: what they signed counts, not what a row says of it.

use chrono::TimeDelta;
use muan::consent::sealing::{attest, revocation};
use muan::db::Q;
use muan::evidence::authority::TestRevoked;
use muan::evidence::bundle::{self, names};
use muan::evidence::keys::{FileKeys, KeyProvider};
use muan::evidence::pades::{self, Later};
use muan::evidence::revocation::LARGEST_IN_FILES;
use serde_json::json;
use uuid::Uuid;

use super::ceremony::{Ceremony, countersign};
use super::given::told;
use super::issuers::{issuers_asked, known, revoked, revoking};
use super::verified::is;
use crate::support::App;

/// Writes a list into the database by hand: under this status, with these bytes, newer than any other.
async fn written_by_hand(app: &App, status: &str, list: Vec<u8>) {
    let folder = app.config.data.join("authority");
    let keys = FileKeys::new(&folder, false).unwrap();
    let seal = keys.certificate_chain("seal").unwrap().remove(0);
    let now = app.clock.now();
    let mut tx = app.ctx.db.begin().await.unwrap();
    tx.q(
        "insert into seal_revocation (id, certificate_sha256, certificate, status, revoked_at, issued_at, next_at, list, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(app.ctx.ids.make::<Uuid>(now))
    .bind(hex::encode(seal.sha256()))
    .bind(seal.der().to_vec())
    .bind(status.to_owned())
    .bind((status == "revoked").then(|| now - TimeDelta::days(30)))
    .bind(now + TimeDelta::minutes(1))
    .bind(now + TimeDelta::days(30))
    .bind(list)
    .bind(now)
    .run()
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// The newest list of the seal's issuer that is kept.
async fn kept_list(app: &App) -> Vec<u8> {
    let row: (Vec<u8>,) = app
        .ctx
        .view()
        .q("select list from seal_revocation order by issued_at desc limit 1")
        .one()
        .await
        .unwrap();
    row.0
}

#[tokio::test]
async fn what_is_written_into_the_database_by_hand_revokes_nothing() {
    let ceremony = Ceremony::signed().await;
    let app = &ceremony.app;
    issuers_asked(app).await;
    let signed = kept_list(app).await;
    written_by_hand(app, "revoked", b"no list at all".to_vec()).await;
    written_by_hand(app, "revoked", signed).await;
    let trusted = revocation::trusted(&mut app.ctx.view(), &app.ctx).await.unwrap();
    assert_eq!(trusted.revoked, []);
    ceremony.in_force().await;
    assert_eq!(known(app).await, ["good"]);
    ceremony.is_settled().await;
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    is(
        &told(app, &zip).await,
        json!({ "overall": "authentic", "authenticity": "trusted" }),
    );
}

#[tokio::test]
async fn what_is_written_into_the_database_by_hand_makes_no_revoked_certificate_good() {
    let ceremony = Ceremony::signed().await;
    issuers_asked(&ceremony.app).await;
    let good = kept_list(&ceremony.app).await;
    let ceremony = revoked(ceremony, TimeDelta::hours(1)).await;
    let changed = |mut list: Vec<u8>| {
        let last = list.len() - 1;
        list[last] ^= 1;
        list
    };
    written_by_hand(&ceremony.app, "good", good.clone()).await;
    written_by_hand(&ceremony.app, "good", changed(good)).await;
    ceremony.step_up().await;
    let etag = ceremony.etag().await;
    let path = ceremony.path("/countersign");
    let answer = ceremony.zhao.post_at(&path, &etag, countersign()).await;
    assert_eq!(answer.code(), "consent.seal_unavailable");
}

#[tokio::test]
async fn a_list_of_several_megabytes_is_kept_and_read_but_travels_in_no_file() {
    let ceremony = Ceremony::signed().await;
    let at = ceremony.app.clock.now();
    let others = (0..20_000_u32).map(|number| TestRevoked {
        serial: format!("01{number:030x}"),
        at,
    });
    let ceremony = revoking(ceremony, others.collect()).await;
    ceremony.in_force().await;
    assert_eq!(known(&ceremony.app).await, ["good"], "it is read all the same");
    ceremony.is_settled().await;
    assert!(kept_list(&ceremony.app).await.len() > LARGEST_IN_FILES);
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    assert!(zip.len() < 8 * LARGEST_IN_FILES, "{}", zip.len());
    assert_eq!(bundle::read(&zip).unwrap().get(names::LIST), None);
    is(
        &told(&ceremony.app, &zip).await,
        json!({ "overall": "authentic" }),
    );
    let found = attest::coverage(&ceremony.app.ctx).await.unwrap();
    assert_eq!(found.lists_left_out, 1, "operators are told");
    let wait = found.next_renewal.unwrap() - ceremony.app.clock.now();
    ceremony.app.clock.advance(wait.num_seconds() + 1);
    ceremony.app.work().await;
    let ceremony = ceremony.logged_in_again().await;
    let preserved = ceremony.pdf().await;
    let later = pades::read(&preserved).unwrap().later;
    assert!(
        matches!(later.as_slice(), [Later::DocumentTimeStamp(_)]),
        "{later:?}"
    );
}
