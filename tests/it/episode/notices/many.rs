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
    const WOMEN: usize = 12;
    const EACH: u32 = 25;
    const ALL: usize = WOMEN * EACH as usize;
    let Some(app) = App::postgres().await else {
        return;
    };
    let lin = app.lin().await;
    let mut women = Vec::new();
    for n in 0..WOMEN {
        let (openid, phone) = (format!("o-many-{n}"), format!("137000000{n:02}"));
        let woman = app.woman(&lin, &openid, "许多多", &phone, "1995-05-05").await;
        app.allows(&woman, REMINDER, EACH).await;
        women.push(woman);
    }
    remind(&app, &women, EACH).await;
    let other = app.beside(|_| {}).await;
    for _ in 0..200 {
        let (one, two) = tokio::join!(work::at_once(&app.ctx, "one"), work::at_once(&other, "two"));
        one.unwrap();
        two.unwrap();
        if app.simulator.messages().len() >= ALL {
            break;
        }
        app.clock.advance(2);
    }
    app.clock.advance(HOUR);
    work::at_once(&app.ctx, "one").await.unwrap();
    work::at_once(&other, "two").await.unwrap();
    let messages = app.simulator.messages();
    let pages: BTreeSet<&str> = messages
        .iter()
        .filter_map(|message| message.page.as_deref())
        .collect();
    assert_eq!((messages.len(), pages.len()), (ALL, ALL));
    for woman in &women {
        assert_eq!(left(woman, REMINDER).await, 0);
    }
}
