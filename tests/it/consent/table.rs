//! The table of transitions, generated: each row with its actor and with every other one, and every pair of a state and an
//! operation without a row.
//!
//! If you added a row and came here: say in `asked` how it is asked for over HTTP, or in `by_itself` how it comes about.

use std::collections::BTreeSet;

use muan::consent::model::State;
use muan::consent::rules::states::{By, TRANSITIONS, Transition, Trigger};
use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign, strokes};
use super::over_time::Ward;
use super::paper::{SCAN, filing};
use crate::support::cast::{HOSPITAL, Woman};
use crate::support::client::{Answer, Client};

/// Not asked for by anybody: the service's own steps, and what no operation offers.
const BY_ITSELF: [&str; 6] = ["T04", "T12", "T13", "T14", "T15", "T18"];

/// All staff that there are.
const STAFF: [&str; 5] = ["lin", "sun", "zhao", "qian", "wu"];

/// The operation of a trigger: what follows the consent's path, and a body that is complete.
async fn asked(ceremony: &Ceremony, trigger: Trigger) -> Option<(&'static str, Value)> {
    let shown = ceremony.zhao.get(&ceremony.path("")).await.body["presented_sha256"].clone();
    let shown = if shown.is_null() {
        json!("0".repeat(64))
    } else {
        shown
    };
    let reading = json!({ "kind": "visible", "section": "purpose", "seq": 900, "at_ms": 1 });
    Some(match trigger {
        Trigger::Release => {
            let body = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen today." });
            ("/release", body)
        }
        Trigger::FirstRead => ("/reading-events", json!({ "session": "s", "events": [reading] })),
        Trigger::Waive => {
            let body = json!({ "gate": "reading", "reason": "Explained.", "teach_back": "In her words." });
            ("/waive", body)
        }
        Trigger::Sign => {
            let mut body = ceremony.mark().await;
            body["presented_sha256"] = shown;
            ("/sign", body)
        }
        Trigger::Countersign => ("/countersign", countersign()),
        Trigger::Return => ("/return", json!({ "reason": "signature_unclear" })),
        Trigger::Refuse => ("/refuse", json!({})),
        Trigger::Withdraw => ("/withdraw", json!({})),
        Trigger::Reissue => ("/reissue", json!({ "reason": "language" })),
        Trigger::Void => ("/void", json!({ "reason": "test" })),
        Trigger::File => ("/paper", filing(ceremony, &[SCAN], Value::Null)),
        Trigger::Prepare
        | Trigger::GatesPass
        | Trigger::DeadlinePassed
        | Trigger::ValidityEnded
        | Trigger::RecordClosed
        | Trigger::SuccessorActive
        | Trigger::ApproveEmergency => return None,
    })
}

/// Whether she asks herself.
fn is_hers(trigger: Trigger) -> bool {
    matches!(
        trigger,
        Trigger::FirstRead | Trigger::Sign | Trigger::Refuse | Trigger::Withdraw
    )
}

/// Answered in this state without being a transition: reading goes on, a successor is begun.
fn goes_on(state: State, trigger: Trigger) -> bool {
    matches!(
        (state, trigger),
        (State::Reading | State::Ready, Trigger::FirstRead) | (State::Active, Trigger::Reissue)
    )
}

struct Walk {
    ceremony: Ceremony,
    colleagues: Vec<(&'static str, Client)>,
    bai: Woman,
    seen: BTreeSet<&'static str>,
}

impl Walk {
    async fn ask(&self, client: &Client, trigger: Trigger) -> Option<Answer> {
        let (path, body) = asked(&self.ceremony, trigger).await?;
        let etag = self.ceremony.zhao.get(&self.ceremony.path("")).await.etag();
        Some(client.post_at(&self.ceremony.path(path), &etag, body).await)
    }

