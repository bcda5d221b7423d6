//! PostgreSQL for the tests: one server without durability, one database per test.
//!
//! Not here: how it ends (`home.rs`).

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
    thread,
};

use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

use super::{
    blocking, found, free_port,
    home::{Home, locked},
    path, say, unique, variable,
};

/// A running PostgreSQL server.
#[derive(Clone)]
pub struct PgServer {
    port: u16,
    dir: PathBuf,
}

/// A database of one test, dropped with this value.
pub struct TestDatabase {
    server: PgServer,
    name: String,
    url: String,
}

/// The PostgreSQL server of this run, or `None` when there are no binaries.
pub async fn postgres() -> Option<PgServer> {
    static SERVER: OnceLock<Option<PgServer>> = OnceLock::new();
    blocking(|| {
        SERVER
            .get_or_init(|| found("postgres", pg_binaries()).map(start_postgres))
            .clone()
    })
    .await
}

impl PgServer {
    /// A private copy of the database that `fill` makes. `fill` gets the URL of an empty database and runs
    /// once per `key` (a hash of the migrations, at most 32 of `[a-z0-9_]`); it must close what it opened.
    pub async fn database(&self, key: &str, fill: impl AsyncFnOnce(&str)) -> TestDatabase {
        assert!(key.len() <= 32, "PostgreSQL would cut the name");
        let template = format!("t_{key}");
        let mut admin = self.connect("postgres").await;
        let lock = self.dir.join("template.lock");
        let lock = blocking(move || locked(&lock)).await;
        let made: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
            .bind(&template)
            .fetch_optional(&mut admin)
            .await
            .unwrap();
        if made.is_none() {
            // Filled under another name, so that a crash halfway leaves no template.
            let draft = format!("{template}_draft");
            run(
                &mut admin,
                format!("drop database if exists {draft} with (force)"),
            )
            .await;
            run(&mut admin, format!("create database {draft}")).await;
            fill(&self.url(&draft)).await;
            run(&mut admin, format!("alter database {draft} rename to {template}")).await;
        }
        drop(lock);
        let name = format!("{template}_{}", unique());
        run(&mut admin, format!("create database {name} template {template}")).await;
        admin.close().await.unwrap();
        TestDatabase {
            url: self.url(&name),
            server: self.clone(),
            name,
        }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    async fn connect(&self, database: &str) -> PgConnection {
        let options: PgConnectOptions = self.url(database).parse().unwrap();
        options.disable_statement_logging().connect().await.unwrap()
    }
}

impl TestDatabase {
    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // On a thread of its own, because the test's runtime cannot wait inside a drop.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut admin = server.connect("postgres").await;
                run(&mut admin, format!("drop database if exists {name} with (force)")).await;
            });
        });
        if dropped.join().is_err() {
            say(&format!("left behind until the run ends: database {}", self.name));
        }
    }
}

fn start_postgres(binaries: PathBuf) -> PgServer {
    let (home, port) = Home::shared("pg", "data/postmaster.pid", "QUIT", |home| {
        let account = unprivileged();
        if let Some((uid, gid)) = account {
            chown(&home.0, Some(uid), Some(gid)).unwrap();
        }
        let (data, log) = (home.0.join("data"), home.0.join("log"));
        let ran = |program: &str, args: &[&str]| {
            let mut command = Command::new(binaries.join(program));
            command
                .arg("-D")
                .arg(&data)
                .args(args)
                .current_dir(&home.0)
                .process_group(0);
            if let Some((uid, gid)) = account {
                command.uid(uid).gid(gid);
            }
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.status().unwrap().success()
        };
        let init = [
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ];
        assert!(ran("initdb", &init), "initdb failed in {}", data.display());
        // Somebody else may take the port between looking and listening.
        let port = (0..3).map(|_| free_port()).find(|port| {
            let options = format!(
                "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off \
                 -c full_page_writes=off -c synchronous_commit=off -c max_connections=200",
                home.0.display()
            );
            ran(
                "pg_ctl",
                &["-w", "-l", log.to_str().unwrap(), "-o", &options, "start"],
            )
        });
        let port = port.unwrap_or_else(|| panic!("{}", fs::read_to_string(&log).unwrap_or_default()));
        fs::write(home.0.join("port"), port.to_string()).unwrap();
    });
    PgServer { port, dir: home.0 }
}

/// All of a database as text, by PostgreSQL's own tool; none of another engine's.
pub fn dumped(url: &str) -> Option<Vec<u8>> {
    if !url.starts_with("postgres:") {
        return None;
    }
    let dump = Command::new(pg_binaries()?.join("pg_dump"))
        .arg("--dbname")
        .arg(url)
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    Some(dump.stdout)
}

fn pg_binaries() -> Option<PathBuf> {
    let complete = |dir: &PathBuf| dir.join("initdb").is_file() && dir.join("pg_ctl").is_file();
    if let Some(dir) = variable("PG_BIN").map(PathBuf::from).filter(complete) {
        return Some(dir);
    }
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    let asked = asked.and_then(|output| String::from_utf8(output.stdout).ok());
    let mut installed: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    installed.sort();
    let asked = asked.map(|dir| PathBuf::from(dir.trim()));
    asked
        .into_iter()
        .chain(installed.into_iter().rev().map(|(_, dir)| dir))
        .chain(path())
        .find(complete)
}

/// Whom to run PostgreSQL as when we are root, which it refuses to be: user and group.
fn unprivileged() -> Option<(u32, u32)> {
    // SAFETY: geteuid has no preconditions and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap();
    let account = |name: &str| {
        let mut fields = accounts
            .lines()
            .map(|line| line.split(':'))
            .find(|f| f.clone().next() == Some(name))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(
        account("postgres")
            .or_else(|| account("nobody"))
            .expect("an unprivileged account"),
    )
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}
