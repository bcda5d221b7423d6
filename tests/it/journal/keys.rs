//! The keys that sign the log and that seal: when each came into use is in the log, and what a former one signs afterwards is
//! nobody's word.

use muan::app;
use muan::app::keys;
use muan::db::Q;
use muan::files::copies;
use muan::journal::checkpoint::{Checkpoint, origin};
use muan::journal::{LogKey, restore};
use serde_json::{Value, json};

use super::log::head;
use super::restored::{copied_outside, rolled_back};
use super::tampered::{directly, literal};
use super::{accounts, hospital, whole_audit};
use crate::consent::ceremony::Ceremony;
use crate::support::App;

/// What the log says of keys that came into use.
async fn entries(app: &App) -> Vec<Value> {
    let rows: Vec<(String,)> = app
        .ctx
        .view()
        .q("select detail from journal_entry where act = 'journal.key_use' order by at, id")
        .all()
        .await
        .unwrap();
    rows.iter()
        .map(|(detail,)| serde_json::from_str(detail).unwrap())
        .collect()
}

/// The key that the log begins with.
fn first_key(app: &App) -> LogKey {
    let pem = std::fs::read_to_string(app.config.data.join("log-key.pem")).unwrap();
    LogKey::from_pem("test.muan.invalid/log", &pem).unwrap()
}

/// The same hospital with another key of its log.
async fn with_another_key(app: App) -> App {
    let file = app.config.data.join("second-key.pem");
    std::fs::write(&file, LogKey::make().unwrap().as_str()).unwrap();
    let former = app.ctx.log.key.public().to_string();
    let app = app
        .again(|config| {
            config.journal.key_file = Some(file);
            config.journal.key_name = Some("hospital.example/log".to_owned());
            config.journal.former_keys = former;
        })
        .await;
    keys::note(&app.ctx).await.unwrap();
    app
}

async fn is_read_only(app: App) -> (App, bool) {
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    (app, ready["parts"]["log"]["read_only"] == true)
}

#[tokio::test]
async fn a_key_that_comes_into_use_is_an_entry_of_the_log_and_so_is_one_that_comes_back() {
    let app = App::new().await;
    for _ in 0..2 {
        keys::note(&app.ctx).await.unwrap();
    }
    let first = entries(&app).await;
    assert_eq!(first.len(), 2, "each once: {first:?}");
    assert_eq!(
        (&first[0]["kind"], &first[0]["before"]),
        (&json!("log"), &Value::Null)
    );
    assert_eq!(first[1]["kind"], "seal");
    app.clock.advance(1);
    let former = app.ctx.log.key.public().to_string();
    let app = with_another_key(app).await;
    let second = app.ctx.log.key.public().to_string();
    let after = entries(&app).await;
    assert_eq!(after.len(), 3);
    assert_eq!(
        (&after[2]["before"], &after[2]["key"]),
        (&json!(former), &json!(second))
    );
    app.clock.advance(1);
    let app = app
        .again(|config| {
            config.journal.key_file = None;
            config.journal.key_name = None;
            config.journal.former_keys.clone_from(&second);
        })
        .await;
    keys::note(&app.ctx).await.unwrap();
    let back = entries(&app).await;
    assert_eq!(back.len(), 4);
    assert_eq!(
        (&back[3]["before"], &back[3]["key"]),
        (&json!(second), &json!(former))
    );
}

