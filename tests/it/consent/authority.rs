//! A time authority that answers over HTTP and can be switched off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use muan::base::Clock;
use muan::config::Config;
use muan::evidence::keys::{FileKeys, KeyProvider, SoftKey};
use muan::evidence::timestamp::local::LocalAuthority;
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::Data;
use poem::{EndpointExt, IntoResponse, Response, Route, Server, handler, post};

use crate::support::App;

/// The authorities at these addresses are asked, under the test root of this hospital.
pub fn ask(config: &mut Config, addresses: &str) {
    config.seal.time_authorities = addresses.to_owned();
    config.seal.trust = Some(config.data.join("authority/trust.json"));
}

/// A time authority that can be switched off.
#[derive(Clone)]
pub struct Authority {
    pub on: Arc<AtomicBool>,
    key: Arc<LocalAuthority>,
    clock: Clock,
}

#[handler]
async fn stamp(authority: Data<&Authority>, request: Vec<u8>) -> Response {
    if !authority.on.load(Ordering::Relaxed) {
        return poem::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let serial = rand::random();
    let answer = authority.key.answer(&request, authority.clock.now(), serial);
    Response::builder()
        .content_type("application/timestamp-reply")
        .body(answer)
}

impl Authority {
    /// One that is off, under the test root of this hospital, and its address.
    pub async fn off(app: &App) -> (Authority, String) {
        let folder = app.config.data.join("authority");
        let key = SoftKey::from_pkcs8(&std::fs::read(folder.join("time.key")).unwrap()).unwrap();
        let keys = FileKeys::new(folder, false).unwrap();
        let certificate = keys.certificate_chain("time").unwrap().remove(0);
        let authority = Authority {
            on: Arc::default(),
            key: Arc::new(LocalAuthority::new(key, certificate).unwrap()),
            clock: app.clock.clone(),
        };
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let routes = Route::new().at("/", post(stamp)).data(authority.clone());
        tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));
        (authority, format!("http://{address}/"))
    }
}
