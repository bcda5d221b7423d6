//! The SQL of people and nothing else.

mod accounts;
mod assessments;
mod binding;
mod copies;
mod guardians;
mod journal;
mod patients;
mod proxies;
mod requests;
mod rights;
mod seal_files;
mod seals;
mod staff;

pub use accounts::*;
pub use assessments::*;
pub use binding::*;
pub use copies::*;
pub use guardians::*;
pub use journal::*;
pub use patients::*;
pub use proxies::*;
pub use requests::*;
pub use rights::*;
pub use seal_files::*;
pub use seals::*;
pub use staff::*;
