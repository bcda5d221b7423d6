//! One function per operation of people.

mod mine;
mod office;
mod sessions;

pub use mine::*;
pub use office::*;
pub use sessions::*;
