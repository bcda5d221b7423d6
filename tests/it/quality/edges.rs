//! The rows at the edges of the definitions, entered through the wards' acts.

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use muan::demo::walk::{Person, Walker, Woman};
use serde_json::{Value, json};

use super::births::{comes, eased, gives_birth, on_paper, put, replies};
use crate::support::App;
use crate::support::client::Client;
use crate::support::walk::walker;

const MARCH: &str = "from=2026-03-01&to=2026-03-31";
pub const VAGINAL: &str = "spontaneous_vaginal";
pub const WELL: &[Option<(i64, i64)>] = &[Some((9, 10))];

pub async fn counted(app: &App, code: &str, woman: &Woman) -> Vec<Value> {
    how(app, code, &woman.labor).await
}

/// How one labor counts in an indicator: above the line, below it, why not, and what is to be known.
pub async fn how(app: &App, code: &str, labor: &str) -> Vec<Value> {
    let path = format!("/indicators/{code}/cases?{MARCH}&limit=100");
    let cases = app.qian().await.get(&path).await.expect(200);
    let cases = cases["items"].as_array().unwrap().iter();
    let hers = cases.filter(|case| case["labor"] == labor);
    let counts = |case: &Value| {
        json!([
            case["numerator"],
            case["denominator"],
            case["excluded"],
            case["note"]
        ])
    };
    hers.map(counts).collect()
}

/// The hospital of an administrator sets something for itself.
pub async fn set(wu: Client, name: &str, value: Value) {
    let facility = wu.get("/facility").await;
    let (etag, mut body) = (facility.etag(), facility.expect(200));
    body["settings"][name] = value;
    let settings = json!({ "name": body["name"], "phone": body["phone"], "settings": body["settings"] });
    wu.put("/facility", &etag, settings).await.expect(200);
}

/// A labor of many hours with a block three hours before its end.
pub struct Late<'a> {
    app: &'a App,
    walker: Walker<'a>,
    pub born: DateTime<Utc>,
    pub dose: DateTime<Utc>,
}

impl Late<'_> {
    /// She came in the morning; it is evening now.
    pub async fn with(app: &App, women: usize) -> (Late<'_>, Vec<Woman>) {
        let walker = walker(app);
        let mut all = Vec::new();
        for n in 0..women {
            all.push(comes(app, &walker, n).await);
        }
        walker.wait(8 * 3600).await.unwrap();
        let born = app.clock.now() - Duration::minutes(10);
        let late = Late {
            dose: born - Duration::hours(3),
            app,
            walker,
            born,
        };
        (late, all)
    }

    pub fn eased<'b>(
        &'b self,
        woman: &'b Woman,
        pain: &'b [(i64, i64)],
        changes: Value,
    ) -> LocalBoxFuture<'b, ()> {
        async move { eased(self.app, woman, self.dose, pain, changes).await }.boxed_local()
    }

    pub fn born<'b>(
        &'b self,
        woman: &'b Woman,
        mode: &'b str,
        babies: &'b [Option<(i64, i64)>],
    ) -> LocalBoxFuture<'b, ()> {
        async move { gives_birth(self.app, woman, self.born, mode, babies).await }.boxed_local()
    }

    pub fn sees<'b>(&'b self, woman: &'b Woman, minute: i64, mut row: Value) -> LocalBoxFuture<'b, ()> {
        async move {
            row["observed_at"] = json!(self.dose + Duration::minutes(minute));
            let path = format!("/labors/{}/observations", woman.labor);
            let body = json!({ "observations": [row] });
            self.app.lin().await.post(&path, body).await.expect(201);
        }
        .boxed_local()
    }
}

