//! How long the board of the labor ward takes with 20 women on it, each assessed, with a block and 30 observations: p50 and
//! p95 of the request from the first byte to the last, and p95 as a ratio to the 20 ms that a board may take. A board that
//! takes longer fails. `cargo bench --bench board -- 40` puts another number of women on the ward.

mod hospital;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hospital::Outcome;
use muan::app;
use muan::db::Durability;
use muan::demo::walk::{Person, Walker, Woman};
use muan::demo::{healthy, seed};
use poem::http::Method;
use serde_json::{Value, json};

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WOMEN: usize = 20;
const OBSERVATIONS: i64 = 30;
const ROUNDS: usize = 300;
/// Rounds before the counting ones: caches and the allocator settle.
const WARM_UP: usize = 30;
const LIMIT: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    let women = std::env::args().find_map(|argument| argument.parse().ok());
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(women.unwrap_or(WOMEN))));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the board stayed within its limit.
async fn measure(women: usize) -> Outcome<bool> {
    let data = tempfile::tempdir()?;
    let (ctx, simulator) = hospital::open(data.path(), Durability::Off).await?;
    let service = app::endpoint(&ctx);
    let walker = Walker::new(
        &ctx,
        &service,
        &simulator.simulator,
        seed::FACILITY,
        seed::PASSWORD,
    );
    for n in 0..women {
        let person = Person {
            openid: format!("o-bench-{n}"),
            name: format!("测试{n}"),
            phone: format!("138{n:08}"),
            birth_date: "1996-03-12".to_owned(),
            edd: (ctx.clock.now() + chrono::Duration::days(7))
                .date_naive()
                .to_string(),
        };
        let mut woman = walker.register(person.clone()).await?;
        walker.assessment(&mut woman, &healthy::answers(&person)).await?;
        in_labor(&walker, &mut woman).await?;
    }
    let midwife = walker.midwife().await?;
    let path = format!("/labors?limit={}", women.clamp(1, 100));
    let mut took = Vec::with_capacity(ROUNDS);
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
            took.push(elapsed);
        }
    }
    took.sort();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    let (p50, p95) = (at(50), at(95));
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "board of {women} women: p50 {:.2} ms, p95 {:.2} ms, {:.2} of the {} ms that it may take",
        ms(p50),
        ms(p95),
        p95.as_secs_f64() / LIMIT.as_secs_f64(),
        LIMIT.as_millis(),
    );
    ctx.db.close().await;
    simulator.shutdown().await;
    Ok(women > WOMEN || p95 <= LIMIT)
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
