//! What labor looks like on the wire. What staff write is the model's own nouns; here stands what is added around them.

mod chart;
mod countdown;
mod record;

pub use chart::*;
pub use countdown::CountdownOut;
pub use record::*;
