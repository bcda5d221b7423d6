//! Births as the wards record them, for the figures that are made of them.

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use muan::demo::walk::{Person, Walker, Woman};
use serde_json::{Value, json};

use crate::support::App;
use crate::support::client::Client;

pub const CONVERTED: &str = "cesarean_intrapartum";

/// A woman at term who has come to give birth.
pub fn comes<'a>(app: &'a App, walker: &'a Walker<'_>, n: usize) -> LocalBoxFuture<'a, Woman> {
    async move {
        let person = Person {
            openid: format!("o-example-{n}"),
            name: "宋小雨".to_owned(),
            phone: format!("138000010{n:02}"),
            birth_date: format!("1995-01-{:02}", n + 1),
            edd: app.clock.now().date_naive().to_string(),
        };
        let mut woman = walker.register(person).await.unwrap();
        walker.admit(&mut woman).await.unwrap();
        woman
    }
    .boxed_local()
}

pub async fn put(by: Client, woman: &Woman, rest: &str, body: Value) {
    let path = format!("/labors/{}", woman.labor);
    let etag = by.get(&path).await.etag();
    by.put(&format!("{path}/{rest}"), &etag, body).await.expect(200);
}

/// A block that was written up afterwards, with its reason.
pub fn block(dose: DateTime<Utc>, changes: &Value) -> Value {
    let mut record = json!({
        "technique": "epidural", "indication": "labor", "interspace": "L3-4", "needle_attempts": 1,
        "puncture_at": dose - Duration::minutes(8), "first_dose_at": dose,
        "doses": [{
            "given_at": dose, "drug": "ropivacaine", "route": "epidural", "use": "labor", "loading": true,
            "amount": "8", "volume_ml": "8", "concentration": "0.1"
        }],
        "exception": { "reason": "网络中断，事后补记" }
    });
    for (member, value) in changes.as_object().unwrap() {
        record[member] = value.clone();
    }
    record
}

/// Her block and her scores.
pub fn eased<'a>(
    app: &'a App,
    woman: &'a Woman,
    dose: DateTime<Utc>,
    pain: &'a [(i64, i64)],
    changes: Value,
) -> LocalBoxFuture<'a, ()> {
    async move {
        put(app.zhao().await, woman, "analgesia", block(dose, &changes)).await;
        let seen = |(minute, score): &(i64, i64)| {
            json!({
                "observed_at": dose + Duration::minutes(*minute), "vas": score.to_string(),
                "vas_context": "contraction", "sbp": 118, "dbp": 72, "hr": 84, "spo2": 98, "fhr": 142, "bromage": 0
            })
        };
        let observations: Vec<Value> = pain.iter().map(seen).collect();
        if !observations.is_empty() {
            let path = format!("/labors/{}/observations", woman.labor);
            let body = json!({ "observations": observations });
            app.lin().await.post(&path, body).await.expect(201);
        }
    }
    .boxed_local()
}

/// A birth with the scores of each newborn; none for a stillborn.
pub fn birth(born: DateTime<Utc>, mode: &str, babies: &[Option<(i64, i64)>]) -> Value {
    let baby = |(n, scores): (i64, &Option<(i64, i64)>)| {
        let mut baby = json!({
            "baby_no": n, "sex": "female", "born_at": born, "weight_g": 3200,
            "outcome": if scores.is_some() { "alive" } else { "stillbirth" }
        });
        if let Some((apgar1, apgar5)) = scores {
            baby["apgar1"] = json!(apgar1);
            baby["apgar5"] = json!(apgar5);
            baby["apgar10"] = json!(9);
        }
        baby
    };
    let babies: Vec<Value> = (1..).zip(babies).map(baby).collect();
    let mut body = json!({ "mode": mode, "birth_place": "here", "blood_loss_ml": 300, "babies": babies });
    if mode == CONVERTED {
        body["cs_decision_at"] = json!(born - Duration::minutes(25));
        body["cs_anesthesia"] = json!("epidural_topup");
        body["cs_indication"] = json!("胎儿窘迫");
        body["analgesia_before_conversion"] = json!(true);
    }
    body
}

pub fn gives_birth<'a>(
    app: &'a App,
    woman: &'a Woman,
    born: DateTime<Utc>,
    mode: &'a str,
    babies: &'a [Option<(i64, i64)>],
) -> LocalBoxFuture<'a, ()> {
    async move {
        let mut body = birth(born, mode, babies);
        // Some are born a second time, on another day.
        body["correction_reason"] = json!("核对出生时间。");
        put(app.lin().await, woman, "delivery", body).await;
    }
    .boxed_local()
}

/// Her answer to the survey, on her own phone.
pub fn replies<'a>(walker: &'a Walker<'_>, woman: &'a mut Woman, score: i64) -> LocalBoxFuture<'a, ()> {
    async move {
        walker.reopen(woman).await.unwrap();
        walker.survey(woman, score).await.unwrap();
    }
    .boxed_local()
}

/// The quality office enters a reply that came in on paper.
pub fn on_paper<'a>(app: &'a App, woman: &'a Woman, score: i64) -> LocalBoxFuture<'a, ()> {
    async move {
        let form = &app.ctx.content.forms.current("satisfaction").unwrap().form;
        let flat = json!({ "sat.overall": score.to_string() });
        let content = form.response_from_flat(flat.as_object().unwrap());
        let body = json!({ "questionnaire": "satisfaction", "content": content });
        let path = format!("/patients/{}/responses", woman.patient);
        app.lin().await.post(&path, body.clone()).await.expect(404);
        app.qian().await.post(&path, body).await.expect(201);
    }
    .boxed_local()
}

/// Each waits for her day: the second example goes through a year.
pub fn on<'a>(app: &'a App, walker: &'a Walker<'_>, day: &'a str) -> LocalBoxFuture<'a, DateTime<Utc>> {
    async move {
        let at: DateTime<Utc> = day.parse().unwrap();
        let ahead = (at - app.clock.now()).num_seconds();
        walker.wait(ahead).await.unwrap();
        at
    }
    .boxed_local()
}
