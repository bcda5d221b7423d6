//! Handwriting at the door: its limits, and what an anesthesiologist may take all the same.

use serde_json::{Value, json};

use super::ceremony::{Ceremony, strokes};

fn line(points: i64, step: i64) -> Value {
    let points: Vec<Value> = (0..points)
        .map(|n| json!([10 + n * step, 75, n * 11, -1]))
        .collect();
    json!([points])
}

#[tokio::test]
async fn strokes_outside_the_limits_are_no_signature() {
    let ceremony = Ceremony::ready().await;
    let wave = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut points = strokes(0)[0].as_array().unwrap().clone();
        change(&mut points);
        json!([points])
    };
    let dot = json!([[10, 10, 0, -1]]);
    let bad = [
        ("ink_stroke_count", json!([])),
        ("ink_stroke_count", Value::Array(vec![dot; 201])),
        ("ink_too_few_points", line(19, 10)),
        ("ink_too_many_points", line(20_001, 0)),
        ("ink_time_backwards", wave(&|points| points[30][2] = json!(0))),
        ("ink_outside_canvas", wave(&|points| points[30][0] = json!(401))),
        ("ink_outside_canvas", wave(&|points| points[30][1] = json!(-1))),
        ("ink_pressure", wave(&|points| points[30][3] = json!(1001))),
        ("ink_too_short", line(30, 1)),
        ("ink_straight_line", line(38, 10)),
    ];
    for (reason, drawn) in bad {
        let mut mark = ceremony.mark().await;
        mark["strokes"] = drawn;
        let answer = ceremony.sends(mark).await;
        assert_eq!(answer.status, 422, "{reason}");
        let fault = &answer.body["errors"][0];
        assert_eq!(
            (&fault["pointer"], &fault["params"]["reason"]),
            (&json!("/strokes"), &json!(reason))
        );
    }
    let mut far = ceremony.mark().await;
    far["canvas"]["width"] = json!(0);
    assert_eq!(ceremony.sends(far).await.status, 422);
    let mut thin = ceremony.mark().await;
    thin["strokes"] = json!([[[1, 2, 3]]]);
    assert_eq!(ceremony.sends(thin).await.status, 422);
    assert_eq!(ceremony.state().await, "ready");
}

#[tokio::test]
async fn more_than_a_mebibyte_is_not_taken() {
    let ceremony = Ceremony::ready().await;
    let points: Vec<Value> = (0..19_900)
        .map(|n| json!([n % 400, (n * 7) % 150, 1_760_000_000_000_000_i64 + n, -1]))
        .collect();
    let long: Vec<Value> = (0..40).map(|_| Value::Array(points[..497].to_vec())).collect();
    let mut mark = ceremony.mark().await;
    mark["strokes"] = Value::Array(long);
    let answer = ceremony.sends(mark).await;
    assert!([413, 422].contains(&answer.status), "{}", answer.status);
}

#[tokio::test]
async fn an_anesthesiologist_takes_a_straight_line_with_a_reason_and_nobody_else_does() {
    let ceremony = Ceremony::ready().await;
    let lin = ceremony.app.lin().await;
    for (colleague, drawn, status) in [
        (&lin, line(38, 10), 409),
        (&ceremony.zhao, line(19, 10), 422),
        (&ceremony.zhao, line(38, 10), 201),
    ] {
        let word = ceremony.word_of(colleague, "consent.sign").await;
        let mut mark = ceremony.mark().await;
        mark["strokes"] = drawn;
        mark["ink_accepted"] = json!({ "reason": "她的名字只有一笔。", "attestation": word });
        let answer = ceremony.sends(mark).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    assert_eq!(ceremony.state().await, "patient_signed");
}

#[tokio::test]
async fn strokes_of_an_earlier_consent_are_a_replay_whenever_they_were_drawn() {
    let ceremony = Ceremony::signed().await;
    let body = json!({ "reason": "signature_unclear" });
    let etag = ceremony.etag().await;
    ceremony
        .zhao
        .post_at(&ceremony.path("/return"), &etag, body)
        .await
        .expect(200);
    // Shifted in time they are the same strokes.
    let mut mark = ceremony.mark().await;
    for point in mark["strokes"][0].as_array_mut().unwrap() {
        point[2] = json!(point[2].as_i64().unwrap() + 5000);
    }
    assert_eq!(ceremony.sends(mark).await.code(), "consent.strokes_replayed");
    ceremony.signs(None, 7).await.expect(201);
}
