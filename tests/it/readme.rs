//! The README's walk, run as it is pasted: a shell, `curl`, a listening service with the demo's accounts.

use muan::demo::seed;
use muan::demo::welcome::Welcome;
use poem::Server;
use poem::listener::{Acceptor, Listener, TcpListener};
use tokio::process::Command;

use crate::support::App;

/// The block of the README that begins with the address of the demo.
fn walk() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let blocks = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks
        .into_iter()
        .find(|block| block.starts_with("BASE="))
        .expect("the README has a walk")
}

#[tokio::test]
async fn the_walk_of_the_readme_works_as_it_is_pasted() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        eprintln!("skipped: the README's walk needs curl");
        return;
    }
    let app = App::new().await;
    seed::staff(&app.ctx).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = *listener.local_addr()[0].as_socket_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("muan-data")).unwrap();
    let welcome = Welcome {
        base_url: format!("http://{address}"),
        admin_url: String::new(),
        simulator_url: app.simulator_url(),
    };
    welcome.write(&folder.path().join("muan-data")).unwrap();
    let script = walk().replace("http://127.0.0.1:8080", &welcome.base_url);
    let script = script.replace("curl -s ", "curl -sS --fail-with-body --noproxy '*' ");
    let server = tokio::spawn(Server::new_with_acceptor(listener).run(muan::app::endpoint(&app.ctx)));
    let ran = Command::new("sh")
        .arg("-ec")
        .arg(script)
        .current_dir(folder.path())
        .output()
        .await
        .unwrap();
    server.abort();
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{told}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    for expected in ["\"items\":", "what-is-neuraxial-analgesia", "N1-lit"] {
        assert!(told.contains(expected), "nothing of {expected} in {told}");
    }
}
