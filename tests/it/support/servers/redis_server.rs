//! Redis for the tests: one server for all, and one of its own for a test that kills it.
//!
//! Not here: how it ends (`home.rs`).

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use super::{blocking, found, free_port, home::Home, path, unique};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running Redis server that many tests share; each keeps to its own prefix.
#[derive(Clone)]
pub struct RedisServer {
    url: String,
}

/// A Redis server of one test, which may kill and restart it.
pub struct PrivateRedis {
    home: Home,
    keeper: Child,
    server: Child,
}

/// The Redis server of this run, or `None` when there is no binary.
pub async fn redis() -> Option<RedisServer> {
    static SERVER: OnceLock<Option<RedisServer>> = OnceLock::new();
    blocking(|| {
        SERVER
            .get_or_init(|| found("redis", redis_binary()).map(start_redis))
            .clone()
    })
    .await
}

/// A Redis server of one's own, or `None` when there is no binary.
pub async fn private_redis() -> Option<PrivateRedis> {
    blocking(|| {
        let binary = found("redis", redis_binary())?;
        let home = Home::new("redis", &unique());
        let keeper = home.keeper("redis.pid", "TERM", None);
        let server = launch(&home, &binary, free_port());
        Some(PrivateRedis { home, keeper, server })
    })
    .await
}

impl RedisServer {
    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A key prefix that nobody else has; a new one at each call.
    pub fn prefix(&self) -> String {
        format!("test:{}:", unique())
    }
}

impl PrivateRedis {
    /// Where it is, alive or not.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.home.port().unwrap())
    }

    /// Ends the server without warning.
    pub fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Starts it again, empty, on the same port.
    pub async fn restart(&mut self) {
        self.kill();
        let (home, port) = (self.home.clone(), self.home.port().unwrap());
        self.server = blocking(move || launch(&home, &redis_binary().unwrap(), port)).await;
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        // Reaped first: the keeper would wait for a pid file that a killed server leaves.
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_file(self.home.0.join("redis.pid"));
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

#[expect(
    clippy::zombie_processes,
    reason = "the keeper ends the server, at our exit or later"
)]
fn start_redis(binary: PathBuf) -> RedisServer {
    let (_, port) = Home::shared("redis", "redis.pid", "TERM", |home| {
        launch(home, &binary, free_port());
    });
    RedisServer {
        url: format!("redis://127.0.0.1:{port}"),
    }
}

/// Starts the server in its directory and waits until it answers.
fn launch(home: &Home, binary: &Path, port: u16) -> Child {
    let mut server = Command::new(binary)
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ])
        .arg("--dir")
        .arg(&home.0)
        .arg("--pidfile")
        .arg(home.0.join("redis.pid"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !answers_ping(port) {
        assert!(
            server.try_wait().unwrap().is_none() && begun.elapsed() < PATIENCE,
            "redis-server ended"
        );
        thread::sleep(Duration::from_millis(5));
    }
    fs::write(home.0.join("port"), port.to_string()).unwrap();
    server
}

fn redis_binary() -> Option<PathBuf> {
    path()
        .map(|dir| dir.join("redis-server"))
        .find(|file| file.is_file())
}

fn answers_ping(port: u16) -> bool {
    let mut answer = [0; 5];
    TcpStream::connect(("127.0.0.1", port))
        .and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_millis(200)))?;
            stream.write_all(b"PING\r\n")?;
            stream.read_exact(&mut answer)
        })
        .is_ok_and(|()| &answer == b"+PONG")
}