#[tokio::test]
async fn scores_count_by_when_they_were_seen_and_up_to_three() {
    let app = App::new().await;
    let (late, women) = Late::with(&app, 4).await;
    let [typed_later, by_number, more, highest] = women.as_slice() else {
        panic!("four women came");
    };
    late.eased(typed_later, &[(60, 3)], json!({})).await;
    late.eased(by_number, &[], json!({})).await;
    late.sees(by_number, 62, json!({ "nrs": 3 })).await;
    late.eased(more, &[], json!({})).await;
    late.sees(more, 60, json!({ "vas": "3.5" })).await;
    late.eased(highest, &[(60, 2), (60, 5)], json!({})).await;
    for woman in &women {
        late.born(woman, VAGINAL, WELL).await;
    }
    let late_entry = json!([true, true, null, "late_entry"]);
    assert_eq!(
        counted(&app, "N2-lit", typed_later).await,
        std::slice::from_ref(&late_entry)
    );
    assert_eq!(counted(&app, "N2-cc", by_number).await, [late_entry]);
    for woman in [more, highest] {
        let how = counted(&app, "N2-cc", woman).await.remove(0);
        assert_eq!((&how[0], &how[1]), (&json!(false), &json!(true)));
    }
}

#[tokio::test]
async fn a_mother_in_danger_and_a_block_given_up_stay_episodes() {
    let app = App::new().await;
    let (late, women) = Late::with(&app, 3).await;
    let [arrested, given_up, stopped] = women.as_slice() else {
        panic!("three women came");
    };
    late.eased(arrested, &[], json!({})).await;
    let event =
        json!({ "code": "maternal_arrest", "onset_at": late.dose + Duration::minutes(40), "severity": 4 });
    let path = format!("/labors/{}/complications", arrested.labor);
    app.zhao().await.post(&path, event).await.expect(201);
    late.eased(given_up, &[(60, 8)], json!({ "abandoned": true }))
        .await;
    late.eased(stopped, &[(60, 2)], json!({})).await;
    let stop = json!({ "stop_at": late.dose + Duration::minutes(70), "reason": "request" });
    let path = format!("/labors/{}/stop", stopped.labor);
    app.zhao().await.post(&path, stop).await.expect(201);
    for woman in &women {
        late.born(woman, VAGINAL, WELL).await;
    }
    assert_eq!(
        counted(&app, "N2-cc", arrested).await,
        [json!([false, false, "mother_in_danger", null])]
    );
    assert_eq!(
        counted(&app, "N2-lit", arrested).await,
        [json!([false, true, null, "mother_in_danger"])]
    );
    let below = async |code: &str, woman: &Woman| counted(&app, code, woman).await[0].clone();
    for (code, woman, above) in [
        ("A8", given_up, true),
        ("N2-lit", given_up, false),
        ("N1-lit", stopped, true),
        ("N2-lit", stopped, true),
    ] {
        let how = below(code, woman).await;
        assert_eq!((&how[0], &how[1]), (&json!(above), &json!(true)), "{code}");
    }
}

#[tokio::test]
async fn who_was_born_elsewhere_too_early_or_in_a_rehearsal_is_left_out_and_named() {
    let app = App::new().await;
    let (late, women) = Late::with(&app, 3).await;
    let [on_the_way, planned, moved] = women.as_slice() else {
        panic!("three women came");
    };
    let baby =
        json!({ "baby_no": 1, "sex": "male", "born_at": late.born, "weight_g": 3000, "outcome": "alive" });
    let body = json!({ "mode": VAGINAL, "birth_place": "before_arrival", "babies": [baby] });
    put(app.lin().await, on_the_way, "delivery", body).await;
    late.eased(planned, &[(60, 1)], json!({})).await;
    late.born(planned, "cesarean_planned", WELL).await;
    late.eased(moved, &[(60, 1)], json!({})).await;
    let reason = json!({ "reason": "transferred" });
    let path = format!("/labors/{}/close", moved.labor);
    app.lin().await.post(&path, reason).await.expect(201);

    let person = Person {
        openid: "o-example-early".to_owned(),
        name: "宋小雨".to_owned(),
        phone: "13800001077".to_owned(),
        birth_date: "1995-02-01".to_owned(),
        edd: (app.clock.now() + Duration::days(95)).date_naive().to_string(),
    };
    let mut early = late.walker.register(person).await.unwrap();
    late.walker.admit(&mut early).await.unwrap();
    gives_birth(&app, &early, app.clock.now(), VAGINAL, WELL).await;

    set(app.wu().await, "is_test", json!(true)).await;
    let rehearsed = comes(&app, &late.walker, 9).await;
    gives_birth(&app, &rehearsed, app.clock.now(), VAGINAL, WELL).await;

    for (code, woman, why) in [
        ("N1-lit", on_the_way, "born_elsewhere"),
        ("N1-lit", &early, "before_28_weeks"),
        ("N2-lit", planned, "planned_cesarean"),
        ("N1-lit", moved, "left_before_birth"),
        ("N2-lit", moved, "left_before_birth"),
        ("A1", &rehearsed, "test_record"),
    ] {
        let how = counted(&app, code, woman).await;
        assert_eq!(how, [json!([false, false, why, null])], "{code}");
    }
}

