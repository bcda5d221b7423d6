//! Classes on site: a place, the line for one, the reminder, the code in the room.

use serde_json::{Value, json};

use crate::people::destruction::restricted;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

const HOUR: u64 = 3600;

impl App {
    /// Lin offers a class with so many places, in two days at nine.
    async fn class(&self, places: i64) -> Value {
        let body = json!({
            "title": "呼吸与放松", "place": "门诊三楼教室", "places": places,
            "starts_at": "2026-03-04T01:00:00Z", "ends_at": "2026-03-04T02:30:00Z",
        });
        self.lin().await.post("/classes", body).await.expect(201)
    }

    fn pass(&self, hours: u64) {
        self.clock.advance(i64::try_from(hours * HOUR).unwrap());
    }
}

async fn notices(woman: &Client) -> Vec<String> {
    let notices = woman.get("/me/notices").await.expect(200);
    let items = notices["items"].as_array().or(notices.as_array()).unwrap();
    items
        .iter()
        .map(|one| one["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn standing(woman: &Client) -> Value {
    woman.get("/classes").await.expect(200)[0].clone()
}

#[tokio::test]
async fn the_last_place_goes_to_one_and_the_next_waits_until_it_is_free() {
    for app in App::each().await {
        let class = app.class(1).await;
        let (mei, bai) = (app.mei().await, app.bai().await);
        let booking = format!("/classes/{}/booking", class["id"].as_str().unwrap());
        assert_eq!(mei.post(&booking, json!({})).await.expect(201)["state"], "booked");
        assert_eq!(
            mei.post(&booking, json!({})).await.expect(201)["state"],
            "booked",
            "asked again"
        );
        assert_eq!(
            bai.post(&booking, json!({})).await.expect(201)["state"],
            "waiting"
        );
        let waiting = standing(&bai).await;
        assert_eq!((&waiting["free"], &waiting["waiting"]), (&json!(0), &json!(1)));
        assert!(waiting.get("code").is_none(), "the code stands in the room alone");
        assert_eq!(mei.delete(&booking).await.status, 204);
        assert_eq!(mei.delete(&booking).await.code(), "education.class_not_booked");
        assert_eq!(standing(&bai).await["mine"], "booked");
        assert!(notices(&bai).await.contains(&"您有位置了".to_owned()));
        let roll = app
            .lin()
            .await
            .get(&format!("/classes/{}", class["id"].as_str().unwrap()))
            .await
            .expect(200);
        let states: Vec<&str> = roll["bookings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["state"].as_str().unwrap())
            .collect();
        assert_eq!(states, ["cancelled", "booked"]);
        assert_eq!(
            mei.post(&booking, json!({})).await.expect(201)["state"],
            "waiting",
            "at the end of the line"
        );
    }
}

#[tokio::test]
async fn a_free_place_passes_by_whom_nobody_would_tell_of_it() {
    for app in App::each().await {
        let class = app.class(1).await;
        let (mei, bai, lin) = (app.mei().await, app.bai().await, app.lin().await);
        let he = app
            .woman(&lin, "o-he", "何晓月", "13800000009", "1997-05-05")
            .await;
        let hua = app
            .woman(&lin, "o-hua", "华明珠", "13800000010", "1995-02-11")
            .await;
        let booking = format!("/classes/{}/booking", class["id"].as_str().unwrap());
        for woman in [&mei, &bai, &he, &hua] {
            woman.post(&booking, json!({})).await.expect(201);
        }
        let loss = format!("/patients/{}/loss", bai.patient_id);
        lin.post(&loss, json!({})).await.expect(201);
        restricted(&app, &he).await;
        assert_eq!(mei.delete(&booking).await.status, 204);
        let roll = lin
            .get(&format!("/classes/{}", class["id"].as_str().unwrap()))
            .await
            .expect(200);
        let state = |woman: &Woman| {
            let bookings = roll["bookings"].as_array().unwrap().iter();
            let mut hers = bookings.filter(|one| one["patient_id"] == woman.patient_id.as_str());
            hers.next().unwrap()["state"].clone()
        };
        assert_eq!((state(&bai), state(&he)), (json!("waiting"), json!("waiting")));
        assert_eq!(state(&hua), "booked");
        assert!(notices(&hua).await.contains(&"您有位置了".to_owned()));
        assert_eq!(hua.delete(&booking).await.status, 204);
        lin.delete(&loss).await.expect(204);
        assert_eq!(
            bai.post(&booking, json!({})).await.expect(201)["state"],
            "booked",
            "nobody took it meanwhile"
        );
    }
}

#[tokio::test]
async fn whoever_reads_a_roll_is_in_the_journal_with_how_many_she_read_of() {
    for app in App::each().await {
        let class = app.class(2).await;
        let (mei, bai, lin) = (app.mei().await, app.bai().await, app.lin().await);
        let path = format!("/classes/{}", class["id"].as_str().unwrap());
        for woman in [&mei, &bai] {
            woman
                .post(&format!("{path}/booking"), json!({}))
                .await
                .expect(201);
        }
        app.clock.advance(1);
        lin.get(&path).await.expect(200);
        let audit = app.qian().await.get("/audit?limit=20").await.expect(200);
        let entries = audit["items"].as_array().unwrap();
        let read = entries.iter().find(|entry| entry["act"] == "education.class");
        assert_eq!(read.unwrap()["detail"], json!({ "count": 2 }));
    }
}

#[tokio::test]
async fn she_is_reminded_the_day_before_unless_she_gave_her_place_back() {
    let app = App::new().await;
    let class = app.class(2).await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let booking = format!("/classes/{}/booking", class["id"].as_str().unwrap());
    mei.post(&booking, json!({})).await.expect(201);
    bai.post(&booking, json!({})).await.expect(201);
    assert_eq!(bai.delete(&booking).await.status, 204);
    app.work().await;
    assert!(!notices(&mei).await.contains(&"您预约的课快到了".to_owned()));
    app.pass(25);
    app.work().await;
    app.work().await;
    let of_it = |all: Vec<String>| all.into_iter().filter(|one| one == "您预约的课快到了").count();
    assert_eq!(of_it(notices(&mei).await), 1);
    assert_eq!(of_it(notices(&bai).await), 0);
}

#[tokio::test]
async fn the_code_in_the_room_checks_her_in() {
    let app = App::new().await;
    let class = app.class(1).await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let path = format!("/classes/{}", class["id"].as_str().unwrap());
    let (booking, check_in) = (format!("{path}/booking"), format!("{path}/check-in"));
    mei.post(&booking, json!({})).await.expect(201);
    bai.post(&booking, json!({})).await.expect(201);
    let code = json!({ "code": class["code"] });
    assert_eq!(
        mei.post(&check_in, code.clone()).await.code(),
        "education.class_closed",
        "two days early"
    );
    app.pass(47);
    app.clock.advance(45 * 60);
    let wrong = match class["code"].as_str().unwrap() {
        "000000" => "000001",
        _ => "000000",
    };
    let refused = mei.post(&check_in, json!({ "code": wrong })).await;
    assert_eq!(
        (refused.status, &*refused.code()),
        (409, "education.class_code_wrong")
    );
    assert_eq!(
        bai.post(&check_in, code.clone()).await.code(),
        "education.class_not_booked",
        "she waits"
    );
    assert_eq!(mei.post(&check_in, code).await.expect(201)["state"], "attended");
    app.pass(1);
    assert_eq!(
        bai.post(&booking, json!({})).await.code(),
        "education.class_closed"
    );
    let copy = mei.get("/me/export").await.expect(200);
    assert!(copy.to_string().contains("呼吸与放松"), "her copy has it");
}

#[tokio::test]
async fn the_code_in_the_room_can_be_misread_and_not_be_guessed() {
    for app in App::each().await {
        let class = app.class(2).await;
        let (mei, bai) = (app.mei().await, app.bai().await);
        let path = format!("/classes/{}", class["id"].as_str().unwrap());
        let check_in = format!("{path}/check-in");
        for woman in [&mei, &bai] {
            woman
                .post(&format!("{path}/booking"), json!({}))
                .await
                .expect(201);
        }
        app.pass(47);
        app.clock.advance(45 * 60);
        let right: u32 = class["code"].as_str().unwrap().parse().unwrap();
        for off in 1..=5 {
            let guess = json!({ "code": format!("{:06}", (right + off) % 1_000_000) });
            let told = mei.post(&check_in, guess).await;
            assert_eq!(told.code(), "education.class_code_wrong");
        }
        let code = json!({ "code": class["code"] });
        let told = mei.post(&check_in, code.clone()).await;
        assert_eq!((told.status, &*told.code()), (429, "http.rate_limited"));
        assert!(told.header("retry-after").is_some());
        bai.post(&check_in, code.clone()).await.expect(201);
        app.clock.advance(15 * 60);
        assert_eq!(mei.post(&check_in, code).await.expect(201)["state"], "attended");
    }
}

#[tokio::test]
async fn a_class_that_is_called_off_is_told_and_takes_nobody() {
    let app = App::new().await;
    let class = app.class(1).await;
    let (mei, bai, lin) = (app.mei().await, app.bai().await, app.lin().await);
    let path = format!("/classes/{}", class["id"].as_str().unwrap());
    mei.post(&format!("{path}/booking"), json!({})).await.expect(201);
    bai.post(&format!("{path}/booking"), json!({})).await.expect(201);
    let off = lin.post(&format!("{path}/cancel"), json!({})).await.expect(201);
    assert!(off["cancelled_at"].is_string());
    for woman in [&mei, &bai] {
        assert!(notices(woman).await.contains(&"您预约的课取消了".to_owned()));
    }
    let closed = mei.post(&format!("{path}/booking"), json!({})).await;
    assert_eq!((closed.status, &*closed.code()), (409, "education.class_closed"));
    assert_eq!(
        lin.post(&format!("{path}/cancel"), json!({})).await.code(),
        "education.class_closed"
    );
    assert_eq!(
        lin.get("/classes").await.expect(200)["items"][0]["id"],
        class["id"]
    );
}

#[tokio::test]
async fn a_class_lies_ahead_and_belongs_to_one_hospital() {
    let app = App::new().await;
    let class = app.class(1).await;
    let path = format!("/classes/{}", class["id"].as_str().unwrap());
    assert_eq!(app.stranger().await.get(&path).await.status, 404);
    let past = json!({
        "title": "呼吸", "place": "教室", "places": 0,
        "starts_at": "2026-03-01T01:00:00Z", "ends_at": "2026-03-01T00:00:00Z",
    });
    let faults = app.lin().await.post("/classes", past).await.expect(422);
    let pointers: Vec<&str> = faults["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/places", "/starts_at", "/ends_at"]);
}
