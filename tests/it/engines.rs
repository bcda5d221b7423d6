//! Every chapter on the other engine too: there is no other check of the SQL.
//!
//! The chapters run on SQLite by themselves; this one runs the whole binary again with PostgreSQL underneath and, where it is
//! installed, Redis beside it.

use tokio::process::Command;

use crate::support::servers;

/// These need no engine, or bring both.
const NOT_AGAIN: [&str; 8] = [
    "content::",
    "engines::",
    "house::",
    "openapi::",
    "process::",
    "readme::",
    "support::",
    "verify::",
];

#[tokio::test]
async fn every_chapter_passes_on_postgresql_as_well() {
    if servers::postgres().await.is_none() {
        return;
    }
    let mut again = Command::new(std::env::current_exe().unwrap());
    // More than there are cores: each waits for the server a good part of its time.
    let threads = std::thread::available_parallelism().map_or(2, usize::from) + 1;
    again
        .env("MUAN_TEST_ENGINE", "postgres")
        .arg(format!("--test-threads={threads}"));
    for name in NOT_AGAIN {
        again.args(["--skip", name]);
    }
    let output = again.output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let passed = text
        .lines()
        .find(|line| line.starts_with("test result: ok"))
        .unwrap();
    println!("on PostgreSQL: {passed}");
    assert!(!passed.contains(" 0 passed"), "{passed}");
}
