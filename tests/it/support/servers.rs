//! Throwaway PostgreSQL and Redis servers for the tests.
//!
//! Started at the first request: once per process under `cargo test`, once per run under nextest, where
//! all test processes share them. Not here: migrations and the app on top of them. Next: `home.rs` for how
//! a server ends with its owner.
//!
//! Without the binaries the tests are skipped, aloud; `MUAN_TEST_REQUIRE=postgres,redis` makes that a failure.

mod home;
mod pg_server;
mod redis_server;
mod tests;

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
    net::TcpListener,
    panic::resume_unwind,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

pub use pg_server::{PgServer, TestDatabase, dumped, postgres};
pub use redis_server::{PrivateRedis, RedisServer, private_redis, redis};

/// The binaries, or a word on standard error that tests are skipped, or a panic when they are required.
fn found(name: &str, binaries: Option<PathBuf>) -> Option<PathBuf> {
    if binaries.is_none() {
        let required = variable("MUAN_TEST_REQUIRE").unwrap_or_default();
        let required = required.to_string_lossy();
        assert!(
            !required.split(',').any(|one| one.trim() == name),
            "{name} is required and not installed"
        );
        say(&format!("skipped: {name} is not installed"));
    }
    binaries
}

/// Past the harness, which hides what passing tests print.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn path() -> impl Iterator<Item = PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

#[expect(
    clippy::disallowed_methods,
    reason = "what the machine offers to tests is no setting of the service"
)]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// A word that nobody else on this machine uses now, `<process>_<number>`.
fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Off the test's own thread, and with the panic of the work itself when it panics.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| resume_unwind(error.into_panic()))
}