#[tokio::test]
async fn a_newborn_whose_score_nobody_took_stays_below_the_line_and_is_named() {
    let app = App::new().await;
    let (late, women) = Late::with(&app, 1).await;
    let [woman] = women.as_slice() else {
        panic!("one woman came");
    };
    late.eased(woman, &[(60, 2)], json!({})).await;
    let baby = json!({
        "baby_no": 1, "sex": "male", "born_at": late.born, "weight_g": 3000, "outcome": "alive", "apgar5": 9
    });
    let body = json!({
        "mode": VAGINAL, "birth_place": "here", "babies": [baby], "confirmed": ["/babies/0/apgar1"]
    });
    put(app.lin().await, woman, "delivery", body).await;
    let how = counted(&app, "N3-lit", woman).await;
    assert_eq!(how, [json!([false, true, null, "apgar_missing"])]);
}

async fn satisfied(app: &App) -> (i64, i64) {
    let told = app
        .qian()
        .await
        .get(&format!("/indicators?{MARCH}"))
        .await
        .expect(200);
    let rows = told["items"].as_array().unwrap();
    let row = rows.iter().find(|row| row["code"] == "N4-lit").unwrap();
    let count = |name: &str| row[name].as_i64().unwrap();
    (count("numerator"), count("denominator"))
}

#[tokio::test]
async fn of_a_survey_received_twice_the_last_within_thirty_days_of_birth_counts() {
    let app = App::new().await;
    let (late, mut women) = Late::with(&app, 2).await;
    for woman in &women {
        late.eased(woman, &[(60, 2)], json!({})).await;
        late.born(woman, VAGINAL, WELL).await;
    }
    late.walker.wait(30 * 3600).await.unwrap();
    for (woman, score) in women.iter_mut().zip([2, 5]) {
        replies(&late.walker, woman, score).await;
    }
    assert_eq!(satisfied(&app).await, (1, 2));
    late.walker.wait(5 * 86_400).await.unwrap();
    for woman in &women {
        on_paper(&app, woman, 4).await;
    }
    assert_eq!(satisfied(&app).await, (2, 2), "the later reply of both");
    late.walker.wait(26 * 86_400).await.unwrap();
    for woman in &women {
        on_paper(&app, woman, 1).await;
    }
    assert_eq!(satisfied(&app).await, (2, 2), "these came in too late");
    for woman in &women {
        let how = counted(&app, "N4-resp", woman).await.remove(0);
        assert_eq!((&how[0], &how[1]), (&json!(true), &json!(true)));
    }
}

/// Newborns of one mother in the rate of asphyxia: above the line, below it, and the definition that the births name.
async fn asphyxia(app: &App) -> (i64, i64, String) {
    let qian = app.qian().await;
    let told = qian.get(&format!("/indicators?{MARCH}")).await.expect(200);
    let rows = told["items"].as_array().unwrap();
    let row = rows.iter().find(|row| row["code"] == "N3-lit").unwrap();
    let count = |name: &str| row[name].as_i64().unwrap();
    let births = qian
        .get(&format!("/indicators/export?{MARCH}&format=births"))
        .await;
    let births = String::from_utf8(births.bytes).unwrap();
    let named = births.lines().nth(1).unwrap().rsplit(',').next().unwrap();
    (count("numerator"), count("denominator"), named.to_owned())
}

