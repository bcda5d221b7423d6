//! What staff are told as it happens, through a real socket.

use std::time::{Duration, Instant};

use muan::app::work;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::analgesia::admission;
use crate::forms::submit;
use crate::support::App;
use crate::support::cast::{HOSPITAL, OTHER_HOSPITAL, PASSWORD};
use crate::support::listening::Listening;
use crate::support::walk;

impl Listening {
    async fn open(&self, token: &str, last: Option<&str>) -> Stream {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let last = last.map_or(String::new(), |id| format!("Last-Event-ID: {id}\r\n"));
        let request = format!(
            "GET /api/staff/v1/events HTTP/1.1\r\nHost: muan\r\nAuthorization: Bearer {token}\r\n\
             Accept-Encoding: gzip, br\r\n{last}\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut stream = Stream {
            socket,
            heard: String::new(),
        };
        stream.until("\r\n\r\n").await;
        stream
    }
}

/// One connection with what it has heard so far.
struct Stream {
    socket: TcpStream,
    heard: String,
}

impl Stream {
    /// Reads on until something is heard.
    async fn until(&mut self, what: &str) {
        let begun = Instant::now();
        let patience = Duration::from_secs(30);
        while !self.heard.contains(what) {
            let mut bytes = [0; 4096];
            let left = patience.saturating_sub(begun.elapsed());
            let read = tokio::time::timeout(left, self.socket.read(&mut bytes)).await;
            let count = read
                .unwrap_or_else(|_| panic!("no {what} in {}", self.heard))
                .unwrap();
            assert!(count > 0, "it ended without {what}: {}", self.heard);
            self.heard += &String::from_utf8_lossy(&bytes[..count]);
        }
    }

    /// Reads on until so many events were heard.
    async fn until_events(&mut self, count: usize) {
        while self.events().len() < count {
            let mut bytes = [0; 4096];
            let read = tokio::time::timeout(Duration::from_secs(30), self.socket.read(&mut bytes)).await;
            let count = read
                .unwrap_or_else(|_| panic!("no more in {}", self.heard))
                .unwrap();
            self.heard += &String::from_utf8_lossy(&bytes[..count]);
        }
    }

    /// Reads on until the stream is over.
    async fn end(&mut self) {
        self.until("\r\n0\r\n\r\n").await;
    }

    /// The events so far: id, kind and data.
    fn events(&self) -> Vec<(i64, String, Value)> {
        let mut all = Vec::new();
        let (mut id, mut kind) = (None, None);
        for line in self.heard.lines() {
            if let Some(rest) = line.strip_prefix("id:") {
                id = rest.trim().parse().ok();
            } else if let Some(rest) = line.strip_prefix("event: ") {
                kind = Some(rest.trim().to_owned());
            } else if let Some(rest) = line.strip_prefix("data:") {
                let data: Value = serde_json::from_str(rest.trim()).unwrap();
                all.push((id.take().unwrap(), kind.take().unwrap(), data));
            }
        }
        all
    }

    fn kinds(&self) -> Vec<String> {
        self.events().into_iter().map(|(_, kind, _)| kind).collect()
    }
}

