//! WeChat's server side: logging in, phone numbers, subscription messages, code images, and the events that it pushes.
//!
//! Not here: who a WeChat account belongs to (a log-in proves control of an account, never who the patient
//! is), which messages are due, and the credits that a patient gave. The slices decide those.
//!
//! Next: [`client`](WeChat) for the calls, [`Class`] for what a refusal means, [`Pushes`] for what comes in, [`crypto`] for
//! signatures and encrypted data, [`simulator`] for the stand-in server of the demo and the tests.

mod client;
pub mod crypto;
mod error;
mod events;
mod message;
mod secret;
mod settings;
pub mod simulator;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use client::{Checked, Link, Listed, Login, Phone, Scene, Verdict, WeChat};
pub use error::{Class, Error};
pub use events::{News, PushSettings, Pushed, Pushes, Unbelieved};
pub use message::{Lang, Sent, SubscribeMessage, fits};
pub use secret::Secret;
pub use settings::{BASE_URL, Edition, Misconfigured, Settings};

/// Where the time comes from. Passed in, so that tests and the demo move it.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
