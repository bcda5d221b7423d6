//! What the hospital learns from its labors: the national indicators with their cases, and adverse events; its self-check
//! against the technical requirements, with trainings and drills; and how women at high risk are managed, alone or with
//! another hospital.
//!
//! Open: [`jobs`] for assembly, [`api`] for the routes, [`indicators`] because the definitions are worth reading alone.
//! Not here: the facts that indicators count; they belong to labor and follow-up.

mod acts;
pub mod alliance;
pub mod api;
pub mod case;
pub mod draft;
pub mod indicators;
pub mod jobs;
mod keeping;
pub mod model;
mod period;
mod picture;
pub mod referral;
mod rules;
mod store;
pub mod supply;
mod table;
pub mod training;

use crate::content::Unconfirmed;

pub use keeping::KEEPER;

/// What awaits somebody's word beside the content.
pub fn unconfirmed() -> impl Iterator<Item = Unconfirmed> {
    indicators::limits::unconfirmed().chain([
        referral::unconfirmed(),
        rules::unconfirmed(),
        training::unconfirmed(),
    ])
}
