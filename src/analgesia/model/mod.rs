//! Nouns of labor and their small words.
//!
//! What staff write down (admission, record, observation, delivery, …) is the same noun on the wire, in the sealed
//! document and in the rules: nothing is added on the way out that did not come in. What the house adds around it
//! (ids, states, versions) stands in [`labor`].

mod alarm;
mod amount;
mod block;
mod correction;
mod countdown;
mod delivery;
mod dermatome;
mod event;
mod labor;
mod observation;
mod pump;
mod ward;

pub use alarm::*;
pub use amount::Amount;
pub use block::*;
pub use correction::*;
pub use countdown::*;
pub use delivery::*;
pub use dermatome::Dermatome;
pub use event::*;
pub use labor::*;
pub use observation::*;
pub use pump::*;
pub use ward::*;
