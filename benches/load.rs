//! How the service bears 50 signings a minute for ten minutes (CE §17): each is her signature and the anesthesiologist's
//! countersignature with everything around them, over TCP, while the workers sequence, seal and ask for time-stamps beside
//! it. p50, p95 and p99 of both answers, p95 as a ratio to what it may be; then the seals that wait for their time, and an
//! audit of every log. Slower than its limit, a seal without its time a minute later, or a log with a fault fails.
//! `cargo bench --bench load -- 50` drives another number of signings, at the same pace.

mod hospital;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use hospital::Outcome;
use muan::app::{self, work};
use muan::consent::sealing::attest;
use muan::ctx::Ctx;
use muan::db::Durability;
use muan::demo::walk::{Person, Walker, Woman};
use muan::demo::{healthy, seed};
use muan::journal::audit::{self, Scope};
use muan::journal::key_use::Keys;
use poem::endpoint::BoxEndpoint;
use poem::error::InternalServerError;
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Endpoint, EndpointExt, Request, Response, Server};
use serde_json::json;
use tokio_util::sync::CancellationToken;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIGNINGS: usize = 500;
/// Fifty in a minute.
const EVERY: Duration = Duration::from_millis(1200);
/// How long one of 20 may wait for the answer to her signature, and until her consent is in force.
const LIMITS: [(&str, &str, Duration); 2] = [
    ("/sign", "until patient_signed", Duration::from_millis(1500)),
    ("/countersign", "until active", Duration::from_millis(4000)),
];
/// How long time authorities may take behind the last signature.
const SETTLED: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    let signings = std::env::args().find_map(|argument| argument.parse().ok());
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(signings.unwrap_or(SIGNINGS))));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("it does not bear that");
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the service bore it.
async fn measure(signings: usize) -> Outcome<bool> {
    let data = tempfile::tempdir()?;
    let (ctx, simulator) = hospital::open(data.path(), Durability::Full).await?;
    let stop = CancellationToken::new();
    let (service, took) = serve(&ctx, &stop).await?;
    let walker = Walker::new(
        &ctx,
        &service,
        &simulator.simulator,
        seed::FACILITY,
        seed::PASSWORD,
    );
    let mut women = Vec::with_capacity(signings);
    for n in 0..signings {
        women.push(ready(&walker, n).await?);
    }
    // What the preparation left is done before anything is measured.
    while work::at_once(&ctx, "load").await? > 0 {}
    took.lock().unwrap_or_else(PoisonError::into_inner).clear();

    let workers = tokio::spawn(work::run(ctx.clone(), stop.clone()));
    let begun = tokio::time::Instant::now();
    let signed = women.iter().zip(0_u32..).map(|(woman, n)| {
        let walker = &walker;
        async move {
            tokio::time::sleep_until(begun + EVERY * n).await;
            walker.sign_consent(woman).await?;
            walker.countersign(woman).await
        }
    });
    try_join_all(signed).await?;
    let lasted = begun.elapsed();
    println!("{signings} signings in {:.0} s", lasted.as_secs_f64());
    let mut held = true;
    for (path, what, limit) in LIMITS {
        let took = took.lock().unwrap_or_else(PoisonError::into_inner);
        held &= told(what, took.get(path).cloned().unwrap_or_default(), limit);
    }
    held &= settles(&ctx).await?;
    stop.cancel();
    workers.await?;
    held &= sound(&ctx).await?;
    ctx.db.close().await;
    simulator.shutdown().await;
    Ok(held)
}

/// A woman who has read and understood her consent and was told of it; she has only to sign.
async fn ready(walker: &Walker<'_>, n: usize) -> Outcome<Woman> {
    let person = Person {
        openid: format!("o-load-{n}"),
        name: format!("测试{n}"),
        phone: format!("138{n:08}"),
        birth_date: "1996-03-12".to_owned(),
        edd: (walker.ctx.clock.now() + chrono::Duration::days(14))
            .date_naive()
            .to_string(),
    };
    let mut woman = walker.register(person.clone()).await?;
    walker.required_lessons(&woman).await?;
    walker.assessment(&mut woman, &healthy::answers(&person)).await?;
    let plan = json!({ "technique": "epidural", "asa_class": 2 });
    let decision = json!({ "outcome": "cleared", "summary": "可以使用分娩镇痛。", "plan": plan });
    walker.decide(&woman, decision).await?;
    walker.consent_released(&mut woman).await?;
    walker.read_consent(&woman).await?;
    walker.understand_consent(&woman).await?;
    walker.explain(&woman).await?;
    Ok(woman)
}

