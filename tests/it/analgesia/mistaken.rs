//! A birth, or an end of analgesia, that was another woman's is taken back with all that it ended.

use serde_json::{Value, json};

use super::{Ward, admission, birth, emergency};
use crate::support::App;

impl Ward {
    async fn seen(&self) -> Value {
        self.app.work().await;
        self.lin.get(&self.path("")).await.expect(200)
    }

    async fn not_so(&self, target: &Value) -> Value {
        let body = json!({ "target": target, "reason": "录到了另一位产妇名下" });
        self.lin.post(&self.path("/corrections"), body).await.expect(201)
    }

    /// Her screen: where the pathway stands, and what it says of her.
    async fn screen(&self) -> (String, String) {
        let journey = self.mei.get("/me/journey").await.expect(200);
        let word = |member: &str| journey[member].as_str().unwrap().to_owned();
        (word("stage"), word("situation"))
    }

    async fn wants(&self) {
        let path = self.path("/requests");
        self.lin.post(&path, json!({})).await.expect(201);
    }
}

fn kinds(chart: &Value) -> Vec<&str> {
    let due = chart["due"].as_array().unwrap().iter();
    due.map(|one| one["what"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_birth_that_was_another_womans_leaves_her_in_labor_as_before() {
    for app in App::each().await {
        let ward = Ward::of(app).await;
        ward.record(emergency()).await.expect(200);
        let chart = ward.deliver(birth()).await.expect(200);
        let mut more = birth();
        more["babies"][0]["cord_be"] = json!("-3");
        let newest = ward.deliver(more).await.expect(200);
        let stale = ward.etag().await;
        assert_eq!(ward.screen().await, ("postpartum".into(), "born".into()));

        // Only the birth as it stands is taken back, and whole.
        let old = json!({ "target": chart["delivery"]["id"], "reason": "不是她" });
        let refused = ward.lin.post(&ward.path("/corrections"), old).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/target");
        let correction = ward.not_so(&newest["delivery"]["id"]).await;
        assert_eq!(correction["kind"], "delivery");
        assert!(correction.get("replacement").is_none());

        let chart = ward.seen().await;
        assert_eq!(chart["state"], "open");
        for member in ["born_at", "delivery"] {
            assert!(chart.get(member).is_none(), "{member}");
        }
        assert!(kinds(&chart).contains(&"one_hour_pain"), "{chart}");
        assert_eq!(ward.screen().await, ("labor".into(), "in_labor".into()));
        let steps = ward.mei.get("/me/journey").await.expect(200)["steps"].clone();
        let step = steps.as_array().unwrap().iter();
        let state = step.clone().find(|step| step["kind"] == "delivery").unwrap()["state"].clone();
        assert_eq!(state, "closed");
        let line = ward.lin.get("/labors").await.expect(200)["items"][0].clone();
        assert_eq!(line["state"], "open");
        let history = ward.lin.get(&ward.path("/history")).await.expect(200);
        assert_eq!(history["deliveries"].as_array().unwrap().len(), 2);
        assert_eq!(history["corrections"][0]["reason"], "录到了另一位产妇名下");

        // Her own birth, an hour later, is another one and not late.
        ward.app.clock.advance(3600);
        let mut own = birth();
        own["babies"][0]["born_at"] = json!("2026-03-02T01:58:00Z");
        own["babies"][0]["sex"] = json!("male");
        let late = ward.lin.put(&ward.path("/delivery"), &stale, own.clone()).await;
        assert_eq!(late.status, 412, "who read her as delivered writes nothing");
        let chart = ward.deliver(own).await.expect(200);
        assert_eq!(chart["delivery"]["number"], 3);
        assert_eq!(chart["delivery"]["late"], false);
        assert_eq!(chart["born_at"], "2026-03-02T01:58:00Z");
        assert_eq!(ward.screen().await, ("postpartum".into(), "born".into()));
    }
}

#[tokio::test]
async fn who_waited_when_the_birth_of_another_was_written_waits_on() {
    let ward = Ward::open().await;
    ward.wants().await;
    let chart = ward.deliver(birth()).await.expect(200);
    assert_eq!(ward.tasks("analgesia.request").await, 0);
    ward.app.clock.advance(35 * 60);
    ward.app.work().await;
    ward.not_so(&chart["delivery"]["id"]).await;
    assert_eq!(ward.tasks("analgesia.request").await, 1);
    let alarms = ward.seen().await["alarms"].clone();
    assert_eq!(alarms[0]["codes"], json!(["unanswered"]));
    assert_eq!(alarms[0]["state"], "open");
}

#[tokio::test]
async fn what_nobody_would_expect_of_a_birth_that_was_none_calls_nobody_any_more() {
    let ward = Ward::open().await;
    let mut much = birth();
    much["blood_loss_ml"] = json!(16_000);
    much["confirmed"] = json!(["/blood_loss_ml"]);
    much["confirmed_reason"] = json!("称重两次");
    let chart = ward.deliver(much).await.expect(200);
    assert_eq!(chart["alarms"][0]["codes"], json!(["out_of_range"]));
    assert_eq!(chart["alarms"][0]["state"], "open");
    ward.not_so(&chart["delivery"]["id"]).await;
    let chart = ward.seen().await;
    assert_eq!(chart["alarms"][0]["state"], "closed");
    assert_eq!(chart["alarms"][0]["outcome"], "corrected");
    assert_eq!(ward.tasks("analgesia.alarm").await, 0);
}

#[tokio::test]
async fn a_labor_that_was_all_another_womans_is_closed_as_opened_by_mistake() {
    let ward = Ward::open().await;
    let chart = ward.deliver(birth()).await.expect(200);
    let cancelled = json!({ "reason": "cancelled" });
    let refused = ward.lin.post(&ward.path("/close"), cancelled.clone()).await;
    assert_eq!(refused.code(), "analgesia.already_delivered");
    ward.not_so(&chart["delivery"]["id"]).await;
    ward.lin.post(&ward.path("/close"), cancelled).await.expect(201);
    assert_eq!(ward.screen().await, ("antenatal".into(), "pregnant".into()));
    assert_eq!(ward.lin.get("/labors").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_labor_with_a_block_in_it_was_not_opened_by_mistake() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let cancelled = json!({ "reason": "cancelled" });
    let refused = ward.lin.post(&ward.path("/close"), cancelled.clone()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "analgesia.block_recorded")
    );
    ward.record(json!({ "correction_reason": "写到了别人的病历" }))
        .await
        .expect(200);
    ward.lin.post(&ward.path("/close"), cancelled).await.expect(201);
}

#[tokio::test]
async fn a_clock_that_ran_out_under_a_birth_that_was_none_calls_once_it_is_taken_back() {
    for app in App::each().await {
        let ward = Ward::of(app).await;
        let decided = json!({ "code": "conversion_cs", "onset_at": "2026-03-02T00:55:00Z", "severity": 2 });
        ward.lin
            .post(&ward.path("/complications"), decided)
            .await
            .expect(201);
        let chart = ward.deliver(birth()).await.expect(200);
        ward.app.clock.advance(40 * 60);
        assert!(!ward.seen().await["alarms"].to_string().contains("delivery_due"));
        ward.not_so(&chart["delivery"]["id"]).await;
        assert!(ward.seen().await["alarms"].to_string().contains("delivery_due"));
    }
}

#[tokio::test]
async fn her_own_birth_is_taken_after_she_has_left_in_the_place_of_one_that_was_none() {
    for reason in ["discharged", "transferred"] {
        let ward = Ward::open().await;
        let chart = ward.deliver(birth()).await.expect(200);
        let left = json!({ "reason": reason });
        ward.lin.post(&ward.path("/close"), left).await.expect(201);
        ward.not_so(&chart["delivery"]["id"]).await;
        let mut own = birth();
        own["babies"][0]["born_at"] = json!("2026-03-02T00:45:00Z");
        let chart = ward.deliver(own).await.expect(200);
        assert_eq!(chart["state"], "closed", "{reason}");
        assert_eq!(chart["born_at"], "2026-03-02T00:45:00Z");
        assert_eq!(ward.screen().await.0, "postpartum", "{reason}");
    }
    // One that was closed without any birth takes none.
    let ward = Ward::open().await;
    let left = json!({ "reason": "discharged" });
    ward.lin.post(&ward.path("/close"), left).await.expect(201);
    assert_eq!(ward.deliver(birth()).await.code(), "analgesia.labor_closed");
}

#[tokio::test]
async fn whoever_writes_a_birth_or_an_end_takes_it_back() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let chart = ward.deliver(birth()).await.expect(200);
    let stop = json!({ "stop_at": "2026-03-02T00:59:00Z", "reason": "delivered" });
    let ended = ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
    let sun = ward.app.sun().await;
    for (client, target) in [(&ward.zhao, &chart["delivery"]["id"]), (&sun, &ended["id"])] {
        let body = json!({ "target": target, "reason": "不是她" });
        client.post(&ward.path("/corrections"), body).await.expect(403);
    }
    let body = json!({ "target": ended["id"], "reason": "不是她" });
    ward.zhao.post(&ward.path("/corrections"), body).await.expect(201);
    let body = json!({ "target": chart["delivery"]["id"], "reason": "不是她" });
    sun.post(&ward.path("/corrections"), body).await.expect(201);
}

#[tokio::test]
async fn who_has_left_since_left_without_a_birth() {
    for (reason, screen, admitted) in [
        ("discharged", ("antenatal", "pregnant"), 201),
        ("transferred", ("closed", "transferred"), 409),
    ] {
        let ward = Ward::open().await;
        let chart = ward.deliver(birth()).await.expect(200);
        let left = json!({ "reason": reason });
        ward.lin.post(&ward.path("/close"), left).await.expect(201);
        let again = ward.lin.post("/labors", admission(&ward.mei.patient_id)).await;
        assert_eq!(again.code(), "analgesia.no_pregnancy", "{reason}");
        ward.not_so(&chart["delivery"]["id"]).await;
        assert_eq!(ward.seen().await["state"], "closed", "{reason}");
        let (stage, situation) = ward.screen().await;
        assert_eq!((stage.as_str(), situation.as_str()), screen);
        let told = format!("/patients/{}/ending", ward.mei.patient_id);
        ward.lin.delete(&told).await.expect(404);
        ward.lin
            .post("/labors", admission(&ward.mei.patient_id))
            .await
            .expect(admitted);
    }
}

#[tokio::test]
async fn a_pregnancy_that_is_over_stays_over_and_her_labor_can_be_closed() {
    let ward = Ward::open().await;
    ward.wants().await;
    let mut lost = birth();
    lost["babies"][0] = json!({
        "baby_no": 1, "sex": "female", "born_at": "2026-03-02T00:58:00Z", "weight_g": 3200, "outcome": "stillbirth",
        "apgar1": 0, "apgar5": 0
    });
    let chart = ward.deliver(lost).await.expect(200);
    ward.app.clock.advance(57 * 24 * 3600);
    ward.app.work().await;
    let (mei, lin) = (ward.app.newcomer(&ward.mei.openid).await, ward.app.lin().await);
    let screen = async || {
        let journey = mei.get("/me/journey").await.expect(200);
        (journey["stage"].clone(), journey["situation"].clone())
    };
    let over = (json!("closed"), json!("over"));
    assert_eq!(screen().await, over);
    let access = format!("/patients/{}/access", ward.mei.patient_id);
    let why = json!({ "reason": "complaint", "text": "分娩记录写错了人。" });
    lin.post(&access, why).await.expect(201);
    let wrong = json!({ "target": chart["delivery"]["id"], "reason": "是另一位产妇" });
    lin.post(&ward.path("/corrections"), wrong).await.expect(201);
    assert_eq!(
        screen().await,
        over,
        "nobody mourns a baby that was another woman's"
    );
    ward.app.work().await;
    assert_eq!(lin.get(&ward.path("")).await.expect(200)["alarms"], json!([]));
    for reason in ["discharged", "cancelled"] {
        let closed = lin.post(&ward.path("/close"), json!({ "reason": reason })).await;
        assert_eq!(closed.status, if reason == "discharged" { 201 } else { 409 });
    }
    assert_eq!(screen().await, over);
}

#[tokio::test]
async fn an_end_that_was_another_womans_ends_nothing() {
    for app in App::each().await {
        let ward = Ward::of(app).await;
        let mut record = emergency();
        record["catheter_at"] = json!("2026-03-02T00:42:00Z");
        ward.record(record).await.expect(200);
        let mut stop = json!({
            "stop_at": "2026-03-02T00:50:00Z", "reason": "request", "catheter_removed_at": "2026-03-02T00:52:00Z",
            "tip_intact": false, "leg_raise": "able", "leg_raise_at": "2026-03-02T00:55:00Z"
        });
        let path = ward.path("/stop");
        ward.zhao.post(&path, stop.clone()).await.expect(201);
        stop["first_void_at"] = json!("2026-03-02T00:56:00Z");
        let ended = ward.zhao.post(&path, stop.clone()).await.expect(201);
        let open = |chart: &Value| {
            let alarms = chart["alarms"].as_array().unwrap().iter();
            alarms.filter(|alarm| alarm["state"] == "open").count()
        };
        assert_eq!(open(&ward.seen().await), 1);

        let correction = ward.not_so(&ended["id"]).await;
        assert_eq!(correction["kind"], "stop");
        let chart = ward.seen().await;
        assert!(chart.get("stop").is_none(), "{chart}");
        assert_eq!(open(&chart), 0);
        assert!(kinds(&chart).contains(&"one_hour_pain"));
        let again = json!({ "target": ended["id"], "reason": "不是她" });
        ward.lin.post(&ward.path("/corrections"), again).await.expect(422);
        let history = ward.lin.get(&ward.path("/history")).await.expect(200);
        assert_eq!(history["stops"].as_array().unwrap().len(), 2);

        // Her own end needs no reason for what it says otherwise, and is not late.
        ward.app.clock.advance(3600);
        let own = json!({
            "stop_at": "2026-03-02T01:55:00Z", "reason": "delivered", "catheter_removed_at": "2026-03-02T01:57:00Z",
            "tip_intact": true
        });
        let ended = ward.zhao.post(&path, own).await.expect(201);
        assert_eq!(ended["late"], false);
        assert_eq!(ward.seen().await["stop"]["id"], ended["id"]);
    }
}

#[tokio::test]
async fn neither_a_birth_nor_an_end_takes_something_in_its_place_here() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let chart = ward.deliver(birth()).await.expect(200);
    let stop = json!({ "stop_at": "2026-03-02T00:59:00Z", "reason": "delivered" });
    let ended = ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
    for target in [&chart["delivery"]["id"], &ended["id"]] {
        for (member, value) in [
            (
                "observation",
                json!({ "observed_at": "2026-03-02T00:50:00Z", "hr": 80 }),
            ),
            (
                "complication",
                json!({ "code": "nausea", "onset_at": "2026-03-02T00:50:00Z", "severity": 1 }),
            ),
        ] {
            let body = json!({ "target": target, "reason": "不对", member: value });
            let refused = ward.lin.post(&ward.path("/corrections"), body).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], format!("/{member}"));
        }
    }
    let stranger = ward.app.stranger().await;
    let body = json!({ "target": chart["delivery"]["id"], "reason": "不是她" });
    stranger.post(&ward.path("/corrections"), body).await.expect(404);
    assert_eq!(ward.seen().await["state"], "delivered");
}
