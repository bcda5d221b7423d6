//! The SQL of forms.

mod assignments;
mod responses;
mod verifications;

pub use assignments::*;
pub use responses::*;
pub use verifications::*;