    /// In this state: every operation without a row is refused, every row refuses the other actors.
    async fn here(&mut self, state: State) {
        let page = self.ceremony.zhao.get(&self.ceremony.path("")).await.expect(200);
        assert_eq!(page["state"], state.word());
        for trigger in Trigger::ALL {
            let row = TRANSITIONS
                .iter()
                .find(|row| row.trigger == trigger && row.from.contains(&state));
            match row {
                Some(row) => self.others(row).await,
                None if goes_on(state, trigger) => {}
                None => {
                    let client = match is_hers(trigger) {
                        true => &*self.ceremony.mei,
                        false => &self.ceremony.zhao,
                    };
                    let Some(refused) = self.ask(client, trigger).await else {
                        continue;
                    };
                    assert_eq!(
                        (refused.status, refused.code().as_str()),
                        (409, "consent.illegal_transition"),
                        "{trigger:?} in {state:?}: {}",
                        refused.body
                    );
                    assert_eq!(refused.body["current"], json!({ "state": state.word() }));
                }
            }
        }
        let after = self.ceremony.zhao.get(&self.ceremony.path("")).await.expect(200);
        assert_eq!(after["version"], page["version"], "nothing was done in {state:?}");
    }

    async fn others(&self, row: &Transition) {
        let open: &[&str] = match row.who {
            By::Anesthesiologist | By::AnesthesiologistAndQuality | By::AnesthesiologistAndMidwife => {
                &["zhao"]
            }
            By::PatientOrHeard => &["lin", "zhao"],
            By::Patient | By::System | By::Preparer | By::Institution => &[],
        };
        for (name, colleague) in self.colleagues.iter().filter(|(name, _)| !open.contains(name)) {
            if let Some(refused) = self.ask(colleague, row.trigger).await {
                // Staff's document does not have her operations at all.
                let missing = is_hers(row.trigger) && refused.status == 404;
                assert!(
                    refused.status == 403 || missing,
                    "{} by {name}: {}",
                    row.id,
                    refused.body
                );
            }
        }
        if !is_hers(row.trigger) {
            let hers = self.ask(&self.ceremony.mei, row.trigger).await;
            let refused = hers.is_none_or(|answer| [401, 404, 405].contains(&answer.status));
            assert!(refused, "{} by her", row.id);
        }
        if is_hers(row.trigger) {
            let refused = self.ask(&self.bai, row.trigger).await.unwrap();
            assert_eq!(refused.status, 404, "{} by another woman", row.id);
        }
    }

