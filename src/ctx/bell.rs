//! Who listens to the journal, and what wakes them: the place that each institution's log has reached.
//!
//! The workers ring after they have given entries their places and at every pulse, so entries of another process are heard
//! within a second and nobody asks the database without listeners. Nothing is kept here: whoever is woken reads on from
//! where he was, and cannot miss what a full buffer would have dropped. What is told: `people::acts::events`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Listeners of this process.
const MOST: usize = 512;
/// Listeners of one session: some tabs, and the connections that a network has not noticed to be gone.
const MOST_OF_ONE: usize = 6;

/// How far the log of each institution is.
pub type Heads = Arc<HashMap<Uuid, i64>>;

/// The bell.
pub struct Bell {
    heads: watch::Sender<Heads>,
    places: Mutex<BTreeMap<Uuid, usize>>,
    ending: CancellationToken,
}

impl Default for Bell {
    fn default() -> Bell {
        Bell {
            heads: watch::Sender::new(Heads::default()),
            places: Mutex::default(),
            ending: CancellationToken::new(),
        }
    }
}

/// A place among the listeners; given back when it is dropped.
pub struct Place {
    bell: Arc<Bell>,
    session: Uuid,
    /// Changes when a log has grown.
    pub heads: watch::Receiver<Heads>,
    /// Cancelled when the process is to end.
    pub ending: CancellationToken,
}

impl Bell {
    /// A place for a session; none when it has enough of them, or the process has.
    pub fn listen(self: &Arc<Bell>, session: Uuid) -> Option<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let taken: usize = places.values().sum();
        let own = places.entry(session).or_default();
        if taken >= MOST || *own >= MOST_OF_ONE || self.ending.is_cancelled() {
            if *own == 0 {
                places.remove(&session);
            }
            return None;
        }
        *own += 1;
        metrics::gauge!("muan_event_streams").set(taken as f64 + 1.0);
        Some(Place {
            bell: self.clone(),
            session,
            heads: self.heads.subscribe(),
            ending: self.ending.clone(),
        })
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        self.heads.receiver_count() > 0
    }

    /// Wakes the listeners when a log has grown.
    pub fn ring(&self, heads: impl IntoIterator<Item = (Uuid, i64)>) {
        let heads: HashMap<Uuid, i64> = heads.into_iter().collect();
        self.heads.send_if_modified(|known| {
            let grown = **known != heads;
            if grown {
                *known = Arc::new(heads);
            }
            grown
        });
    }

    /// Sends every listener away, and lets nobody in any more.
    pub fn close(&self) {
        self.ending.cancel();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let places = self.bell.places.lock();
        let mut places = places.unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = places.get_mut(&self.session) {
            *own -= 1;
            if *own == 0 {
                places.remove(&self.session);
            }
        }
        let taken: usize = places.values().sum();
        metrics::gauge!("muan_event_streams").set(taken as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_some_places_and_gets_them_back() {
        let bell = Arc::new(Bell::default());
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut held: Vec<Place> = (0..MOST_OF_ONE).filter_map(|_| bell.listen(one)).collect();
        assert_eq!(held.len(), MOST_OF_ONE);
        assert!(bell.listen(one).is_none());
        assert!(bell.listen(other).is_some());
        held.pop();
        assert!(bell.listen(one).is_some());
        drop(held);
        assert!(!bell.is_heard());
        assert!(bell.places.lock().unwrap().is_empty());
        bell.close();
        assert!(bell.listen(one).is_none());
    }

    #[test]
    fn only_a_log_that_grew_wakes() {
        let bell = Arc::new(Bell::default());
        let place = bell.listen(Uuid::nil()).unwrap();
        bell.ring([(Uuid::nil(), 1)]);
        assert!(place.heads.has_changed().unwrap());
        let mut heads = place.heads.clone();
        assert_eq!(heads.borrow_and_update()[&Uuid::nil()], 1);
        bell.ring([(Uuid::nil(), 1)]);
        assert!(!heads.has_changed().unwrap());
    }
}
