//! One pregnancy: its dates, its risk color, the steps of the pathway, what waits for whom, what she was told.
//!
//! Later slices put their steps, tasks and notices here through [`facts`] and read the pregnancy from there;
//! [`api`] is for assembly, [`door`] for what looks at the slice from outside,
//! [`jobs`] takes her notices out of the house. Not here: what a step contains; that is known to the slice that set it.

mod acts;
pub mod api;
pub mod door;
pub mod facts;
pub mod jobs;
mod keeping;
pub mod model;
mod rules;
mod store;

pub use acts::heard;
pub use keeping::KEEPER;
