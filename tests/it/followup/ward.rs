//! Mei in labor, for what follows after it.

use serde_json::{Value, json};

use crate::analgesia::{admission, birth, emergency};
use crate::support::App;
use crate::support::cast::{HOSPITAL, Woman};
use crate::support::client::Client;

/// The ward with Mei admitted on the morning of every test, an hour before nine.
pub struct Ward {
    pub app: App,
    pub mei: Woman,
    pub labor: String,
}

impl Ward {
    pub async fn open() -> Ward {
        Ward::of(App::new().await).await
    }

    pub async fn of(app: App) -> Ward {
        let mei = app.mei().await;
        Ward::with(app, mei).await
    }

    pub async fn with(app: App, mei: Woman) -> Ward {
        let labor = app.lin().await.post("/labors", admission(&mei.patient_id)).await;
        let labor = labor.expect(201)["id"].as_str().unwrap().to_owned();
        Ward { app, mei, labor }
    }

    /// With a block and a birth at 08:58 in the hospital, and all that is due then done.
    pub async fn after_birth() -> Ward {
        let ward = Ward::open().await;
        ward.block().await;
        ward.deliver(birth()).await;
        ward
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/labors/{}{rest}", self.labor)
    }

    pub async fn staff(&self, username: &str) -> Client {
        self.app.staff(HOSPITAL, username).await
    }

    pub async fn put(&self, who: &str, rest: &str, body: Value) {
        let client = self.staff(who).await;
        let etag = client.get(&self.path("")).await.etag();
        client.put(&self.path(rest), &etag, body).await.expect(200);
        self.app.work().await;
    }

    pub async fn block(&self) {
        self.put("zhao", "/analgesia", emergency()).await;
    }

    /// The block was another woman's: the record says nothing of one any more.
    pub async fn without_block(&self) {
        let body = json!({ "correction_reason": "写到了别人的病历" });
        self.put("zhao", "/analgesia", body).await;
    }

    /// Spinal anesthesia for a cesarean, with nothing given for labor.
    pub async fn spinal(&self) {
        let body = json!({
            "technique": "spinal_single", "indication": "cesarean", "interspace": "L3-4",
            "puncture_at": "2026-03-02T00:40:00Z", "first_dose_at": "2026-03-02T00:45:00Z",
        });
        self.put("zhao", "/analgesia", body).await;
    }

    pub async fn deliver(&self, body: Value) {
        self.put("lin", "/delivery", body).await;
    }

    /// The birth was another woman's.
    pub async fn no_birth(&self) {
        let lin = self.staff("lin").await;
        let chart = lin.get(&self.path("")).await.expect(200);
        let wrong = json!({ "target": chart["delivery"]["id"], "reason": "录到了另一位产妇名下。" });
        lin.post(&self.path("/corrections"), wrong).await.expect(201);
        self.app.work().await;
    }

    pub async fn leave(&self, reason: &str) {
        let lin = self.staff("lin").await;
        lin.post(&self.path("/close"), json!({ "reason": reason }))
            .await
            .expect(201);
        self.app.work().await;
    }

    /// Reports a complication; its id.
    pub async fn complication(&self, code: &str) -> String {
        self.complication_of(code, 4).await
    }

    pub async fn complication_of(&self, code: &str, severity: i64) -> String {
        self.report(json!({ "code": code, "onset_at": "2026-03-02T00:59:00Z", "severity": severity }))
            .await
    }

    pub async fn puncture(&self) -> String {
        self.report(json!({
            "code": "adp", "onset_at": "2026-03-02T00:40:00Z", "severity": 1, "adp_next": "resited_epidural",
        }))
        .await
    }

    pub async fn report(&self, event: Value) -> String {
        let zhao = self.staff("zhao").await;
        let reported = zhao.post(&self.path("/complications"), event).await.expect(201);
        self.app.work().await;
        text(&reported, "id")
    }

    /// Marks a complication as entered in error.
    pub async fn entered_in_error(&self, complication: &str) {
        self.correct(json!({ "target": complication, "reason": "录到了另一位产妇名下。" }))
            .await;
    }

    pub async fn correct(&self, body: Value) {
        let zhao = self.staff("zhao").await;
        zhao.post(&self.path("/corrections"), body).await.expect(201);
        self.app.work().await;
    }

    /// Time passes, and what is due is done.
    pub async fn wait(&self, hours: i64) {
        self.app.clock.advance(hours * 3600);
        self.app.work().await;
    }

    /// She opens the mini-program again.
    pub async fn mei_again(&self) -> Client {
        self.app.newcomer(&self.mei.openid).await
    }

    /// A midwife files answers of hers for a point; what they came to.
    pub async fn files(&self, point: &Value, changes: Value) -> Value {
        let form = text(point, "form");
        let mut flat = muan::demo::walk_labor::well(&form);
        flat.extend(changes.as_object().cloned().unwrap_or_default());
        let form = self.app.ctx.content.forms.current(&form).unwrap();
        let content = json!({ "content": form.form.response_from_flat(&flat) });
        let path = format!("/follow-ups/{}/responses", text(point, "id"));
        self.staff("lin").await.post(&path, content).await.expect(201)
    }

    /// The points in a state, or all that have opened.
    pub async fn points(&self, state: &str) -> Vec<Value> {
        let list = self.staff("lin").await.get(&format!("/follow-ups{state}")).await;
        list.expect(200)["items"].as_array().unwrap().clone()
    }

    /// One point.
    pub async fn point(&self, state: &str, point: &str) -> Value {
        let all = self.points(state).await;
        all.into_iter()
            .find(|one| one["point"] == point)
            .unwrap_or_else(|| panic!("no {point} {state}"))
    }

    /// What she was told about, and when.
    pub async fn notices(&self) -> Vec<(String, String)> {
        let notices = self
            .mei_again()
            .await
            .get("/me/notices?limit=100")
            .await
            .expect(200);
        let mut told: Vec<(String, String)> = notices["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["kind"] == "follow_up_due" || one["kind"] == "survey_due")
            .map(|one| (text(one, "at"), text(one, "ref")))
            .collect();
        told.sort();
        told
    }

    /// Tasks of a kind that wait for somebody.
    pub async fn tasks(&self, who: &str, kind: &str) -> Vec<Value> {
        let tasks = self.staff(who).await.get("/tasks?limit=100").await.expect(200);
        let all = tasks["items"].as_array().unwrap().clone();
        all.into_iter().filter(|task| task["kind"] == kind).collect()
    }
}

pub fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap().to_owned()
}
