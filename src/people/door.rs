//! The acts that the FHIR facade and WeChat's push call, as the routes do: one way in, one authorization.

pub use super::acts::{AuditFilter, audit, me, wechat_pushed};
pub use super::store::AuditRow;