#[tokio::test]
async fn asphyxia_is_what_the_definition_of_the_hospital_says() {
    for app in App::each().await {
        let (late, women) = Late::with(&app, 1).await;
        let mother = &women[0];
        late.eased(mother, &[(60, 2)], json!({})).await;
        // By the scores alone; with the gas; with all signs; by the score at 10 min; of a gas that nobody took; none.
        let newborns = [
            json!({ "apgar1": 6, "apgar5": 9, "cord_ph": "7.25" }),
            json!({ "apgar1": 6, "apgar5": 9, "cord_ph": "7.18" }),
            json!({
                "apgar1": 5, "apgar5": 8, "cord_ph": "7.10", "effective_breathing": false, "other_causes_excluded": true
            }),
            json!({ "apgar1": 9, "apgar5": 9, "apgar10": 7 }),
            json!({ "apgar1": 4, "apgar5": 8 }),
            json!({ "apgar1": 9, "apgar5": 10 }),
        ];
        let baby = |(n, scores): (i64, &Value)| {
            let mut baby = json!({
                "baby_no": n, "sex": "female", "born_at": late.born, "weight_g": 3200, "outcome": "alive"
            });
            let all = scores.as_object().unwrap().clone();
            baby.as_object_mut().unwrap().extend(all);
            baby
        };
        let babies: Vec<Value> = (1..).zip(&newborns).map(baby).collect();
        let body = json!({ "mode": VAGINAL, "birth_place": "here", "blood_loss_ml": 300, "babies": babies });
        put(app.lin().await, mother, "delivery", body).await;
        let by = |definition: &str, above: i64| (above, 6, definition.to_owned());
        assert_eq!(asphyxia(&app).await, by("asphyxia_apgar", 5));
        // What was kept of the day does not outlive the definition that it was counted by.
        for (definition, above) in [
            ("asphyxia_consensus2016", 2),
            ("asphyxia_proposal2013", 1),
            ("asphyxia_apgar", 5),
        ] {
            set(app.wu().await, "reporting_definition", json!(definition)).await;
            assert_eq!(asphyxia(&app).await, by(definition, above));
            let cases = counted(&app, "N3-lit", mother).await;
            let noted = cases
                .iter()
                .filter(|case| case[3] == "asphyxia_undecided")
                .count();
            assert_eq!(noted, usize::from(definition != "asphyxia_apgar"), "{definition}");
        }
    }
}

#[tokio::test]
async fn each_new_puncture_with_an_epidural_needle_is_a_placement() {
    let app = App::new().await;
    let (late, women) = Late::with(&app, 2).await;
    let [twice, after_a_spinal] = women.as_slice() else {
        panic!("two women came");
    };
    let again = |hour: i64, technique: &str| json!({ "at": late.dose + Duration::hours(hour), "technique": technique, "reason": "镇痛不全" });
    let new = json!({ "resitings": [again(1, "cse"), again(2, "epidural")] });
    late.eased(twice, &[(60, 5)], new).await;
    let dose = json!({
        "given_at": late.dose, "drug": "bupivacaine", "route": "intrathecal", "use": "labor", "amount": "2"
    });
    let spinal = json!({
        "technique": "spinal_single", "doses": [dose], "resitings": [again(1, "epidural")]
    });
    late.eased(after_a_spinal, &[(60, 2)], spinal).await;
    for woman in &women {
        late.born(woman, VAGINAL, WELL).await;
    }
    let placement = json!([false, true, null, null]);
    assert_eq!(counted(&app, "A6", twice).await, vec![placement.clone(); 3]);
    assert_eq!(counted(&app, "A6", after_a_spinal).await, [placement]);
}