async fn token(app: &App, facility: &str, username: &str) -> String {
    let body = json!({ "facility": facility, "username": username, "password": PASSWORD });
    let session = app
        .nobody_of_staff()
        .post_bare("/sessions", body)
        .await
        .expect(201);
    session["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn staff_hear_of_a_submission_and_of_high_risk_and_nothing_of_what_they_say() {
    let app = App::with(|config| config.heartbeat_seconds = 1).await;
    let mei = app.mei().await;
    app.work().await;
    let service = Listening::on(&app.ctx).await;
    let zhao = token(&app, HOSPITAL, "zhao").await;
    let mut ours = service.open(&zhao, None).await;
    let head = ours.heard.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(!head.contains("content-encoding"), "{head}");
    let stranger = token(&app, OTHER_HOSPITAL, "stranger").await;
    let mut theirs = service.open(&stranger, None).await;
    let submitted = submit(&app, &mei, json!({ "lab.plt": 49 })).await;
    app.work().await;
    ours.until("event: submission").await;
    ours.until("event: high_risk").await;
    ours.until("\n\n").await;
    let events = ours.events();
    assert_eq!(events.len(), 2);
    let review = app.zhao().await.get("/reviews").await.expect(200);
    for (seq, kind, data) in &events {
        assert_eq!(data["seq"], json!(seq));
        assert_eq!(&data["kind"], kind);
        assert_eq!(data["patient"], mei.patient_id);
        let members: Vec<&String> = data.as_object().unwrap().keys().collect();
        assert_eq!(members, ["seq", "kind", "urgency", "subject", "id", "patient"]);
    }
    let of = |kind: &str| events.iter().find(|(_, one, _)| one == kind).unwrap().2.clone();
    assert_eq!(of("submission")["id"], submitted["response"]["id"]);
    assert_eq!(of("submission")["urgency"], "routine");
    assert_eq!(of("high_risk")["subject"], "review");
    assert_eq!(of("high_risk")["id"], review["items"][0]["review"]["id"]);
    assert_eq!(of("high_risk")["urgency"], "soon");
    for word in ["梅秀英", "R-PLT", "lab.plt", "13800000001", "absolute"] {
        assert!(!ours.heard.contains(word), "{word}");
    }
    // The other hospital hears that the line is alive, and nothing else.
    theirs.until("\n:").await;
    assert_eq!(theirs.kinds(), Vec::<String>::new());
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_in_order_and_once() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    app.work().await;
    let service = Listening::on(&app.ctx).await;
    let zhao = token(&app, HOSPITAL, "zhao").await;
    let mut first = service.open(&zhao, None).await;
    submit(&app, &mei, json!({})).await;
    app.work().await;
    first.until("event: submission").await;
    first.until("\n\n").await;
    let last = first.events().last().unwrap().0.to_string();
    drop(first);
    let urgent = json!({ "preg.fetal_movement": "absent" });
    submit(&app, &bai, urgent).await;
    app.work().await;
    let mut again = service.open(&zhao, Some(&last)).await;
    again.until("event: high_risk").await;
    again.until("event: submission").await;
    again.until("\"urgency\":\"now\"").await;
    assert!(!again.heard.contains(&mei.patient_id), "that was heard before");
    // An id of another log, or one from long ago: the lists are to be loaded anew.
    let mut lost = service.open(&zhao, Some("999999")).await;
    lost.until("event: reset").await;
}

#[tokio::test]
async fn red_flags_and_signatures_are_told_and_the_survey_is_not() {
    let app = App::new().await;
    let world = walk::to_the_survey(&app).await;
    app.work().await;
    let service = Listening::on(&app.ctx).await;
    let lin = token(&app, HOSPITAL, "lin").await;
    let mut all = service.open(&lin, Some("0")).await;
    all.until("event: red_flag").await;
    all.until(&world.ids["alerts"]).await;
    let events = all.events();
    let ids = |kind: &str| -> Vec<String> {
        let of_kind = events.iter().filter(|(_, one, _)| one == kind);
        of_kind
            .map(|(_, _, data)| data["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let (consent, alert) = (world.ids["consents"].as_str(), world.ids["alerts"].as_str());
    assert_eq!(ids("signature"), [consent, consent]);
    assert_eq!(ids("red_flag"), [alert]);
    assert!(ids("submission").contains(&world.ids["responses"]));
    let places: Vec<i64> = events.iter().map(|(seq, ..)| *seq).collect();
    assert!(places.is_sorted());
    // Her answers to the survey came after the flag; nothing more is told.
    let qian = app.qian().await;
    let audit = qian.get("/audit?limit=100").await.expect(200);
    let survey = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["act"] == "forms.submit" && entry.to_string().contains("/satisfaction|"))
        .expect("she answered the survey");
    let (_, survey) = survey["subject"].as_str().unwrap().split_once(':').unwrap();
    assert!(!all.heard.contains(survey));
}

#[tokio::test]
async fn the_ward_hears_of_a_request_an_alarm_and_a_birth_in_their_order() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    app.work().await;
    let service = Listening::on(&app.ctx).await;
    let zhao = token(&app, HOSPITAL, "zhao").await;
    let mut stream = service.open(&zhao, None).await;
    let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    let path = |rest: &str| format!("/labors/{}{rest}", labor["id"].as_str().unwrap());
    mei.post("/labors/current/request", json!({ "vas": 8 }))
        .await
        .expect(201);
    let seen = |hr: i64| {
        let row = json!({ "observed_at": "2026-03-02T00:50:00Z", "hr": hr, "confirmed": true });
        json!({ "observations": [row] })
    };
    lin.post(&path("/observations"), seen(80)).await.expect(201);
    lin.post(&path("/observations"), seen(0)).await.expect(201);
    let reason = json!({ "reason": "transferred" });
    lin.post(&path("/close"), reason).await.expect(201);
    app.work().await;
    stream.until("event: alarm").await;
    stream.until_events(5).await;
    assert_eq!(stream.kinds(), ["labor", "request", "labor", "alarm", "labor"]);
    for (_, kind, data) in stream.events() {
        let urgency = if ["request", "alarm"].contains(&kind.as_str()) {
            "now"
        } else {
            "routine"
        };
        assert_eq!(data["urgency"], urgency, "{kind}");
        assert_eq!(data["id"], labor["id"]);
    }
}

#[tokio::test]
async fn the_stream_ends_with_the_session() {
    let app = App::new().await;
    let service = Listening::on(&app.ctx).await;
    let zhao = token(&app, HOSPITAL, "zhao").await;
    let mut stream = service.open(&zhao, None).await;
    let client = app.nobody_of_staff().with_token(&zhao);
    client.delete("/sessions/current").await.expect(204);
    app.work().await;
    stream.end().await;
    let refused = service.open(&zhao, None).await;
    assert!(refused.heard.starts_with("HTTP/1.1 401"), "{}", refused.heard);
    // And when the shift is over, nobody has to log out.
    let sun = token(&app, HOSPITAL, "sun").await;
    let mut stream = service.open(&sun, None).await;
    app.clock.advance(13 * 3600);
    app.lin().await.get("/patients").await.expect(200);
    app.work().await;
    stream.end().await;
}

#[tokio::test]
async fn another_process_tells_what_happened_in_this_one() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.work().await;
    let other = app.beside(|_| {}).await;
    let service = Listening::on(&other).await;
    let zhao = token(&app, HOSPITAL, "zhao").await;
    let mut stream = service.open(&zhao, None).await;
    submit(&app, &mei, json!({})).await;
    app.work().await;
    // The other one finds it at its own pulse, though it placed nothing itself.
    work::due(&other, "another").await.unwrap();
    stream.until("event: submission").await;
    drop(stream);
    other.bell.close();
    drop(service);
    other.db.close().await;
}

#[tokio::test]
async fn a_session_has_a_few_streams_and_a_process_that_ends_sends_them_away() {
    let app = App::new().await;
    let service = Listening::on(&app.ctx).await;
    let zhao = token(&app, HOSPITAL, "zhao").await;
    let mut open = Vec::new();
    for _ in 0..6 {
        open.push(service.open(&zhao, None).await);
    }
    let refused = service.open(&zhao, None).await;
    let head = refused.heard.to_lowercase();
    assert!(
        head.starts_with("http/1.1 429") && head.contains("retry-after"),
        "{head}"
    );
    let sun = token(&app, HOSPITAL, "sun").await;
    let other = service.open(&sun, None).await;
    assert!(other.heard.starts_with("HTTP/1.1 200"));
    let wrong = service.open(&sun, Some("yesterday")).await;
    assert!(wrong.heard.starts_with("HTTP/1.1 400"), "{}", wrong.heard);
    let qian = token(&app, HOSPITAL, "qian").await;
    let forbidden = service.open(&qian, None).await;
    assert!(forbidden.heard.starts_with("HTTP/1.1 403"));
    app.ctx.bell.close();
    for mut stream in open {
        stream.end().await;
    }
}