/// Prints what 50, 95 and 99 of 100 stayed below, and the part of the limit.
fn told(what: &str, mut took: Vec<Duration>, limit: Duration) -> bool {
    took.sort_unstable();
    let of = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or(limit * 2);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let most = of(95);
    println!(
        "{what}: p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms, {:.2} of its limit of {} ms",
        ms(of(50)),
        ms(most),
        ms(of(99)),
        most.as_secs_f64() / limit.as_secs_f64(),
        limit.as_millis()
    );
    most <= limit
}

/// Whether every seal has its attested time soon.
async fn settles(ctx: &Ctx) -> Outcome<bool> {
    let begun = Instant::now();
    let at_the_end = attest::coverage(ctx).await?;
    let mut now = at_the_end.clone();
    while now.pending > 0 && begun.elapsed() < SETTLED {
        tokio::time::sleep(Duration::from_millis(200)).await;
        now = attest::coverage(ctx).await?;
    }
    println!(
        "{} seals: {} without an attested time at the end, {} after {:.1} s, {:.2} of the {} s that it may take",
        now.sealed,
        at_the_end.pending,
        now.pending,
        begun.elapsed().as_secs_f64(),
        begun.elapsed().as_secs_f64() / SETTLED.as_secs_f64(),
        SETTLED.as_secs()
    );
    Ok(now.pending == 0)
}

/// Whether every log is without a gap.
async fn sound(ctx: &Ctx) -> Outcome<bool> {
    let keys = Keys::of(&mut ctx.view(), &ctx.log).await?;
    let mut sound = true;
    for log in audit::logs(&ctx.db).await? {
        let audit = audit::audit(&ctx.db, log, Scope::Whole, &keys, ctx.clock.now()).await?;
        println!("log {log}: {} entries, {} faults", audit.entries, audit.faults);
        sound &= audit.is_sound();
    }
    Ok(sound)
}

type Took = Arc<Mutex<BTreeMap<&'static str, Vec<Duration>>>>;

/// The service behind a port of its own, and how long it took.
async fn serve(ctx: &Ctx, stop: &CancellationToken) -> Outcome<(BoxEndpoint<'static, Response>, Took)> {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
    let address = acceptor.local_addr();
    let address = address.first().and_then(|at| at.as_socket_addr()).copied();
    let address = address.ok_or("no address")?;
    let server = Server::new_with_acceptor(acceptor);
    let (endpoint, stop) = (app::endpoint(ctx), stop.clone());
    tokio::spawn(async move {
        server
            .run_with_graceful_shutdown(endpoint, stop.cancelled_owned(), Some(Duration::ZERO))
            .await
    });
    // Whoever came first has installed one already; either serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only(std::iter::empty::<reqwest::Certificate>())
        .build()?;
    let took = Took::default();
    let over = OverTcp {
        base: format!("http://{address}"),
        http,
        took: Arc::clone(&took),
    };
    Ok((over.map_to_response().boxed(), took))
}

/// What the walk asks goes over the network, and is measured there.
struct OverTcp {
    base: String,
    http: reqwest::Client,
    took: Took,
}

impl Endpoint for OverTcp {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let url = format!("{}{}", self.base, request.uri());
        let asked = self
            .http
            .request(request.method().clone(), url)
            .headers(request.headers().clone())
            .body(request.take_body().into_vec().await?);
        let begun = Instant::now();
        let answer = asked.send().await.map_err(InternalServerError)?;
        let (status, tag) = (answer.status(), answer.headers().get("etag").cloned());
        let body = answer.bytes().await.map_err(InternalServerError)?;
        let took = begun.elapsed();
        let path = request.uri().path();
        if let Some((measured, ..)) = LIMITS.into_iter().find(|(end, ..)| path.ends_with(end)) {
            let mut all = self.took.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(measured).or_default().push(took);
        }
        let mut response = Response::builder().status(status);
        if let Some(tag) = tag {
            response = response.header("etag", tag);
        }
        Ok(response.body(body.to_vec()))
    }
}
