//! What the log may tell of a call that failed.

use std::{io::Write, sync::Mutex};

use serde_json::{Value, json};

use super::*;
use crate::wechat::simulator::{Call, Fault, Scripted};

const SECRET: &str = "kept-out-of-every-log";
const CODE: &str = "code-of-her-phone";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn once(reply: Scripted) -> Vec<Fault> {
    let delay = Duration::ZERO;
    vec![Fault { delay, reply }]
}

/// The token that the client of this stage has, as WeChat tells it again.
async fn token(stage: &Stage) -> String {
    stage.wechat.code_image("s", "pages/home").await.unwrap();
    let body = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": "right" });
    let asked = http().post(stage.url("/cgi-bin/stable_token")).json(&body);
    let told: Value = asked.send().await.unwrap().json().await.unwrap();
    told["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_call_that_fails_tells_the_log_no_token_no_secret_and_nobodys_openid() {
    let stage = Stage::new().await;
    let token = token(&stage).await;
    let refused = stage.beside(SECRET);
    let nowhere = settings("http://127.0.0.1:1", SECRET);
    let nowhere = WeChat::with_limits(nowhere, stage.ours.now(), Cache::memory(), PATIENT).unwrap();
    let lines = Lines::default();
    let writer = lines.clone();
    let all = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let logging = tracing::subscriber::set_default(all);
    // With one subscriber alone, what a test on another thread logs first is taken for what nobody wants to hear.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let mut failures = Vec::new();
    for reply in [Scripted::Status(500), Scripted::Dropped, Scripted::Garbage] {
        stage.simulator.script(Call::Send, once(reply));
        failures.push(stage.wechat.send(&reminder(MEI)).await.unwrap_err());
        stage.simulator.script(Call::Login, once(reply));
        failures.push(refused.login(CODE).await.unwrap_err());
    }
    failures.push(nowhere.login(CODE).await.unwrap_err());
    failures.push(refused.send(&reminder(MEI)).await.unwrap_err());
    drop(logging);
    let mut said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(said.contains("WeChat refuses this app"), "{said}");
    for failure in failures {
        said.push_str(&format!("{failure} {failure:?}\n"));
    }
    for hidden in ["access_token=", &token, "secret=", SECRET, "js_code", CODE, MEI] {
        assert!(!said.contains(hidden), "{hidden} is told: {said}");
    }
}
