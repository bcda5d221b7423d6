//! Hospitals, staff, accounts, women: who somebody is, and who may do what.
//!
//! Open: [`caller`] (token → [`caller::Caller`]), [`policy`] (the one table), [`model`] and [`facts`] for later slices,
//! [`api`] for assembly, [`admin`] for the command line, [`door`] for what looks at the slice from outside, [`jobs`] for
//! what is due.
//!
//! Her rights over her record are here, because they begin and end with the person: requests, holds, how long a record is
//! kept. What later slices hold on her they tell and take away themselves, through [`model::Keepers`], which `app`
//! assembles.

mod acts;
pub mod admin;
pub mod api;
pub mod caller;
pub mod door;
pub mod facts;
pub mod jobs;
pub mod model;
mod papers;
pub mod policy;
pub mod rules;
mod secret;
mod store;

pub use acts::StaffDraft;
