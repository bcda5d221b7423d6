//! One function per operation of people.

mod identity;
mod mine;
mod office;
mod sessions;

pub use identity::*;
pub use mine::*;
pub use office::*;
pub use sessions::*;
