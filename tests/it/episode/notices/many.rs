//! Many reminders that are due at once.

use std::collections::BTreeSet;

use muan::app::work;
use muan::base::id::{FacilityId, PatientId};
use muan::base::{Act, Actor, Subject};
use muan::demo::messages::REMINDER;
use muan::episode::facts;
use serde_json::json;

use super::{FOLLOW_UP, HOUR, left};
use crate::support::App;
use crate::support::cast::Woman;

/// So many reminders to each of some women, all due now.
async fn remind(app: &App, women: &[Woman], each: u32) {
    for woman in women {
        let facility = woman.get("/me").await.expect(200)["facility_id"].clone();
        let facility: FacilityId = serde_json::from_value(facility).unwrap();
        let patient = PatientId(woman.patient_id.parse().unwrap());
        let mut tx = app.ctx.write(Act::FollowupRemind).await.unwrap();
        for n in 0..each {
            facts::notify(&mut tx, facility, patient, FOLLOW_UP, &n.to_string())
                .await
                .unwrap();
        }
        let subject = Subject::of_patient("patient", patient, patient);
        tx.journal_as(
            Act::FollowupRemind,
            Actor::SYSTEM,
            Some(facility),
            subject,
            json!({}),
            None,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}

/// Two processes on PostgreSQL and, where it is installed, Redis.
#[tokio::test]
async fn two_processes_send_each_of_many_reminders_once() {
    each_once(12, 25).await;
}

/// The same with ten thousand, which takes minutes:
/// `cargo test --test it two_processes_send_each_of_ten_thousand -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "takes minutes"]
async fn two_processes_send_each_of_ten_thousand_reminders_once() {
    each_once(100, 100).await;
}

async fn each_once(count: usize, each: u32) {
    let all = count * each as usize;
    let Some(app) = App::postgres().await else {
        return;
    };
    let lin = app.lin().await;
    let mut women = Vec::new();
    for n in 0..count {
        let (openid, phone) = (format!("o-many-{n}"), format!("137{n:08}"));
        let woman = app.woman(&lin, &openid, "许多多", &phone, "1995-05-05").await;
        app.allows(&woman, REMINDER, each).await;
        women.push(woman);
    }
    remind(&app, &women, each).await;
    let other = app.beside(|_| {}).await;
    let begun = std::time::Instant::now();
    // A round that sends nothing may only wait for a pause between two tries.
    let (mut sent, mut idle) = (0, 0);
    while sent < all && idle < 60 {
        let (one, two) = tokio::join!(work::at_once(&app.ctx, "one"), work::at_once(&other, "two"));
        one.unwrap();
        two.unwrap();
        let now = app.simulator.messages().len();
        idle = if now > sent { 0 } else { idle + 1 };
        sent = now;
        app.clock.advance(2);
    }
    let took = begun.elapsed();
    app.clock.advance(HOUR);
    work::at_once(&app.ctx, "one").await.unwrap();
    work::at_once(&other, "two").await.unwrap();
    let messages = app.simulator.messages();
    let pages: BTreeSet<&str> = messages
        .iter()
        .filter_map(|message| message.page.as_deref())
        .collect();
    let shared = if app.config.redis.is_some() {
        "with"
    } else {
        "without"
    };
    println!(
        "{} of {all} reminders by two processes {shared} Redis in {took:?}, {} of them different",
        messages.len(),
        pages.len()
    );
    assert_eq!((messages.len(), pages.len()), (all, all));
    for woman in &women {
        assert_eq!(left(woman, REMINDER).await, 0);
    }
}
