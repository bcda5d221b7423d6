//! What anybody can ask of the log: its signed head, and proofs that hold without this system.

use muan::base::merkle::proof::{verify_consistency, verify_inclusion};
use muan::base::merkle::{self, Hash};
use muan::journal::LogPublic;
use muan::journal::checkpoint::{Checkpoint, origin};
use serde_json::Value;
use uuid::Uuid;

use super::{accounts, hospital, tampered, whole_audit};
use crate::support::App;

/// The newest checkpoint, checked with the key that an operator pins.
pub async fn head(app: &App, facility: Uuid) -> Checkpoint {
    let answer = app
        .outside()
        .get(&format!("/log/checkpoint?facility={facility}"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type").unwrap(),
        "text/plain; charset=utf-8"
    );
    let note = String::from_utf8(answer.bytes).unwrap();
    let pinned: LogPublic = app.ctx.log.key.public().to_string().parse().unwrap();
    let checkpoint = Checkpoint::verify(&note, &[pinned]).unwrap();
    assert_eq!(checkpoint.origin, origin(app.ctx.log.key.name(), facility));
    checkpoint
}

fn hash(value: &Value) -> Hash {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn path(proof: &Value) -> Vec<Hash> {
    proof["path"].as_array().unwrap().iter().map(hash).collect()
}

#[tokio::test]
async fn every_entry_is_proved_to_be_under_the_signed_head() {
    let app = App::new().await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let head = head(&app, facility).await;
    assert!(head.size >= 4);
    for seq in 1..=head.size {
        let asked = format!("/log/inclusion?facility={facility}&seq={seq}&size={}", head.size);
        let proof = app.outside().get(&asked).await.expect(200);
        assert_eq!(hash(&proof["root"]), head.root);
        let leaf = merkle::leaf(&hash(&proof["entry_hash"]));
        assert!(verify_inclusion(
            &leaf,
            seq - 1,
            head.size,
            &path(&proof),
            &head.root
        ));
    }
}

#[tokio::test]
async fn a_later_head_is_proved_to_continue_an_earlier_one() {
    let app = App::new().await;
    accounts(&app, &["a1", "a2"]).await;
    let facility = hospital(&app).await;
    let mut heads = vec![head(&app, facility).await];
    for round in 0..4 {
        app.clock.advance(600);
        accounts(
            &app,
            &[&format!("b{round}"), &format!("c{round}"), &format!("d{round}")],
        )
        .await;
        heads.push(head(&app, facility).await);
    }
    for (one, earlier) in heads.iter().enumerate() {
        for later in &heads[one..] {
            let asked = format!(
                "/log/consistency?facility={facility}&from={}&to={}",
                earlier.size, later.size
            );
            let proof = app.outside().get(&asked).await.expect(200);
            assert_eq!(hash(&proof["from_root"]), earlier.root);
            assert!(verify_consistency(
                earlier.size,
                later.size,
                &path(&proof),
                &earlier.root,
                &later.root
            ));
        }
    }
}

#[tokio::test]
async fn a_head_is_signed_within_ten_minutes_of_an_entry_and_once_a_day() {
    let app = App::new().await;
    accounts(&app, &["a1"]).await;
    let facility = hospital(&app).await;
    // Her log-in was an entry, too.
    app.clock.advance(600);
    app.work().await;
    let first = head(&app, facility).await;
    app.clock.advance(600);
    app.work().await;
    assert_eq!(head(&app, facility).await, first, "nothing is new");
    accounts(&app, &["a2"]).await;
    let second = head(&app, facility).await;
    assert!(second.size > first.size);
    app.clock.advance(60);
    accounts(&app, &["a3"]).await;
    assert_eq!(head(&app, facility).await, second, "a minute after the last one");
    app.clock.advance(540);
    app.work().await;
    let third = head(&app, facility).await;
    assert!(third.size > second.size);
    // What is kept for a day is swept once, and that is an entry.
    app.clock.advance(25 * 3600);
    app.work().await;
    app.clock.advance(600);
    app.work().await;
    let swept = head(&app, facility).await;
    app.clock.advance(24 * 3600);
    app.work().await;
    let fourth = head(&app, facility).await;
    assert!(
        fourth.size == swept.size && fourth.at > swept.at,
        "a day without an entry"
    );
}

#[tokio::test]
async fn what_the_log_can_not_answer_is_a_problem_with_its_reason() {
    let app = App::new().await;
    accounts(&app, &["a1"]).await;
    let facility = hospital(&app).await;
    let size = head(&app, facility).await.size;
    let nobody = "01900000-0000-7000-8000-000000000000";
    let upper = facility.to_string().to_uppercase();
    let (past, far) = (size + 1000, "99999999999999999999");
    for (asked, status, code) in [
        ("checkpoint".to_owned(), 400, "http.malformed"),
        ("checkpoint?facility=x".to_owned(), 400, "http.malformed"),
        (format!("checkpoint?facility={upper}"), 400, "http.malformed"),
        (format!("checkpoint?facility={nobody}"), 404, "http.not_found"),
        (
            format!("checkpoint?facility={facility}&facility={facility}"),
            400,
            "http.malformed",
        ),
        (
            format!("checkpoint?facility={facility}&more=1"),
            400,
            "http.malformed",
        ),
        (
            format!("inclusion?facility={facility}&seq=1"),
            400,
            "http.malformed",
        ),
        (
            format!("inclusion?facility={nobody}&seq=1&size=1"),
            404,
            "http.not_found",
        ),
        (
            format!("inclusion?facility={facility}&seq=0&size={size}"),
            422,
            "http.invalid",
        ),
        (
            format!("inclusion?facility={facility}&seq={past}&size={size}"),
            422,
            "http.invalid",
        ),
        (
            format!("inclusion?facility={facility}&seq=1&size=0"),
            422,
            "http.invalid",
        ),
        (
            format!("inclusion?facility={facility}&seq=1&size={past}"),
            422,
            "http.invalid",
        ),
        (
            format!("inclusion?facility={facility}&seq=-1&size=1"),
            400,
            "http.malformed",
        ),
        (
            format!("inclusion?facility={facility}&seq=%31&size=1"),
            400,
            "http.malformed",
        ),
        (
            format!("inclusion?facility={facility}&seq=+1&size=1"),
            400,
            "http.malformed",
        ),
        (
            format!("inclusion?facility={facility}&seq={far}&size=1"),
            400,
            "http.malformed",
        ),
        (
            format!("consistency?facility={facility}&from=2&to=1"),
            422,
            "http.invalid",
        ),
        (
            format!("consistency?facility={facility}&from=1&to={past}"),
            422,
            "http.invalid",
        ),
        (
            format!("consistency?facility={facility}&from=&to=1"),
            400,
            "http.malformed",
        ),
    ] {
        let answer = app.outside().get(&format!("/log/{asked}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{asked}");
        assert_eq!(answer.header("content-type").unwrap(), "application/problem+json");
    }
    let wrong = app.outside().post_bare("/log/checkpoint", Value::Null).await;
    assert_eq!(wrong.status, 405);
}

#[tokio::test]
async fn nobody_asks_the_log_without_end() {
    let app = App::with(|config| config.rate_per_minute = 20).await;
    let asked = "/log/checkpoint?facility=01900000-0000-7000-8000-000000000000";
    let mut statuses = Vec::new();
    for _ in 0..21 {
        statuses.push(app.outside().get(asked).await.status);
    }
    assert!(statuses[..19].iter().all(|status| *status == 404), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn a_log_that_is_older_than_the_tree_comes_under_it() {
    let app = App::new().await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    tampered::directly(
        &app,
        &[
            "delete from journal_node",
            "delete from journal_stamp",
            "delete from journal_copy",
            "delete from journal_checkpoint",
            "update journal_head set tree = 0",
        ],
    )
    .await;
    app.work().await;
    let head = head(&app, facility).await;
    let audit = whole_audit(&app, facility).await;
    assert!(audit.is_sound() && audit.entries >= head.size as i64, "{audit:?}");
}
