//! The program as an operator meets it: one clear line for what is wrong, a clean end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

use muan::db::{Db, Durability};
use tempfile::TempDir;

use crate::migrations::migrated_later;

/// `muan` with settings of its own and none of the machine's.
fn muan(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muan"));
    command
        .env_clear()
        .env("MUAN_DATA", data)
        .env("MUAN_ADDR", "127.0.0.1:0")
        .env("MUAN_ADMIN_ADDR", "127.0.0.1:0")
        .current_dir(data.parent().unwrap());
    command
}

/// A folder, and in it the data directory and a key.
fn place() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "5a".repeat(32)).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    folder
}

/// `muan` with what it needs to serve.
fn serve_settings(folder: &TempDir) -> Command {
    let mut command = muan(&folder.path().join("data"));
    command
        .env("MUAN_KEYS__FILE", folder.path().join("key"))
        .env("MUAN_WECHAT__APP_ID", "wx0123456789abcdef")
        .env("MUAN_WECHAT__APP_SECRET", "hush-hush");
    command
}

fn serve(folder: &TempDir) -> Command {
    let mut command = serve_settings(folder);
    command.arg("serve");
    command
}

/// Exit code 1 and the one line that the program says about itself.
#[track_caller]
fn one_line(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 1, "{told}");
    assert!(lines[0].starts_with("muan: "), "{told}");
    lines[0].to_owned()
}

#[test]
fn an_unknown_setting_refuses_to_start_and_is_named() {
    let folder = place();
    let said = one_line(&serve(&folder).env("MUAN_NO_SUCH_THING", "1").output().unwrap());
    assert!(said.contains("no_such_thing"), "{said}");
    let file = folder.path().join("muan.toml");
    std::fs::write(&file, "adress = \"127.0.0.1:1\"\n").unwrap();
    let said = one_line(&serve(&folder).arg("--config").arg(&file).output().unwrap());
    assert!(said.contains("adress"), "{said}");
}

#[test]
fn the_settings_in_force_are_shown_without_secrets() {
    let folder = place();
    let output = muan(&folder.path().join("data"))
        .env("MUAN_WECHAT__APP_SECRET", "hush-hush")
        .env("MUAN_DATABASE", "postgres://muan:hush-hush@127.0.0.1/muan")
        .arg("config")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.contains("[secret]"), "{told}");
    assert!(!told.contains("hush-hush"), "{told}");
}

