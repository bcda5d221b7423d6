//! What `demo` says when it is ready, and `demo.json` for scripts.

use std::path::Path;

use serde_json::json;

use super::seed::{ACCOUNTS, FACILITY, PASSWORD};
use crate::app::StartFault;

/// Where everything is.
pub struct Welcome {
    /// The public address.
    pub base_url: String,
    /// The address of `/metrics`.
    pub admin_url: String,
    /// The simulator's address.
    pub simulator_url: String,
}

impl Welcome {
    /// Writes `demo.json`, complete before anybody is answered.
    pub fn write(&self, data: &Path) -> Result<(), StartFault> {
        let accounts: Vec<_> = ACCOUNTS
            .iter()
            .map(|account| {
                json!({ "role": account.role.word(), "facility": FACILITY, "username": account.username, "password": PASSWORD })
            })
            .collect();
        let document = json!({
            "base_url": self.base_url,
            "admin_url": self.admin_url,
            "simulator_url": self.simulator_url,
            "accounts": accounts,
        });
        let path = data.join("demo.json");
        let temporary = data.join("demo.json.new");
        let text = serde_json::to_string_pretty(&document).unwrap_or_default() + "\n";
        let io = |error| StartFault::Io(path.display().to_string(), error);
        std::fs::write(&temporary, text).map_err(io)?;
        std::fs::rename(&temporary, &path).map_err(io)
    }

    /// A short welcome with a walk to paste.
    pub fn print(&self, data: &Path) {
        let Welcome {
            base_url,
            admin_url,
            simulator_url,
        } = self;
        println!("Muan 母安 is ready.\n");
        println!("  documents  {base_url}/docs");
        println!("  metrics    {admin_url}/metrics");
        println!("  WeChat     {simulator_url} (simulator)");
        println!("  data       {}\n", data.display());
        println!("  accounts of the hospital {FACILITY:?}, password {PASSWORD:?}:");
        for account in ACCOUNTS {
            println!("    {:<12} {}", account.username, account.role.word());
        }
        println!("\n  a walk to paste:\n");
        for line in walk(base_url, simulator_url) {
            println!("    {line}");
        }
        println!();
    }
}

/// Six lines of `curl`: staff log in and see the queue; a woman logs in and sees the agreements.
pub fn walk(base_url: &str, simulator_url: &str) -> [String; 6] {
    let json = "-H content-type:application/json";
    let login = format!(r#"{{"facility":"{FACILITY}","username":"zhao","password":"{PASSWORD}"}}"#);
    [
        format!(
            r#"STAFF=$(curl -s {base_url}/api/staff/v1/sessions {json} -d '{login}' | sed 's/.*"token":"\([^"]*\).*/\1/')"#
        ),
        format!(r#"curl -s {base_url}/api/staff/v1/reviews -H "authorization: Bearer $STAFF""#),
        format!(r#"curl -s {base_url}/api/staff/v1/labors -H "authorization: Bearer $STAFF""#),
        format!(
            r#"CODE=$(curl -s {simulator_url}/simulator/login-codes {json} -d '{{"openid":"o-visitor"}}' | sed 's/.*"code":"\([^"]*\).*/\1/')"#
        ),
        format!(
            r#"SHE=$(curl -s {base_url}/api/patient/v1/sessions {json} -d '{{"wechat_code":"'$CODE'"}}' | sed 's/.*"token":"\([^"]*\).*/\1/')"#
        ),
        format!(r#"curl -s {base_url}/api/patient/v1/me/agreements -H "authorization: Bearer $SHE""#),
    ]
}
