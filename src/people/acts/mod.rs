//! One function per operation of people.

pub(in crate::people) mod copy;
mod device;
mod events;
mod guardians;
mod holds;
mod identity;
mod mine;
mod office;
mod requests;
mod sessions;

pub use copy::export;
pub use device::device_session;
pub use events::events;
pub use guardians::*;
pub use holds::*;
pub use identity::*;
pub use mine::*;
pub use office::*;
pub use requests::*;
pub use sessions::*;
