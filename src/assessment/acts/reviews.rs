//! The review queue.
