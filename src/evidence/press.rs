//! The document engine as the service uses it: made on the first document, as many renders at once as cores.

use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;

use super::document::{Engine, Inputs, RenderError};
use super::fonts::MissingChar;

type Load = dyn Fn() -> Result<Engine, RenderError> + Send + Sync;

/// Renders off the async threads. Its fonts stay on the disk until somebody needs a document.
pub struct Press {
    load: Box<Load>,
    engine: OnceLock<Engine>,
    permits: Semaphore,
}

impl Press {
    /// A press that loads its engine with `load` when it is needed.
    pub fn new(load: impl Fn() -> Result<Engine, RenderError> + Send + Sync + 'static) -> Press {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Press {
            load: Box::new(load),
            engine: OnceLock::new(),
            permits: Semaphore::new(cores),
        }
    }

    /// Makes a PDF.
    pub async fn render(self: &Arc<Press>, inputs: Inputs) -> Result<Vec<u8>, RenderError> {
        self.run(move |engine| engine.render(inputs)).await?
    }

    /// Whether every character of a text can be drawn (CE-152).
    pub async fn check(self: &Arc<Press>, text: String) -> Result<Vec<MissingChar>, RenderError> {
        self.run(move |engine| engine.check(&text).err().unwrap_or_default())
            .await
    }

    /// The renderer's version: a change of it may change bytes.
    pub async fn version(self: &Arc<Press>) -> Result<String, RenderError> {
        self.run(|engine| engine.version().to_owned()).await
    }

    async fn run<T: Send + 'static>(
        self: &Arc<Press>,
        work: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Result<T, RenderError> {
        let _permit = self.permits.acquire().await;
        let press = self.clone();
        tokio::task::spawn_blocking(move || {
            if press.engine.get().is_none() {
                let engine = (press.load)()?;
                let _another_was_first = press.engine.set(engine);
            }
            press.engine.get().map(work).ok_or(RenderError::Fonts)
        })
        .await
        .map_err(|_| RenderError::Fonts)?
    }
}
