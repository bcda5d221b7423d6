//! Sessions as their owner sees them.

use chrono::{DateTime, Utc};

use crate::base::id::{AccountId, FacilityId, SessionId, StaffId};

crate::words! {
    /// The kind of device that a session was opened on: enough to tell a phone from the computer, and nothing else of it.
    DeviceKind {
        /// A phone or tablet with Android.
        Android = "android",
        /// A phone or tablet with HarmonyOS.
        Harmony = "harmony",
        /// A phone of Apple's.
        Iphone = "iphone",
        /// A tablet of Apple's.
        Ipad = "ipad",
        /// A computer with Windows.
        Windows = "windows",
        /// A computer of Apple's.
        Mac = "mac",
        /// A computer with Linux.
        Linux = "linux",
        /// It did not say.
        Unknown = "unknown",
    }
}

/// Whose a session is.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// A woman's, by her account.
    Account(AccountId),
    /// A staff member's.
    Staff(StaffId, FacilityId),
}

/// A session that holds now.
#[derive(Clone, Debug)]
pub struct SessionListed {
    /// Its id.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// What it was opened on.
    pub device: DeviceKind,
    /// Number of the hospital's device, and where it stands, where staff handed her one.
    pub hospital_device: Option<(String, Option<String>)>,
    /// Whether staff showed a second factor in it.
    pub second_factor: bool,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}
