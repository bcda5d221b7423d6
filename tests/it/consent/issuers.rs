//! Whether the certificate of the seal is revoked: asked ahead, kept, in every bundle, and the end of sealing when it is.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use muan::consent::sealing::{revocation, trust};
use muan::db::Q;
use muan::evidence::authority::TestRevoked;
use muan::evidence::bundle::{self, names};
use muan::evidence::cms;
use muan::evidence::keys::{FileKeys, KeyProvider};
use muan::evidence::pades::{self, Later};
use muan::evidence::revocation::client as lists;
use muan::evidence::seal::{Authorities, Lists, Seal};
use muan::evidence::timestamp::{self, Token};
use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign};
use super::given::{first, told};
use super::sealed::rows;
use super::verified::is;
use crate::support::App;

/// What every seal says was known of its certificate.
pub async fn known(app: &App) -> Vec<String> {
    let rows: Vec<(String,)> = app
        .ctx
        .view()
        .q("select revocation from consent_seal order by id")
        .all()
        .await
        .unwrap();
    rows.into_iter().map(|(word,)| word).collect()
}

pub async fn issuers_asked(app: &App) {
    app.clock.advance(60);
    revocation::begin(&app.ctx).await.unwrap();
    app.work().await;
}

#[tokio::test]
async fn what_the_issuer_says_is_asked_ahead_and_travels_with_the_evidence() {
    let unasked = Ceremony::active().await;
    assert_eq!(known(&unasked.app).await, ["unknown"], "marked, and in force");

    let ceremony = Ceremony::signed().await;
    issuers_asked(&ceremony.app).await;
    ceremony.in_force().await;
    assert_eq!(known(&ceremony.app).await, ["good"]);
    ceremony.is_settled().await;
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    let list = bundle::read(&zip).unwrap().get(names::LIST).unwrap().to_vec();
    is(
        &told(&ceremony.app, &zip).await,
        json!({ "overall": "authentic" }),
    );
    // Asked again each day, because a list is fresh for a week.
    let lists = rows(&ceremony.app, "seal_revocation").await;
    ceremony.app.clock.advance(24 * 3600);
    ceremony.app.work().await;
    assert_eq!(rows(&ceremony.app, "seal_revocation").await, lists + 1);
    let ceremony = ceremony.logged_in_again().await;
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    assert_ne!(bundle::read(&zip).unwrap().get(names::LIST).unwrap(), list);
}

#[tokio::test]
async fn what_preserves_a_document_holds_the_list_of_its_issuer() {
    let ceremony = Ceremony::active().await;
    issuers_asked(&ceremony.app).await;
    ceremony.is_settled().await;
    let pdf = ceremony.pdf().await;
    let message = cms::read(&pades::read(&pdf).unwrap().contents).unwrap();
    let token = Token::read(message.token().unwrap()).unwrap();
    let wait = token.certificate.not_after() - TimeDelta::days(89) - ceremony.app.clock.now();
    ceremony.app.clock.advance(wait.num_seconds());
    ceremony.app.work().await;
    let ceremony = ceremony.logged_in_again().await;
    let preserved = ceremony.pdf().await;
    let later = pades::read(&preserved).unwrap().later;
    let [Later::ValidationData(data), Later::DocumentTimeStamp(_)] = later.as_slice() else {
        panic!("{later:?}")
    };
    assert_eq!(data.lists.len(), 1);
    let report = told(&ceremony.app, &preserved).await;
    is(&report, json!({ "overall": "authentic", "integrity": "intact" }));
}

/// When issuers are asked next, in seconds.
async fn asked_in(app: &App) -> i64 {
    let (due,): (DateTime<Utc>,) = app
        .ctx
        .view()
        .q("select run_at from job where kind = 'consent.revocation' and state = 'ready'")
        .one()
        .await
        .unwrap();
    (due - app.clock.now()).num_seconds()
}