    fn did(&mut self, id: &'static str) {
        self.seen.insert(id);
    }
}

#[tokio::test]
async fn every_row_has_its_actor_and_every_other_pair_is_refused() {
    let ceremony = Ceremony::drafted().await;
    let mut colleagues = Vec::new();
    for name in STAFF {
        colleagues.push((name, ceremony.app.staff(HOSPITAL, name).await));
    }
    let mut walk = Walk {
        bai: ceremony.app.bai().await,
        ceremony,
        colleagues,
        seen: BTreeSet::from(["T01"]),
    };
    walk.here(State::Draft).await;
    walk.ceremony.is_released().await;
    walk.did("T02");
    walk.here(State::Issued).await;
    walk.ceremony.reads().await;
    walk.did("T03");
    walk.here(State::Reading).await;
    walk.ceremony.answers(true).await;
    walk.ceremony.waived("lessons").await;
    walk.did("T05");
    walk.ceremony.identified().await;
    walk.here(State::Ready).await;
    for (phase, back) in [(0, true), (3, false)] {
        let mut mark = walk.ceremony.mark().await;
        mark["strokes"] = strokes(phase);
        let etag = walk.ceremony.etag().await;
        let path = walk.ceremony.path("/sign");
        walk.ceremony.mei.post_at(&path, &etag, mark).await.expect(201);
        if back {
            walk.here(State::PatientSigned).await;
            let returned = walk.ask(&walk.ceremony.zhao, Trigger::Return).await.unwrap();
            returned.expect(200);
        }
    }
    walk.did("T06");
    walk.did("T08");
    walk.ceremony.step_up().await;
    let active = walk.ask(&walk.ceremony.zhao, Trigger::Countersign).await.unwrap();
    active.expect(200);
    walk.did("T07");
    walk.here(State::Active).await;
    let withdrawn = walk.ask(&walk.ceremony.mei, Trigger::Withdraw).await.unwrap();
    withdrawn.expect(200);
    walk.did("T10");
    walk.here(State::Withdrawn).await;

    // She asks again, and what comes of it ends in each of the other ways.
    walk.again().await;
    walk.ceremony.is_released().await;
    let refused = walk.ask(&walk.ceremony.mei, Trigger::Refuse).await.unwrap();
    refused.expect(200);
    walk.did("T09");
    walk.here(State::Refused).await;

    walk.again().await;
    walk.ceremony.is_released().await;
    let draft = walk.ask(&walk.ceremony.zhao, Trigger::Reissue).await.unwrap();
    let successor = draft.expect(201)["id"].as_str().unwrap().to_owned();
    walk.did("T11");
    walk.here(State::Superseded).await;

    walk.ceremony = walk.ceremony.instead(&successor);
    let qian = walk.ceremony.app.qian().await;
    let word = json!({ "act": "consent.void", "subject": walk.ceremony.id });
    let word = qian.post("/attestations", word).await.expect(201);
    let body = json!({ "reason": "test", "attestation": word["attestation"] });
    let path = walk.ceremony.path("/void");
    walk.ceremony.zhao.post_at(&path, "\"1\"", body).await.expect(200);
    walk.did("T16");
    walk.here(State::Voided).await;

    walk.again().await;
    let lin = walk.ceremony.app.lin().await;
    let word = walk.ceremony.paper_word(&lin).await;
    let body = filing(&walk.ceremony, &[SCAN], word);
    let path = walk.ceremony.path("/paper");
    walk.ceremony.zhao.post_at(&path, "\"1\"", body).await.expect(200);
    walk.did("T17");
    let ward = Ward::of(walk.ceremony).await;
    ward.ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
    ward.record("epidural", json!({})).await.expect(200);
    ward.lin
        .post(&ward.path("/close"), json!({ "reason": "transferred" }))
        .await
        .expect(201);
    walk.ceremony = ward.ceremony;
    walk.here(State::Fulfilled).await;

    walk.ceremony = Ceremony::released().await;
    walk.ceremony.app.clock.advance(336 * 3600 + 1);
    walk.ceremony.app.work().await;
    walk.ceremony = walk.ceremony.logged_in_again().await;
    walk.here(State::Expired).await;

    let all: BTreeSet<&str> = TRANSITIONS.iter().map(|row| row.id).collect();
    let asked: BTreeSet<&str> = walk.seen.into_iter().chain(BY_ITSELF).collect();
    assert_eq!(all, asked, "see the head of this file");
}

impl Walk {
    /// She asks for a consent once more (RC7): another instance, and the earlier one stays.
    async fn again(&mut self) {
        let draft = self.ceremony.mei.post("/consent-requests", json!({})).await;
        let id = draft.expect(201)["id"].as_str().unwrap().to_owned();
        assert_ne!(id, self.ceremony.id);
        self.ceremony.id = id;
    }
}

#[tokio::test]
async fn a_midwife_and_an_anesthesiologist_prepare_and_nobody_else_does() {
    let ceremony = Ceremony::drafted().await;
    let app = &ceremony.app;
    let bai = app.bai().await;
    for name in ["sun", "qian", "wu"] {
        let colleague = app.staff(HOSPITAL, name).await;
        let refused = colleague
            .post("/consents", json!({ "patient": bai.patient_id }))
            .await;
        assert_eq!(refused.status, 403, "{name}");
    }
    let lin = app.lin().await;
    lin.post("/consents", json!({ "patient": bai.patient_id }))
        .await
        .expect(201);
}
