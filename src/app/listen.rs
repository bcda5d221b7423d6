//! The listeners, and an end that finishes what runs.

use std::net::SocketAddr;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Endpoint, EndpointExt, Route, Server, get, handler};
use tokio_util::sync::CancellationToken;

use super::{StartFault, endpoint, memory, work};
use crate::ctx::Ctx;

/// How long running requests may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Bound listeners, before anything is served.
pub struct Bound {
    public: poem::listener::TcpAcceptor,
    admin: poem::listener::TcpAcceptor,
    /// The public address.
    pub addr: SocketAddr,
    /// The address of `/metrics`.
    pub admin_addr: SocketAddr,
}

/// Takes both ports.
///
/// Errors: one line that names the address, as for a port in use.
pub async fn bind(addr: SocketAddr, admin_addr: SocketAddr) -> Result<Bound, StartFault> {
    let public = take(addr).await?;
    let admin = take(admin_addr).await?;
    Ok(Bound {
        addr: local(&public, addr),
        admin_addr: local(&admin, admin_addr),
        public,
        admin,
    })
}

async fn take(addr: SocketAddr) -> Result<poem::listener::TcpAcceptor, StartFault> {
    TcpListener::bind(addr)
        .into_acceptor()
        .await
        .map_err(|error| StartFault::Io(format!("can't listen on {addr}"), error))
}

fn local(acceptor: &poem::listener::TcpAcceptor, asked: SocketAddr) -> SocketAddr {
    acceptor
        .local_addr()
        .first()
        .and_then(|a| a.as_socket_addr().copied())
        .unwrap_or(asked)
}

#[handler]
fn metrics(handle: poem::web::Data<&PrometheusHandle>) -> String {
    handle.render()
}

/// Serves until SIGTERM or Ctrl-C, then lets running requests end within ten seconds and closes the database.
pub async fn serve(ctx: Ctx, bound: Bound) -> Result<(), StartFault> {
    let public = endpoint(&ctx);
    serve_as(ctx, bound, public).await
}

/// The same with other public routes.
pub async fn serve_as(ctx: Ctx, bound: Bound, public: impl Endpoint + 'static) -> Result<(), StartFault> {
    let recorder = PrometheusBuilder::new().install_recorder();
    let handle =
        recorder.map_err(|error| StartFault::Io("metrics".to_owned(), std::io::Error::other(error)))?;
    let stop = CancellationToken::new();
    let workers = tokio::spawn(work::run(ctx.clone(), stop.clone()));
    let admin_routes = Route::new().at("/metrics", get(metrics)).data(handle.clone());
    let admin_stop = stop.clone();
    let admin = tokio::spawn(async move {
        let server = Server::new_with_acceptor(bound.admin);
        server
            .run_with_graceful_shutdown(admin_routes, admin_stop.cancelled_owned(), Some(Duration::ZERO))
            .await
    });
    let upkeep_stop = stop.clone();
    let upkeep = tokio::spawn(async move {
        while tokio::time::timeout(Duration::from_secs(5), upkeep_stop.cancelled())
            .await
            .is_err()
        {
            handle.run_upkeep();
        }
    });
    let server = Server::new_with_acceptor(bound.public);
    memory::give_back();
    let served = server
        .run_with_graceful_shutdown(public, ended(ctx.clone()), Some(GRACE))
        .await;
    stop.cancel();
    let _ended = tokio::join!(workers, admin, upkeep);
    ctx.db.close().await;
    served.map_err(|error| StartFault::Io("the server".to_owned(), error))
}

/// The signal to stop. Streams never end by themselves: they are told.
async fn ended(ctx: Ctx) {
    signalled().await;
    ctx.bell.close();
}

/// SIGTERM, or the interrupt of a terminal. From the first look at it, neither ends the process any more.
pub async fn signalled() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _interrupted = interrupt.await;
        }
    }
    tracing::info!("stopping: running requests have ten seconds");
}