#[tokio::test]
async fn an_issuer_that_is_silent_is_asked_again_until_it_answers() {
    let Ceremony {
        mut app,
        mei,
        zhao,
        id,
    } = Ceremony::signed().await;
    let answering = Arc::clone(&app.ctx.seal);
    // Its certificate names no list, and without the test authority's own nobody says where one is.
    app.ctx.seal = Arc::new(Seal::new(
        Box::new(FileKeys::new(app.config.data.join("authority"), false).unwrap()),
        vec!["seal".to_owned()],
        answering.trust().clone(),
        Authorities::Remote(timestamp::client::Client::new(["http://127.0.0.1:1/"]).unwrap()),
        Lists::Remote(lists::Client::new().unwrap()),
        true,
    ));
    revocation::begin(&app.ctx).await.unwrap();
    app.work().await;
    let mut pauses = vec![asked_in(&app).await];
    while pauses.len() < 12 {
        app.clock.advance(pauses[pauses.len() - 1] + 1);
        app.work().await;
        pauses.push(asked_in(&app).await);
    }
    // The clock goes on meanwhile.
    assert!((30..=60).contains(&pauses[0]), "{pauses:?}");
    assert!((3570..=3600).contains(&pauses[11]), "{pauses:?}");
    assert_eq!(rows(&app, "seal_revocation").await, 0);

    app.ctx.seal = answering;
    app.clock.advance(3601);
    app.work().await;
    assert!(asked_in(&app).await > 3600, "each day from then on");
    let ceremony = Ceremony { app, mei, zhao, id };
    ceremony.in_force().await;
    assert_eq!(known(&ceremony.app).await, ["good"]);
}

/// The same hospital after the test root revoked the certificate of its seal.
pub async fn revoked(ceremony: Ceremony, ago: TimeDelta) -> Ceremony {
    let folder = ceremony.app.config.data.join("authority");
    let keys = FileKeys::new(&folder, false).unwrap();
    let seal = keys.certificate_chain("seal").unwrap().remove(0);
    let revoked = TestRevoked {
        serial: hex::encode(seal.serial()),
        at: ceremony.app.clock.now() - ago,
    };
    revoking(ceremony, vec![revoked]).await
}

/// The same hospital after the test root revoked these.
pub async fn revoking(ceremony: Ceremony, revoked: Vec<TestRevoked>) -> Ceremony {
    let Ceremony { app, mei, id, .. } = ceremony;
    let file = app.config.data.join("authority/revoked-certificates.json");
    std::fs::write(file, serde_json::to_vec(&revoked).unwrap()).unwrap();
    let app = app.again(|_| {}).await;
    issuers_asked(&app).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    Ceremony { app, mei, zhao, id }
}

#[tokio::test]
async fn what_the_issuer_revoked_seals_no_more_and_everybody_is_told() {
    let ceremony = revoked(Ceremony::signed().await, TimeDelta::hours(1)).await;
    ceremony.step_up().await;
    let etag = ceremony.etag().await;
    let path = ceremony.path("/countersign");
    let answer = ceremony.zhao.post_at(&path, &etag, countersign()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "consent.seal_unavailable")
    );
    assert_eq!(ceremony.state().await, "patient_signed");
    let app = &ceremony.app;
    issuers_asked(app).await;
    let count = async |sql: &'static str| {
        let (count,): (i64,) = app.ctx.view().q(sql).one().await.unwrap();
        count
    };
    let incidents = count("select count(*) from incident where kind = 'seal_revoked'").await;
    let entries = count("select count(*) from journal_entry where act = 'consent.seal_revoked'").await;
    assert_eq!((incidents, entries), (1, 1), "once, however often it is asked");
}

#[tokio::test]
async fn a_document_is_judged_by_what_the_issuer_revoked_and_when() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let pdf = ceremony.pdf().await;
    let ceremony = revoked(ceremony, TimeDelta::zero()).await;
    let report = told(&ceremony.app, &pdf).await;
    is(
        &report,
        json!({ "overall": "authentic", "authenticity": "trusted" }),
    );
    assert_eq!(first(&report), "revoked_later");
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    let files = bundle::read(&zip).unwrap();
    let table: Value = serde_json::from_slice(files.get(names::TRUST).unwrap()).unwrap();
    assert_eq!(table["revoked"][0]["certificate"], table["signers"][0]);
    assert!(
        trust(&ceremony.app.ctx).revoked.is_empty(),
        "nobody edited the settings"
    );

    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let pdf = ceremony.pdf().await;
    let ceremony = revoked(ceremony, TimeDelta::days(1)).await;
    let report = told(&ceremony.app, &pdf).await;
    is(
        &report,
        json!({ "overall": "not_authentic", "authenticity": "revoked", "integrity": "intact" }),
    );
}

