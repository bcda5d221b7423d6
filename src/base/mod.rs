//! Words that every floor shares: operation names, ids, time, errors, languages, pages.
//!
//! Not here: anything that reads a database, a file or the clock of the machine on its own.
//! The closed lists are in [`act`], [`code`] and [`id`]; add to them, never rename.

pub mod act;
mod act_labor;
mod act_macro;
mod act_people;
mod act_quality;
mod act_school;
pub mod actor;
pub mod canonical;
pub mod clock;
pub mod code;
pub mod error;
pub mod id;
pub mod locale;
pub mod merkle;
pub mod page;
pub mod request;
pub mod role;
pub mod table;
pub mod words;

pub use act::Act;
pub use actor::{Actor, ActorKind, Subject};
pub use clock::Clock;
pub use code::Code;
pub use error::{Error, Fault, Noun, Result};
pub use locale::Locale;
pub use page::{Page, PageRequest};
pub use role::Role;
