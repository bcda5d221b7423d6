//! Figures are kept by the day. Whatever the ward does, what was kept is what would be counted anew.

use chrono::Duration;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use muan::db::Q;
use muan::demo::walk::{Walker, Woman};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

use super::births::{CONVERTED, birth, block, comes, gives_birth};
use crate::support::App;
use crate::support::client::Client;
use crate::support::walk::{healthy, walker};

const SEASON: &str = "/indicators?from=2026-02-01&to=2026-06-30&by=month";
const STEPS: usize = 45;

async fn figures(app: &App) -> Value {
    let mut answer = app.qian().await.get(SEASON).await.expect(200);
    for row in answer["items"].as_array_mut().unwrap() {
        row.as_object_mut().unwrap().remove("computed_at");
    }
    answer
}

async fn run(app: &App, sql: &'static str) -> u64 {
    let mut tx = app.ctx.db.begin().await.unwrap();
    let rows = tx.q(sql).run().await.unwrap();
    tx.commit().await.unwrap();
    rows
}

/// Something that happens on a ward or on a phone. Much of it is refused, as it is by day.
struct Ward<'a> {
    app: &'a App,
    walker: &'a Walker<'a>,
    women: Vec<Woman>,
    luck: StdRng,
}

impl Ward<'_> {
    async fn acts(&mut self) -> String {
        let what = self.luck.random_range(0..14);
        let who = self.luck.random_range(0..self.women.len());
        let (app, walker) = (self.app, self.walker);
        let past = Duration::minutes(self.luck.random_range(1..40 * 60));
        let at = app.clock.now() - past;
        let labor = format!("/labors/{}", self.women[who].labor);
        match what {
            0 => {
                let minute = self.luck.random_range(30..90);
                let abandoned = json!({ "abandoned": self.luck.random_bool(0.3) });
                self.tries(app.zhao().await, who, "analgesia", block(at, &abandoned))
                    .await;
                let row = json!({ "observed_at": at + Duration::minutes(minute), "vas": "2" });
                let rows = json!({ "observations": [row] });
                app.lin().await.post(&format!("{labor}/observations"), rows).await;
            }
            1 | 2 => {
                let modes = ["spontaneous_vaginal", "forceps", "cesarean_planned", CONVERTED];
                let mode = modes[self.luck.random_range(0..modes.len())];
                let low = self.luck.random_range(3..10);
                let body = birth(at, mode, &[Some((low, 9))]);
                self.tries(app.lin().await, who, "delivery", body).await;
            }
            3 => {
                let row = json!({ "observed_at": at, "vas": "2", "temp_c": "38.4", "confirmed": true });
                let rows = json!({ "observations": [row] });
                app.lin().await.post(&format!("{labor}/observations"), rows).await;
            }
            4 | 5 => {
                let codes = ["pdph", "nerve_injury", "adp", "maternal_arrest", "fever", "last"];
                let code = codes[self.luck.random_range(0..codes.len())];
                let mut event = json!({ "code": code, "onset_at": at, "severity": 3 });
                if code == "adp" {
                    event["adp_next"] = json!("resited_epidural");
                }
                app.zhao()
                    .await
                    .post(&format!("{labor}/complications"), event)
                    .await;
            }
            6 | 7 => {
                let chart = app.zhao().await.get(&labor).await.expect(200);
                let kinds = ["observations", "complications", "requests"];
                let rows = chart[kinds[self.luck.random_range(0..kinds.len())]].clone();
                let rows = rows.as_array().cloned().unwrap_or_default();
                if let Some(row) = rows.first() {
                    let body = json!({ "target": row["id"], "reason": "录错了" });
                    app.zhao().await.post(&format!("{labor}/corrections"), body).await;
                }
            }
            8 | 9 => {
                let hours = self.luck.random_range(1..120);
                walker.wait(hours * 3600).await.unwrap();
                for woman in &mut self.women {
                    walker.reopen(woman).await.unwrap();
                }
            }
            10 => {
                let score = self.luck.random_range(1..=5);
                let _not_asked = walker.survey(&self.women[who], score).await;
            }
            11 => {
                let forms = ["follow-up-f24", "follow-up-f72", "follow-up-f42"];
                let form = forms[self.luck.random_range(0..forms.len())];
                let _not_open = walker.follow_up(&self.women[who], form, &Map::new()).await;
            }
            12 => {
                let reason = json!({ "reason": "transferred" });
                app.lin().await.post(&format!("{labor}/close"), reason).await;
            }
            _ => {
                let wu = app.wu().await;
                let facility = wu.get("/facility").await;
                let (etag, mut body) = (facility.etag(), facility.expect(200));
                let windows = [10, 15, 30];
                body["settings"]["one_hour_window_min"] = json!(windows[self.luck.random_range(0..3)]);
                let put =
                    json!({ "name": body["name"], "phone": body["phone"], "settings": body["settings"] });
                wu.put("/facility", &etag, put).await.expect(200);
            }
        }
        app.work().await;
        format!("act {what} on woman {who} at {at}")
    }

    /// Writes a part of the record anew, if the ward may.
    fn tries<'b>(&'b self, by: Client, who: usize, rest: &'b str, mut body: Value) -> LocalBoxFuture<'b, ()> {
        async move {
            body["correction_reason"] = json!("随后更正");
            let path = format!("/labors/{}", self.women[who].labor);
            let etag = by.get(&path).await.etag();
            by.put(&format!("{path}/{rest}"), &etag, body).await;
        }
        .boxed_local()
    }
}

