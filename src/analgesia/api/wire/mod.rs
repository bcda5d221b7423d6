//! What labor looks like on the wire. What staff write is the model's own nouns; here stands what is added around them.

mod chart;
mod correction;
mod countdown;
mod record;
mod ward;

pub use chart::*;
pub use correction::*;
use countdown::CountdownOut;
pub use record::*;
pub use ward::*;
