//! Text messages to a phone: what sends them is an interface, and a service without a gateway has no such channel.
//!
//! [`aliyun`] speaks to a real one; `demo` and the tests write to the simulator's list of messages ([`Simulated`]).

pub mod aliyun;
mod simulated;

use futures_util::future::BoxFuture;
use serde_json::Value;

pub use simulated::Simulated;

/// A text message.
pub struct Text<'a> {
    /// The number, as records hold it.
    pub phone: &'a str,
    /// What it is for: gateways want a template that was approved before.
    pub template: Template,
    /// What fills the template, by name.
    pub params: Value,
    /// The whole text, for a gateway that takes any.
    pub words: &'a str,
}

/// What a text message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// A one-time code; filled with `code`.
    Code,
    /// Something waits for her in the app; filled with `hospital` and `title`.
    Notice,
}

/// Why a gateway did not take a message. Carries the gateway's own code and nothing of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing that can be read came back: it may have been sent.
    #[error("the text-message gateway gave no answer")]
    NoAnswer,
    /// The gateway was not reached: it was not sent.
    #[error("the text-message gateway is out of reach")]
    NotReached,
    /// Too many at once, or out of order for a while: it was not sent.
    #[error("the text-message gateway is busy: {0}")]
    Busy(String),
    /// It will never be sent.
    #[error("the text-message gateway refused a message: {0}")]
    Refused(String),
}

impl Failure {
    /// What a request without an answer means. The cause holds the address, and with it a person's data: it is dropped.
    fn of(error: &reqwest::Error) -> Failure {
        match error.is_connect() {
            true => Failure::NotReached,
            false => Failure::NoAnswer,
        }
    }
}

/// What sends text messages.
pub trait Sms: Send + Sync {
    /// The name that evidence gives it.
    fn provider(&self) -> &'static str;

    /// Sends a text.
    ///
    /// Errors: [`Failure`].
    fn send<'a>(&'a self, text: Text<'a>) -> BoxFuture<'a, Result<(), Failure>>;
}
