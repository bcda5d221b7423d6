//! The service on the content as it is in a folder now: whoever writes lessons sees an edit at the next request.
//!
//! Only what answers requests is renewed; jobs go on with the content that the service began with.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, Request, Response};
use tokio::sync::watch;

use crate::app;
use crate::content::{Content, Origin};
use crate::ctx::Ctx;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What answers.
pub type Service = Arc<BoxEndpoint<'static, Response>>;

/// The newest service whose content had no fault.
#[derive(Clone)]
pub struct Renewed {
    ctx: Ctx,
    now: watch::Sender<Service>,
    begun: State,
}

/// What tells that a folder was edited: each file with its length and when it was written.
type State = Vec<(PathBuf, u64, SystemTime)>;

impl Renewed {
    /// On the content that the context was built with.
    pub fn new(ctx: &Ctx) -> Renewed {
        Renewed {
            ctx: ctx.clone(),
            now: watch::Sender::new(Arc::new(app::endpoint(ctx))),
            begun: match ctx.content.origin() {
                Origin::Folder(root) => state(root),
                Origin::BuiltIn => State::new(),
            },
        }
    }

    /// Loads the content again; with a fault in it the service stays as it is, and the log names the fault.
    pub fn renew(&self) {
        let content = match Content::load(self.ctx.content.origin().clone()) {
            Ok(content) => content,
            Err(defects) => {
                for defect in defects {
                    tracing::warn!(%defect, "the content has a fault and is not taken");
                }
                return;
            }
        };
        let ctx = Ctx {
            content: Arc::new(content),
            ..self.ctx.clone()
        };
        self.now.send_replace(Arc::new(app::endpoint(&ctx)));
    }

    /// Changes whenever the service does.
    pub fn served(&self) -> watch::Receiver<Service> {
        self.now.subscribe()
    }

    /// Renews it whenever the folder changes, for as long as the service runs.
    pub async fn watch(self) {
        let Origin::Folder(root) = self.ctx.content.origin().clone() else {
            return;
        };
        let mut before = self.begun.clone();
        loop {
            tokio::time::sleep(EVERY).await;
            let (root, this) = (root.clone(), self.clone());
            let known = before.clone();
            let looked = tokio::task::spawn_blocking(move || {
                let state = state(&root);
                if state != known {
                    this.renew();
                }
                state
            });
            if let Ok(state) = looked.await {
                before = state;
            }
        }
    }
}

impl Endpoint for Renewed {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let now = self.now.borrow().clone();
        now.call(request).await
    }
}

fn state(folder: &Path) -> State {
    let mut found = State::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => folders.push(entry.path()),
                Ok(about) => {
                    let written = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    found.push((entry.path(), about.len(), written));
                }
                Err(_) => {}
            }
        }
    }
    found.sort();
    found
}
