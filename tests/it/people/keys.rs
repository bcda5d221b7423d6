//! Keys that wrap the data keys, and the ciphers that data keys seal with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use muan::app::{self, rotation};
use muan::config::{Cipher, Keys, OtherKey};
use muan::ctx::Ctx;
use muan::db::Q;
use muan::vault::{Given, Kek};
use serde_json::json;

use crate::support::cast::Woman;
use crate::support::client::Client;
use crate::support::{App, kek};

const MEI: &str = "梅秀英";

fn next() -> Kek {
    Kek::from_hex(&"6b".repeat(32)).unwrap()
}

fn only(kek: Kek) -> Given {
    kek.into()
}

/// The next key wraps, the one of the tests unwraps.
fn both() -> Given {
    Given {
        others: vec![kek()],
        ..only(next())
    }
}

/// Her name, as another process tells it to her.
async fn name(ctx: &Ctx, woman: &Woman) -> Option<String> {
    let endpoint = Arc::new(app::endpoint(ctx));
    let token = woman.bearer().trim_start_matches("Bearer ").to_owned();
    let me = Client::new(endpoint, "/api/patient/v1", Some(token))
        .get("/me")
        .await;
    me.body["name"].as_str().map(str::to_owned)
}

/// Her name where both keys may be under way.
async fn is_read(ctx: &Ctx, woman: &Woman) {
    assert_eq!(name(ctx, woman).await.as_deref(), Some(MEI));
}

/// A script that may be run.
fn script(folder: &Path, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("keys.sh");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

fn file(folder: &Path, name: &str, kek: &Kek) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, kek.to_hex().as_bytes()).unwrap();
    path
}

#[tokio::test]
async fn a_rotation_that_is_interrupted_goes_on_and_then_the_old_key_can_go() {
    for app in App::each().await {
        let mei = app.mei().await;
        let lin = app.lin().await;
        let before = app.with_keys(only(kek())).await.unwrap();
        let all = before.vault.progress(&mut before.view()).await.unwrap().done;
        assert!(all > 10, "{all} data keys");

        let interrupted = app.with_keys(both()).await.unwrap();
        assert_eq!(rotation::rotate_some(&interrupted, 4).await.unwrap(), 4);
        let progress = interrupted.vault.progress(&mut interrupted.view()).await.unwrap();
        assert_eq!((progress.done, progress.left), (4, all - 4));
        is_read(&interrupted, &mei).await;
        drop(interrupted);

        let resumed = app.with_keys(both()).await.unwrap();
        is_read(&resumed, &mei).await;
        let mut told = Vec::new();
        let done = rotation::rotate(&resumed, |progress| told.push(progress.left))
            .await
            .unwrap();
        assert_eq!((done.done, done.left), (all, 0));
        assert_eq!(told, [0]);

        let after = app.with_keys(only(next())).await.unwrap();
        is_read(&after, &mei).await;
        assert!(mei_is_found(&after, &lin).await, "the blind index is the same");
        assert!(
            app.with_keys(only(kek())).await.is_none(),
            "the old key opens nothing"
        );
    }
}

/// A colleague in another process.
fn there(colleague: &Client, ctx: &Ctx) -> Client {
    let token = colleague.bearer().trim_start_matches("Bearer ").to_owned();
    Client::new(Arc::new(app::endpoint(ctx)), "/api/staff/v1", Some(token))
}

/// Whether the ward finds her by her phone in another process.
async fn mei_is_found(ctx: &Ctx, lin: &Client) -> bool {
    let lin = there(lin, ctx);
    let found = lin.get("/patients?q=13800000001").await.expect(200);
    found["items"][0]["name"] == MEI
}

#[tokio::test]
async fn a_rotation_is_in_the_journal() {
    let app = App::new().await;
    app.mei().await;
    let ctx = app.with_keys(both()).await.unwrap();
    rotation::rotate(&ctx, |_| ()).await.unwrap();
    let entries: Vec<(String,)> = ctx
        .view()
        .q("select detail from journal_entry where act = 'journal.rotate_keys'")
        .all()
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
    assert!(entries[0].0.contains(ctx.vault.key_id()), "{entries:?}");
}