#[tokio::test]
async fn whatever_happens_the_kept_figures_are_those_counted_anew() {
    for app in App::each().await {
        let walker = walker(&app);
        let mut women = Vec::new();
        for n in 0..4 {
            women.push(comes(&app, &walker, n).await);
        }
        walker.wait(3 * 24 * 3600).await.unwrap();
        for woman in &mut women {
            walker.reopen(woman).await.unwrap();
        }
        let luck = StdRng::seed_from_u64(20_260_302);
        let mut ward = Ward {
            app: &app,
            walker: &walker,
            women,
            luck,
        };
        let mut kept = 0;
        for step in 0..STEPS {
            let act = ward.acts().boxed_local().await;
            let told = figures(&app).await;
            kept += run(&app, "delete from figure_day").await;
            assert_eq!(told, figures(&app).await, "after step {step}, {act}");
        }
        assert!(kept > 0, "nothing was ever kept");
    }
}

#[tokio::test]
async fn what_was_kept_is_told_until_something_of_its_day_changes() {
    for app in App::each().await {
        let walker = walker(&app);
        let woman = comes(&app, &walker, 0).await;
        walker.wait(3600).await.unwrap();
        gives_birth(
            &app,
            &woman,
            app.clock.now(),
            "spontaneous_vaginal",
            &[Some((9, 10))],
        )
        .await;
        let of = |answer: &Value| {
            let rows = answer["items"].as_array().unwrap().iter();
            let march = |row: &&Value| row["code"] == "A1" && row["from"] == "2026-03-01";
            rows.clone().find(march).unwrap()["denominator"].clone()
        };
        assert_eq!(of(&figures(&app).await), 1);
        let other =
            r#"update figure_day set sums = '{"figures":[["A1",[3,7],[],[],[7,7],[]]],"recorded":[7,0,7]}'"#;
        assert_eq!(run(&app, other).await, 1);
        assert_eq!(of(&figures(&app).await), 7, "what was kept is not used");
        let row = json!({ "observed_at": app.clock.now(), "vas": "2" });
        let path = format!("/labors/{}/observations", woman.labor);
        let rows = json!({ "observations": [row] });
        app.lin().await.post(&path, rows).await.expect(201);
        assert_eq!(of(&figures(&app).await), 1, "what was kept is stale");
    }
}

#[tokio::test]
async fn a_birth_that_was_corrected_to_another_day_leaves_the_first_one() {
    let app = App::new().await;
    let walker = walker(&app);
    let woman = comes(&app, &walker, 0).await;
    walker.wait(30 * 3600).await.unwrap();
    let (first, second) = (app.clock.now() - Duration::hours(26), app.clock.now());
    gives_birth(&app, &woman, first, "spontaneous_vaginal", &[Some((9, 10))]).await;
    let on = async |day: &str| {
        let path = format!("/indicators?from={day}&to={day}");
        let answer = app.qian().await.get(&path).await.expect(200);
        let rows = answer["items"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["code"] == "A1").unwrap()["denominator"].clone()
    };
    let days = ("2026-03-02", "2026-03-03");
    assert_eq!((on(days.0).await, on(days.1).await), (json!(1), json!(0)));
    gives_birth(&app, &woman, second, "spontaneous_vaginal", &[Some((9, 10))]).await;
    assert_eq!((on(days.0).await, on(days.1).await), (json!(0), json!(1)));
}

#[tokio::test]
async fn an_assessment_and_a_lesson_that_come_after_the_birth_are_counted_anew() {
    let app = App::new().await;
    let walker = walker(&app);
    let mut woman = comes(&app, &walker, 0).await;
    walker.wait(3600).await.unwrap();
    gives_birth(
        &app,
        &woman,
        app.clock.now(),
        "spontaneous_vaginal",
        &[Some((9, 10))],
    )
    .await;
    let changes = async || {
        let all = "select cast(sum(changes) as bigint) from figure_change";
        let counted: (i64,) = app.ctx.view().q(all).one().await.unwrap();
        counted.0
    };
    let counted = changes().await;
    let answers = healthy(&woman.person, json!({}));
    let _closed = walker.assessment(&mut woman, &answers).await;
    let _done = walker.required_lessons(&woman).await;
    assert!(changes().await > counted, "lessons of hers do not count anew");
    let told = figures(&app).await;
    run(&app, "delete from figure_day").await;
    assert_eq!(told, figures(&app).await);
}