/// A sealed consent of a hospital with an SM2 key, whose issuer was asked and whose checkpoint has its time-stamp.
async fn with_national_key() -> Ceremony {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("sm2.der");
    std::fs::write(&key, STANDARD.decode(SM2).unwrap()).unwrap();
    let Ceremony { app, mei, id, .. } = Ceremony::signed().await;
    let app = app.again(|config| config.seal.sm2_key = Some(key)).await;
    issuers_asked(&app).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    let ceremony = Ceremony { app, mei, zhao, id };
    ceremony.in_force().await;
    ceremony.is_settled().await;
    is_stamped(ceremony).await
}

/// A day later, when the log's newest checkpoint has been time-stamped.
async fn is_stamped(ceremony: Ceremony) -> Ceremony {
    ceremony.app.clock.advance(24 * 3600);
    for _ in 0..2 {
        ceremony.app.work().await;
        ceremony.app.clock.advance(600);
    }
    ceremony.logged_in_again().await
}

#[tokio::test]
#[ignore = "run by tests/interop/seal.sh"]
async fn a_bundle_with_everything_is_written_for_other_programs() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the script's way to the test, no setting of the service"
    )]
    let folder = std::env::var("MUAN_TEST_FOREIGN").unwrap();
    let ceremony = with_national_key().await;
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    std::fs::write(std::path::Path::new(&folder).join("everything.zip"), zip).unwrap();
}

#[tokio::test]
async fn with_the_national_algorithms_the_root_is_signed_by_them_too() {
    let ceremony = with_national_key().await;
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    let step = |report: &Value| {
        let steps = report["steps"].as_array().unwrap().clone();
        let found = steps.into_iter().find(|step| step["step"] == "sm2");
        found.map(|step| step["code"].as_str().unwrap().to_owned())
    };
    let report = super::verified::off_line(&ceremony.app, &zip);
    is(&report, json!({ "overall": "authentic" }));
    assert_eq!(step(&report).as_deref(), Some("sm2_holds"));
    let signature = |at: usize| {
        super::given::with(&zip, names::SM2_SIGNATURE, |signature| {
            let mut changed = signature.to_vec();
            changed[at] ^= 1;
            changed
        })
    };
    let report = super::verified::off_line(&ceremony.app, &signature(10));
    is(&report, json!({ "overall": "altered", "evidence": "mismatch" }));
    assert_eq!(step(&report).as_deref(), Some("sm2_fails"));
    // Without it nothing is said of it.
    let plain = Ceremony::active().await;
    plain.is_settled().await;
    let zip = plain.evidence(&plain.mei.client, "").await;
    assert_eq!(step(&super::verified::off_line(&plain.app, &zip)), None);
}

/// An SM2 key as `openssl genpkey -algorithm SM2 -outform DER` writes it, in base64.
const SM2: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgfwii06fbrH5AslkUI0PQjYYphs4MNwJzJTW0tdjRvd2hRANCAASPhe5Vc4bhcOQiUtQsbEk1OJAbQSige8b+0ymKixAojNTQ+8OqBARhvaeMD3TF4bES35YLpjR+QKvsPNHTxi+q";

#[tokio::test]
async fn the_checkpoint_of_the_evidence_has_its_own_time_stamp() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let ceremony = is_stamped(ceremony).await;
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    let step = |report: &Value| {
        let steps = report["steps"].as_array().unwrap().clone();
        steps
            .into_iter()
            .find(|step| step["step"] == "checkpoint_time")
            .unwrap()
    };
    let report = super::verified::off_line(&ceremony.app, &zip);
    is(&report, json!({ "overall": "authentic", "log": "included" }));
    assert_eq!(step(&report)["code"], "checkpoint_stamped", "{report:#}");
    let other = bundle::read(&zip).unwrap().get(names::TOKEN).unwrap().to_vec();
    let borrowed = super::given::with(&zip, names::CHECKPOINT_TOKEN, |_| other);
    let report = super::verified::off_line(&ceremony.app, &borrowed);
    assert_eq!(step(&report)["code"], "checkpoint_stamp_fails");
}
