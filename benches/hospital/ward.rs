//! Women in labor, and how long the board of the ward takes with them.

use std::time::{Duration, Instant};

use muan::demo::healthy;
use muan::demo::walk::{Person, Walker, Woman};
use poem::http::Method;
use serde_json::{Value, json};

use super::{Outcome, Took};

const OBSERVATIONS: i64 = 30;
const ROUNDS: usize = 300;
/// Rounds before the counting ones: caches and the allocator settle.
const WARM_UP: usize = 30;
/// What a board may take.
pub const LIMIT: Duration = Duration::from_millis(20);

/// Women who were assessed and are in labor, each with a block and 30 observations.
pub async fn fill(walker: &Walker<'_>, women: usize) -> Outcome<()> {
    for n in 0..women {
        let person = Person {
            openid: format!("o-bench-{n}"),
            name: format!("测试{n}"),
            phone: format!("138{n:08}"),
            birth_date: "1996-03-12".to_owned(),
            edd: (walker.ctx.clock.now() + chrono::Duration::days(7))
                .date_naive()
                .to_string(),
        };
        let mut woman = walker.register(person.clone()).await?;
        walker.assessment(&mut woman, &healthy::answers(&person)).await?;
        in_labor(walker, &mut woman).await?;
    }
    Ok(())
}

/// The board with so many women, from the first byte to the last.
pub async fn board(walker: &Walker<'_>, women: usize) -> Outcome<Took> {
    let midwife = walker.midwife().await?;
    let path = format!("/labors?limit={}", women.clamp(1, 100));
    let mut took = Took::default();
    for round in 0..WARM_UP + ROUNDS {
        let begun = Instant::now();
        let answer = midwife
            .ask(walker.service, Method::GET, &path, None, None)
            .await?;
        let elapsed = begun.elapsed();
        let shown = answer.body["items"].as_array().map_or(0, Vec::len);
        if shown != women.min(100) {
            return Err(format!("{shown} women on the board instead of {women}").into());
        }
        if round >= WARM_UP {
            took.add(elapsed);
        }
    }
    Ok(took)
}

/// Admitted, with a block by exception and its observations.
async fn in_labor(walker: &Walker<'_>, woman: &mut Woman) -> Outcome<()> {
    walker.admit(woman).await?;
    let path = format!("/labors/{}", woman.labor);
    let now = walker.ctx.clock.now();
    let doctor = walker.anesthesiologist().await?;
    let record = json!({
        "technique": "epidural", "indication": "labor", "first_dose_at": now, "catheter_at": now,
        "doses": [{
            "given_at": now, "drug": "ropivacaine", "route": "epidural", "use": "labor", "loading": true,
            "amount": "10", "volume_ml": "10", "concentration": "0.1",
        }],
        "pump": {
            "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "bolus_volume_ml": "8",
            "lockout_min": 15, "hourly_limit_ml_h": "24",
            "reservoir": { "label": "0.1% 罗哌卡因", "batch": "B1", "expires_on": "2099-12-31" },
        },
        "exception": { "reason": "急诊" },
    });
    let chart = doctor.ask(walker.service, Method::GET, &path, None, None).await?;
    let etag = chart.etag.as_deref();
    let write = format!("{path}/analgesia");
    doctor
        .ask(walker.service, Method::PUT, &write, etag, Some(record))
        .await?;
    let rows: Vec<Value> = (0..OBSERVATIONS)
        .map(|n| {
            json!({
                "observed_at": now - chrono::Duration::minutes(n), "vas": "2", "sbp": 118, "dbp": 70, "hr": 82,
                "spo2": 99, "fhr": 140, "bromage": 0,
            })
        })
        .collect();
    let midwife = walker.midwife().await?;
    let write = format!("{path}/observations");
    let body = json!({ "observations": rows });
    midwife
        .ask(walker.service, Method::POST, &write, None, Some(body))
        .await?;
    Ok(())
}
