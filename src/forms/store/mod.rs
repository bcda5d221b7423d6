//! The SQL of forms.

mod assignments;
mod attachments;
mod exports;
mod keeping;
mod responses;
mod verifications;

pub use assignments::*;
pub use attachments::*;
pub use exports::*;
pub use keeping::*;
pub use responses::*;
pub use verifications::*;