#[test]
fn without_a_key_nothing_is_served() {
    let folder = place();
    let said = one_line(&serve(&folder).env_remove("MUAN_KEYS__FILE").output().unwrap());
    assert!(said.contains("key"), "{said}");
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = place();
    let said = one_line(&serve(&folder).env("MUAN_ADDR", &address).output().unwrap());
    assert!(said.contains(&address), "{said}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let folder = place();
    let under_a_file = folder.path().join("key").join("data");
    let said = one_line(&serve(&folder).env("MUAN_DATA", &under_a_file).output().unwrap());
    assert!(said.contains(under_a_file.to_str().unwrap()), "{said}");
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let folder = place();
    let data = folder.path().join("data");
    assert!(muan(&data).arg("migrate").output().unwrap().status.success());
    let db = Db::sqlite(&data.join("muan.db"), Durability::Full).await.unwrap();
    migrated_later(&db).await;
    db.close().await;
    let said = one_line(&serve(&folder).output().unwrap());
    assert!(said.contains("newer"), "{said}");
}

#[test]
fn the_key_of_another_database_opens_nothing() {
    let folder = place();
    let (running, _) = started(&folder);
    assert_eq!(ended(running), Some(0));
    std::fs::write(folder.path().join("key"), "a5".repeat(32)).unwrap();
    let said = one_line(&serve(&folder).output().unwrap());
    assert!(said.contains("key"), "{said}");
}

/// A running service and its address, read from its log.
fn started(folder: &TempDir) -> (Child, String) {
    let (child, address, _) = logging(&mut serve(folder));
    (child, address)
}

/// The same, with what it logs until it ends.
fn logging(serve: &mut Command) -> (Child, String, JoinHandle<String>) {
    let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
    let log = child.stderr.take().unwrap();
    let mut lines = BufReader::new(log).lines();
    let line = lines
        .by_ref()
        .map(Result::unwrap)
        .find(|line| line.contains("serving"))
        .expect("the service says that it serves");
    let entry: serde_json::Value = serde_json::from_str(&line).expect("logs are JSON");
    let address = entry["addr"]
        .as_str()
        .or(entry["fields"]["addr"].as_str())
        .unwrap()
        .to_owned();
    // Somebody has to read on, or the service would wait at its log.
    let rest = std::thread::spawn(move || lines.map(Result::unwrap).collect());
    // Once it answers it also listens to signals.
    let mut probe = TcpStream::connect(&address).unwrap();
    write!(
        probe,
        "GET /healthz HTTP/1.1\r\nHost: muan\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    probe.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    (child, address, rest)
}

fn ended(mut child: Child) -> Option<i32> {
    terminate(&child);
    child.wait().unwrap().code()
}

fn terminate(child: &Child) {
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    // SAFETY: a signal to a child that was not waited for yet.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
}

#[test]
fn an_open_stream_of_events_ends_at_sigterm_without_waiting_for_its_reader() {
    let folder = place();
    let admin = |arguments: &[&str]| {
        let output = serve_settings(&folder)
            .arg("admin")
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    admin(&["facility", "add", "renai", "仁爱妇产医院", "010-12345678"]);
    let told = admin(&["staff", "add", "renai", "zhao", "赵明", "anesthesiologist"]);
    let password = told.split_whitespace().last().unwrap();
    let (mut child, address) = started(&folder);
    let asked = |head: &str, body: &str| {
        let mut socket = TcpStream::connect(&address).unwrap();
        let length = body.len();
        write!(
            socket,
            "{head}Host: muan\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        socket
    };
    let body = serde_json::json!({ "facility": "renai", "username": "zhao", "password": password });
    let head =
        "POST /api/staff/v1/sessions HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let mut answer = String::new();
    asked(head, &body.to_string())
        .read_to_string(&mut answer)
        .unwrap();
    let (_, rest) = answer.split_once("\"token\":\"").expect("she is logged in");
    let token = rest.split('"').next().unwrap();
    let head = format!("GET /api/staff/v1/events HTTP/1.1\r\nAuthorization: Bearer {token}\r\n");
    let mut stream = asked(&head, "");
    let mut begun = [0; 15];
    stream.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200 OK");
    let signaled = std::time::Instant::now();
    terminate(&child);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let took = signaled.elapsed();
    assert!(took < std::time::Duration::from_secs(8), "{took:?}");
}

#[test]
fn what_runs_at_sigterm_is_finished_and_nothing_new_begins() {
    let folder = place();
    let (mut child, address) = started(&folder);
    let body = r#"{"facility":"nowhere","username":"nobody","password":"a long password"}"#;
    let mut slow = TcpStream::connect(&address).unwrap();
    write!(
        slow,
        "POST /api/staff/v1/sessions HTTP/1.1\r\nHost: muan\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    )
    .unwrap();
    // The service has begun with this request when it asks for the body.
    let mut asked = [0; 25];
    slow.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    terminate(&child);
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    slow.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_simulator_runs_alone_and_only_on_this_machine() {
    let folder = place();
    let simulator = |address: &str| {
        let mut command = muan(&folder.path().join("data"));
        command.args(["wechat-simulator", "--addr", address]);
        command
    };
    let said = one_line(&simulator("0.0.0.0:0").output().unwrap());
    assert!(said.contains("loopback"), "{said}");
    let mut running = simulator("127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(running.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (_, address) = line.trim().split_once("http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    let head = "GET /simulator/calls HTTP/1.1\r\nHost: muan\r\nConnection: close\r\n\r\n";
    socket.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("/wxa/msg_sec_check"), "{answer}");
    assert_eq!(ended(running), Some(0));
}

#[test]
fn not_even_a_trace_tells_what_stands_in_the_addresses_of_calls() {
    let folder = place();
    let wechat = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", wechat.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut call, _) = wechat.accept().unwrap();
        let mut line = String::new();
        BufReader::new(call.try_clone().unwrap())
            .read_line(&mut line)
            .unwrap();
        call.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            .unwrap();
        line
    });
    let (running, address, log) = logging(
        serve(&folder)
            .env("MUAN_LOG", "trace")
            .env("MUAN_WECHAT__BASE_URL", base)
            .env("MUAN_WECHAT__ALLOW_OTHER_BASE", "true")
            .env("MUAN_WECHAT__PUSH_TOKEN", "hush-token"),
    );
    let said = |head: &str, body: &str| {
        let mut socket = TcpStream::connect(&address).unwrap();
        let length = body.len();
        write!(
            socket,
            "{head} HTTP/1.1\r\nHost: muan\r\nContent-Type: application/json\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = said("POST /api/patient/v1/sessions", r#"{"wechat_code":"hush-code"}"#);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let call = asked.join().unwrap();
    assert!(call.contains("hush-hush") && call.contains("hush-code"), "{call}");
    let answer = said("POST /wechat/events?signature=1&nonce=1&openid=hush-openid", "{}");
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert_eq!(ended(running), Some(0));
    let log = log.join().unwrap();
    assert!(log.contains("people.log_in_patient"), "{log}");
    assert!(!log.contains("hush"), "{log}");
}
