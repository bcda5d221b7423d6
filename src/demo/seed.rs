//! One hospital, a staff account of each role, and the women.

use crate::base::Role;
use crate::base::error::Result;
use crate::ctx::Ctx;
use crate::people::model::Settings;
use crate::people::{StaffDraft, admin};
use crate::wechat::simulator::Simulator;

/// The demo's hospital, as typed at log-in.
pub const FACILITY: &str = "demo";
/// The password of every demo account.
pub const PASSWORD: &str = "muan-demo-2026";

/// An account of the demo.
pub struct Account {
    /// What is typed at log-in.
    pub username: &'static str,
    /// Name.
    pub name: &'static str,
    /// Role.
    pub role: Role,
}

/// One of each role, and a second anesthesiologist.
pub const ACCOUNTS: &[Account] = &[
    Account {
        username: "lin",
        name: "林静",
        role: Role::Midwife,
    },
    Account {
        username: "sun",
        name: "孙岚",
        role: Role::Obstetrician,
    },
    Account {
        username: "zhao",
        name: "赵明",
        role: Role::Anesthesiologist,
    },
    Account {
        username: "qian",
        name: "钱敏",
        role: Role::Quality,
    },
    Account {
        username: "wu",
        name: "吴刚",
        role: Role::Admin,
    },
];

/// Fills an empty database.
pub async fn fill(ctx: &Ctx, _simulator: &Simulator) -> Result<()> {
    admin::add_facility(ctx, FACILITY, "母安示范医院", "010-12345678", Settings::default()).await?;
    for account in ACCOUNTS {
        let draft = StaffDraft {
            username: account.username.to_owned(),
            name: account.name.to_owned(),
            license: (account.role == Role::Anesthesiologist).then(|| "110110000012345".to_owned()),
            title: "主治医师".to_owned(),
            role: account.role,
            senior: account.role == Role::Anesthesiologist,
            grants: Vec::new(),
            disabled: false,
        };
        admin::add_staff(ctx, FACILITY, draft, Some(PASSWORD.to_owned())).await?;
    }
    Ok(())
}
