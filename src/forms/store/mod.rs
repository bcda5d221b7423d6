//! The SQL of forms.

mod assignments;
mod responses;

pub use assignments::*;
pub use responses::*;
