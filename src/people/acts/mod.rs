//! One function per operation of people.

mod events;
mod identity;
mod mine;
mod office;
mod sessions;

pub use events::events;
pub use identity::*;
pub use mine::*;
pub use office::*;
pub use sessions::*;
