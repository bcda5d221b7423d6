//! The service behind a real socket.

use std::net::SocketAddr;

use muan::ctx::Ctx;
use poem::Server;
use poem::listener::{Acceptor, Listener, TcpListener};
use tokio::task::JoinHandle;

/// A listening service; ends with the test.
pub struct Listening {
    pub address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Listening {
    pub async fn on(ctx: &Ctx) -> Listening {
        let listener = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *listener.local_addr()[0].as_socket_addr().unwrap();
        let server = Server::new_with_acceptor(listener).run(muan::app::endpoint(ctx));
        Listening {
            address,
            server: tokio::spawn(server),
        }
    }
}