#[tokio::test]
async fn a_program_prints_the_key_and_another_one_unwraps_beside_it() {
    let app = App::new().await;
    let mei = app.mei().await;
    let folder = tempfile::tempdir().unwrap();
    let old = file(folder.path(), "old", &kek());
    let new = file(folder.path(), "new", &next());
    let settings = Keys {
        command: Some(format!("cat {}", new.display())),
        others: vec![OtherKey {
            file: Some(old),
            command: None,
        }],
        ..Keys::default()
    };
    let ctx = app.with_keys(Given::of(&settings).unwrap()).await.unwrap();
    assert_eq!(ctx.vault.key_id(), next().id());
    is_read(&ctx, &mei).await;

    let why = |settings: Keys| Given::of(&settings).err().unwrap().to_string();
    let silent = why(Keys {
        command: Some("false".to_owned()),
        ..Keys::default()
    });
    assert!(silent.contains("false failed"), "{silent}");
    let wordy = why(Keys {
        command: Some("echo nothing".to_owned()),
        ..Keys::default()
    });
    assert!(wordy.contains("64 hexadecimal digits"), "{wordy}");
    let two = why(Keys {
        command: Some("cat".to_owned()),
        service: Some("cat".to_owned()),
        ..Keys::default()
    });
    assert!(two.contains("one of"), "{two}");
    assert!(why(Keys::default()).contains("keys.file"));
}

#[tokio::test]
async fn a_key_service_keeps_the_key_that_wraps_to_itself() {
    for app in App::each().await {
        let mei = app.mei().await;
        let folder = tempfile::tempdir().unwrap();
        // A stand-in whose key is one bit of each byte; it notes what it was asked.
        let asked = folder.path().join("asked");
        let text = format!(
            "#!/bin/sh\necho \"$2\" >> {}\nbase64 -d | LC_ALL=C tr '\\000-\\177\\200-\\377' '\\200-\\377\\000-\\177' | base64\n",
            asked.display()
        );
        let program = format!("{} --region=cn", script(folder.path(), &text));
        let given = |others| {
            let settings = Keys {
                service: Some(program.clone()),
                ..Keys::default()
            };
            Given {
                others,
                ..Given::of(&settings).unwrap()
            }
        };
        let moved = app.with_keys(given(vec![kek()])).await.unwrap();
        rotation::rotate(&moved, |_| ()).await.unwrap();
        let first = app.with_keys(given(Vec::new())).await.unwrap();
        is_read(&first, &mei).await;
        let said = std::fs::read_to_string(&asked).unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), ["wrap", "unwrap", "unwrap"]);

        rotation::make_next(&first).await.unwrap();
        let second = app.with_keys(given(Vec::new())).await.unwrap();
        assert_ne!(second.vault.key_id(), first.vault.key_id());
        let done = rotation::rotate(&second, |_| ()).await.unwrap();
        assert_eq!(done.left, 0);
        let (kept,): (i64,) = second
            .view()
            .q("select count(*) from key_encryption_key")
            .one()
            .await
            .unwrap();
        assert_eq!(kept, 1, "the key before is forgotten");
        let third = app.with_keys(given(Vec::new())).await.unwrap();
        is_read(&third, &mei).await;

        let broken = Keys {
            service: Some("false".to_owned()),
            ..Keys::default()
        };
        assert!(app.with_keys(Given::of(&broken).unwrap()).await.is_none());
    }
}

/// The ciphers of the values that a column of hers holds, by their marks.
async fn marks(ctx: &Ctx) -> Vec<u8> {
    let rows: Vec<(Vec<u8>,)> = ctx
        .view()
        .q("select name from patient where name is not null order by record_number")
        .all()
        .await
        .unwrap();
    rows.iter().map(|(name,)| name[0]).collect()
}

#[tokio::test]
async fn sm4_seals_what_is_new_and_what_was_sealed_before_is_read_beside_it() {
    for app in App::each().await {
        let mei = app.mei().await;
        let sm4 = Given {
            cipher: Cipher::Sm4Gcm,
            ..only(kek())
        };
        let ctx = app.with_keys(sm4).await.unwrap();
        let lin = there(&app.lin().await, &ctx);
        let edd = (app.clock.now() + chrono::Duration::days(90)).date_naive();
        let body = json!({ "name": "白如雪", "phone": "13800000002", "edd": edd });
        let bai = lin.post("/patients", body).await.expect(201);
        assert_eq!(marks(&ctx).await, [1, 2]);
        is_read(&ctx, &mei).await;
        let page = format!("/patients/{}", bai["id"].as_str().unwrap());
        assert_eq!(lin.get(&page).await.expect(200)["profile"]["name"], "白如雪");
        // A process in which it is not switched on reads both as well, and after a rotation, too.
        assert_eq!(
            app.lin().await.get(&page).await.expect(200)["profile"]["name"],
            "白如雪"
        );
        let rotated = app.with_keys(both()).await.unwrap();
        rotation::rotate(&rotated, |_| ()).await.unwrap();
        let after = app.with_keys(only(next())).await.unwrap();
        is_read(&after, &mei).await;
        let (ciphers,): (i64,) = after
            .view()
            .q("select count(distinct alg) from data_key")
            .one()
            .await
            .unwrap();
        assert_eq!(ciphers, 2);
    }
}
