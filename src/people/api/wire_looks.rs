//! Wire structs of her access log.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde_json::json;
use uuid::Uuid;

use crate::base::{Locale, Role};
use crate::content::messages;
use crate::people::model::{Look, LookedAt};

/// Somebody looked at her record.
#[derive(Object)]
pub struct LookOut {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// At what.
    pub page: LookedAt,
    /// Who, in which role.
    pub role: Role,
    /// Who, by name.
    pub name: String,
    /// Why, where a reason had to be given.
    pub reason: Option<String>,
    /// All of it in one sentence, in the language asked for.
    pub text: String,
}

impl LookOut {
    /// What she is told of a look.
    pub fn of(look: Look, locale: Locale) -> LookOut {
        let told = |key: String, params| messages::field(locale, &key, Some(&params));
        let who = told(format!("who_{}", look.role.word()), json!({ "name": look.name }));
        let reason = look.reason.as_deref().unwrap_or_default();
        let reason = messages::field(locale, &format!("access_{reason}"), None);
        let text = told(
            format!("look_{}", look.page.word()),
            json!({ "who": who, "reason": reason }),
        );
        LookOut {
            id: look.id,
            at: look.at,
            page: look.page,
            role: look.role,
            name: look.name,
            reason: look.reason,
            text,
        }
    }
}
