//! How much memory an export takes: the peak of the process while 1,000 and 100,000 sets of answers leave through the API,
//! in each format, above what it held before. The same for both is what is wanted; the ratio says so.
//!
//! The answers are one woman's, copied; the reader takes the pieces and throws them away.
//! `cargo bench --bench export -- 20000` takes another number. Linux only.

mod hospital;

use std::process::ExitCode;
use std::time::Instant;

use futures_util::StreamExt;
use hospital::Outcome;
use muan::app;
use muan::base::{Act, Actor, Subject};
use muan::ctx::{Ctx, Records};
use muan::db::{Durability, Q};
use muan::demo::walk::{Person, Walker};
use muan::demo::{healthy, seed};
use muan::vault::{Class, Sealed};
use poem::http::Method;
use poem::{Endpoint, Request};
use serde_json::{Value, json};
use uuid::Uuid;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FEW: usize = 1_000;
const MANY: usize = 100_000;
const BATCH: usize = 500;

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    let many = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(MANY)
        .max(FEW);
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(many)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(many: usize) -> Outcome<()> {
    let data = tempfile::tempdir()?;
    let (ctx, simulator) = hospital::open(data.path(), Durability::Off).await?;
    let service = app::endpoint(&ctx);
    let token = {
        let body = json!({ "facility": seed::FACILITY, "username": "qian", "password": seed::PASSWORD });
        let request = Request::builder()
            .method(Method::POST)
            .uri_str("/api/staff/v1/sessions")
            .content_type("application/json")
            .body(body.to_string());
        let answer = service
            .get_response(request)
            .await
            .take_body()
            .into_bytes()
            .await?;
        let session: Value = serde_json::from_slice(&answer)?;
        session["token"].as_str().ok_or("no token")?.to_owned()
    };
    let walker = Walker::new(
        &ctx,
        &service,
        &simulator.simulator,
        seed::FACILITY,
        seed::PASSWORD,
    );
    let person = Person {
        openid: "o-bench".to_owned(),
        name: "测试甲".to_owned(),
        phone: "13800000001".to_owned(),
        birth_date: "1996-03-12".to_owned(),
        edd: (ctx.clock.now() + chrono::Duration::days(49))
            .date_naive()
            .to_string(),
    };
    let mut woman = walker.register(person.clone()).await?;
    walker.assessment(&mut woman, &healthy::answers(&person)).await?;
    let mut held = 1;
    let mut peaks: Vec<Vec<f64>> = Vec::new();
    for wanted in [FEW, many] {
        copy(&ctx, wanted - held).await?;
        held = wanted;
        let mut of_formats = Vec::new();
        for format in ["csv", "ndjson", "xlsx"] {
            let before = forget_peak()?;
            let begun = Instant::now();
            let path = format!("/api/staff/v1/responses/export?questionnaire=pre-analgesia&format={format}");
            let request = Request::builder()
                .uri_str(path)
                .header("authorization", format!("Bearer {token}"))
                .finish();
            let answer = service.get_response(request).await;
            if !answer.status().is_success() {
                return Err(format!("{format} answered {}", answer.status()).into());
            }
            let mut pieces = std::pin::pin!(answer.into_body().into_bytes_stream());
            let mut bytes = 0;
            while let Some(piece) = pieces.next().await {
                bytes += piece?.len();
            }
            let rise = memory("VmHWM:")? - before;
            println!(
                "export {format}: {wanted} sets of answers, {:.1} MiB sent in {:.1} s, {:.1} MiB before, {rise:.1} MiB above it at the peak",
                bytes as f64 / f64::from(1 << 20),
                begun.elapsed().as_secs_f64(),
                before,
            );
            of_formats.push(rise);
        }
        peaks.push(of_formats);
    }
    if let [of_few, of_many] = peaks.as_slice() {
        for ((format, few), more) in ["csv", "ndjson", "xlsx"].iter().zip(of_few).zip(of_many) {
            let ratio = more / few.max(0.1);
            println!("export {format}: the peak of {many} is {ratio:.2} times that of {FEW}");
        }
    }
    ctx.db.close().await;
    simulator.shutdown().await;
    Ok(())
}

/// Copies the one set of answers, each sealed under its own key as if it had been submitted.
async fn copy(ctx: &Ctx, count: usize) -> Outcome<()> {
    let mut view = ctx.view();
    let (first, sealed): (Uuid, Sealed) = view
        .q("select id, content from response where name = 'pre-analgesia' order by completed_at limit 1")
        .one()
        .await?;
    let content = view.open_bytes(first, "content", &sealed).await?;
    let mut left = count;
    while left > 0 {
        let mut tx = ctx.write(Act::FormsExport).await?;
        for _ in 0..left.min(BATCH) {
            let id: Uuid = tx.id();
            let sealed = tx
                .seal_bytes(None, id, Class::Clinical, "content", &content)
                .await?;
            tx.q(
                "insert into response (id, facility_id, patient_id, episode_id, questionnaire, name, after_loss, status, \
                  content, authored_at, completed_at, version) select $1, facility_id, patient_id, episode_id, \
                  questionnaire, name, after_loss, status, $2, authored_at, completed_at, version from response where id = $3",
            )
            .bind(id)
            .bind(sealed)
            .bind(first)
            .run()
            .await?;
        }
        tx.journal_as(
            Act::FormsExport,
            Actor::SYSTEM,
            None,
            Subject::list("response"),
            json!({}),
            None,
        )
        .await?;
        tx.commit().await?;
        left -= left.min(BATCH);
    }
    Ok(())
}

/// Begins the peak anew; what the process holds now, MiB.
fn forget_peak() -> Outcome<f64> {
    std::fs::write("/proc/self/clear_refs", "5")?;
    memory("VmRSS:")
}

fn memory(word: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with(word))
        .ok_or("no such line")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib / 1024.0)
}
