//! How long her home screen and the list of lessons take while many women have the app open: 40 women, 16 of whose phones ask
//! at any time while two others write down what they read. p50 and p99 from the first byte to the last, as a ratio to
//! `GET /me` (one record of hers) under the same load in the same run, and p99 as a ratio to the 100 ms that a screen may
//! take. One that takes longer fails. `cargo bench --bench journey -- 200` puts another number of women there.

mod hospital;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hospital::Outcome;
use muan::app;
use muan::db::Durability;
use muan::demo::seed;
use muan::demo::walk::{Person, Walker, Woman};
use poem::Response;
use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use serde_json::json;
use tokio::task::JoinSet;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WOMEN: usize = 40;
const PHONES: usize = 16;
const WRITERS: usize = 2;
/// Requests of each phone that count.
const ROUNDS: usize = 250;
/// Requests before the counting ones: caches and the allocator settle.
const WARM_UP: usize = 25;
const LIMIT: Duration = Duration::from_millis(100);

type Service = Arc<BoxEndpoint<'static, Response>>;

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    let women = std::env::args().find_map(|argument| argument.parse().ok());
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(women.unwrap_or(WOMEN).max(1))));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Whether both stayed within their limit.
async fn measure(women: usize) -> Outcome<bool> {
    let data = tempfile::tempdir()?;
    let (ctx, simulator) = hospital::open(data.path(), Durability::Off).await?;
    let service: Service = Arc::new(app::endpoint(&ctx));
    let walker = Walker::new(
        &ctx,
        &service,
        &simulator.simulator,
        seed::FACILITY,
        seed::PASSWORD,
    );
    let mut all = Vec::with_capacity(women);
    for n in 0..women {
        let person = Person {
            openid: format!("o-bench-{n}"),
            name: format!("测试{n}"),
            phone: format!("138{n:08}"),
            birth_date: "1996-03-12".to_owned(),
            edd: (ctx.clock.now() + chrono::Duration::days(49))
                .date_naive()
                .to_string(),
        };
        let woman = walker.register(person).await?;
        walker.required_lessons(&woman).await?;
        all.push(woman);
    }
    let all = Arc::new(all);
    let floor = under_load(&service, &all, "/me").await?;
    floor.print("GET /me", floor.p50);
    let mut within = true;
    for path in ["/me/journey", "/lessons"] {
        let took = under_load(&service, &all, path).await?;
        took.print(&format!("GET {path}"), floor.p50);
        within &= took.p99 <= LIMIT;
    }
    ctx.db.close().await;
    simulator.shutdown().await;
    Ok(within)
}

struct Took {
    p50: Duration,
    p99: Duration,
}

impl Took {
    fn print(&self, what: &str, floor: Duration) {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{what}: p50 {:.2} ms, p99 {:.2} ms; p50 is {:.2} of GET /me, p99 {:.2} of the {} ms that it may take",
            ms(self.p50),
            ms(self.p99),
            self.p50.as_secs_f64() / floor.as_secs_f64(),
            self.p99.as_secs_f64() / LIMIT.as_secs_f64(),
            LIMIT.as_millis(),
        );
    }
}

/// One page, asked for by many phones at once while others write.
async fn under_load(service: &Service, women: &Arc<Vec<Woman>>, path: &'static str) -> Outcome<Took> {
    let over = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        writers.spawn(write(service.clone(), women.clone(), n, over.clone()));
    }
    let mut readers = JoinSet::new();
    for n in 0..PHONES {
        readers.spawn(read(service.clone(), women.clone(), n, path));
    }
    let mut took = Vec::with_capacity(PHONES * ROUNDS);
    while let Some(done) = readers.join_next().await {
        took.extend(done??);
    }
    over.store(true, Ordering::Relaxed);
    while let Some(done) = writers.join_next().await {
        done??;
    }
    took.sort();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    Ok(Took {
        p50: at(50),
        p99: at(99),
    })
}

type Asked<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

async fn read(
    service: Service,
    women: Arc<Vec<Woman>>,
    n: usize,
    path: &'static str,
) -> Asked<Vec<Duration>> {
    let mut took = Vec::with_capacity(ROUNDS);
    for (round, woman) in women.iter().cycle().skip(n).take(WARM_UP + ROUNDS).enumerate() {
        let begun = Instant::now();
        woman.phone.ask(&service, Method::GET, path, None, None).await?;
        if round >= WARM_UP {
            took.push(begun.elapsed());
        }
    }
    Ok(took)
}

async fn write(service: Service, women: Arc<Vec<Woman>>, n: usize, over: Arc<AtomicBool>) -> Asked<()> {
    for (position, woman) in women.iter().cycle().skip(n).enumerate() {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let all = woman
            .phone
            .ask(&service, Method::GET, "/lessons", None, None)
            .await?;
        let Some(lesson) = all.body.get(0) else { break };
        let path = format!(
            "/lessons/{}/progress",
            lesson["slug"].as_str().unwrap_or_default()
        );
        let read = json!({
            "version": lesson["version"], "position": position % 100, "seconds": position % 1000, "completed": false,
        });
        woman
            .phone
            .ask(&service, Method::PUT, &path, None, Some(read))
            .await?;
    }
    Ok(())
}
