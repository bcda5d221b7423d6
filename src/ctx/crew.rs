//! Work that takes a core of its own, off the threads that answer requests: so much of it at once, so much waiting, and
//! whoever comes after that is told to come back instead of waiting for ever.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::base::Code;
use crate::base::error::{Error, Result};

/// Hashing a password takes a core and 19 MiB.
const HASHING: usize = 4;
/// The last of them waits a second or two: nobody waits longer for a log-in.
const WAITING: usize = 64;

/// Those who do the work.
pub struct Crew {
    at_work: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// A place among those who work and wait; free again when it is dropped.
pub struct Taken(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Crew {
    /// Those who hash passwords.
    pub fn hashing() -> Crew {
        Crew {
            at_work: Arc::new(Semaphore::new(HASHING)),
            places: Arc::new(Semaphore::new(HASHING + WAITING)),
        }
    }

    /// Takes a place.
    ///
    /// Errors: `http.overloaded` when none is free.
    pub fn place(&self) -> Result<Taken> {
        let place = self.places.clone().try_acquire_owned();
        place.map(Taken).map_err(|_| Error::Busy(Code::HttpOverloaded))
    }

    /// Does a piece of work when its turn comes. It keeps its place until it is done, even when nobody waits for it any
    /// more: a client that goes away takes no core back.
    ///
    /// Errors: `http.overloaded` when no place is free.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.place()?;
        let turn = self.at_work.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Error::broken("a crew was sent home"))?;
        let worked = tokio::task::spawn_blocking(move || {
            let _held = (place, turn);
            work()
        });
        worked
            .await
            .map_err(|_| Error::broken("work off the loop was interrupted"))
    }
}
