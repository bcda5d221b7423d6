//! One function per operation of people.

mod device;
mod events;
mod identity;
mod mine;
mod office;
mod sessions;

pub use device::device_session;
pub use events::events;
pub use identity::*;
pub use mine::*;
pub use office::*;
pub use sessions::*;