#[tokio::test]
async fn a_key_whose_device_was_silent_at_the_start_is_in_the_log_when_it_seals() {
    let ceremony = Ceremony::signed().await;
    let folder = ceremony.app.config.data.join("authority");
    let (here, away) = (folder.join("seal.cer"), folder.join("seal.away"));
    std::fs::rename(&here, &away).unwrap();
    keys::note(&ceremony.app.ctx).await.unwrap();
    let silent = entries(&ceremony.app).await;
    assert!(silent.iter().all(|entry| entry["kind"] == "log"), "{silent:?}");
    std::fs::rename(&away, &here).unwrap();
    ceremony.in_force().await;
    let (certificate,): (String,) = ceremony
        .app
        .ctx
        .view()
        .q("select certificate_sha256 from consent_seal")
        .one()
        .await
        .unwrap();
    let of_seals = async || {
        let mut entries = entries(&ceremony.app).await;
        entries.retain(|entry| entry["kind"] == "seal");
        entries
    };
    assert_eq!(
        of_seals().await,
        [json!({ "kind": "seal", "key": certificate, "before": null })]
    );
    keys::note(&ceremony.app.ctx).await.unwrap();
    assert_eq!(of_seals().await.len(), 1);
}

#[tokio::test]
async fn a_former_key_takes_no_log_that_came_back_and_copies_none() {
    let app = App::with(copied_outside).await;
    keys::note(&app.ctx).await.unwrap();
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let old = head(&app, facility).await;
    app.clock.advance(25 * 3600);
    let app = with_another_key(app).await;
    accounts(&app, &["b1", "b2", "b3"]).await;
    let copied = head(&app, facility).await;
    assert!(copied.size > old.size && copied.origin != old.origin);
    rolled_back(&app, facility, old.size).await;

    let former = first_key(&app);
    let takes = async |key: &LogKey| {
        let mut tx = app.ctx.db.begin().await.unwrap();
        let now = app.clock.now();
        restore::accept(&mut tx, app.ctx.ids.make(now), facility, &copied, key, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    takes(&former).await;
    app.clock.advance(2 * 3600);
    takes(&former).await;
    // And a copy of its own, newer than any other, over the log as it came back.
    let at = app.clock.now();
    let own = Checkpoint {
        origin: origin(former.name(), facility),
        at,
        ..old.clone()
    };
    let folder = app.config.data.join("outside").join(facility.to_string());
    std::fs::write(folder.join(copies::name(at, own.size)), own.sign(&former)).unwrap();
    let (app, read_only) = is_read_only(app).await;
    assert!(read_only);

    // The operator has the key of now.
    app::log::accept_restore(&app.ctx, facility)
        .await
        .unwrap()
        .unwrap();
    assert!(!is_read_only(app).await.1);
}

#[tokio::test]
async fn what_was_taken_before_the_key_changed_stays_taken() {
    let app = App::with(copied_outside).await;
    keys::note(&app.ctx).await.unwrap();
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let old = head(&app, facility).await;
    app.clock.advance(25 * 3600);
    accounts(&app, &["b1", "b2", "b3"]).await;
    rolled_back(&app, facility, old.size).await;
    app::log::accept_restore(&app.ctx, facility)
        .await
        .unwrap()
        .unwrap();
    app.clock.advance(3600);
    let app = with_another_key(app).await;
    app.clock.advance(24 * 3600);
    assert!(!is_read_only(app).await.1);
}

#[tokio::test]
async fn a_checkpoint_that_a_former_key_signed_after_its_end_is_found() {
    let app = App::new().await;
    keys::note(&app.ctx).await.unwrap();
    accounts(&app, &["a1"]).await;
    let facility = hospital(&app).await;
    app.clock.advance(3 * 3600);
    let app = with_another_key(app).await;
    app.clock.advance(3 * 3600);
    accounts(&app, &["b1"]).await;
    assert!(whole_audit(&app, facility).await.is_sound());
    let newest = head(&app, facility).await;
    let former = first_key(&app);
    let forged = Checkpoint {
        origin: origin(former.name(), facility),
        ..newest.clone()
    };
    let forge = format!(
        "update journal_checkpoint set note = '{}' where facility_id = {} and size = {}",
        forged.sign(&former),
        literal(&app, facility),
        newest.size
    );
    directly(&app, &[&forge]).await;
    let audit = whole_audit(&app, facility).await;
    let words: Vec<&str> = audit.found.iter().map(|found| found.fault.word()).collect();
    assert_eq!(words, ["checkpoint_changed"]);
}
