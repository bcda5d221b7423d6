//! The record of received calls: how often each path was asked, and what the last calls said.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::world::{Call, millis};

const KEPT: usize = 1000;
/// Members of a body that are nobody else's business.
const SECRET: [&str; 2] = ["access_token", "secret"];

#[derive(Default)]
pub(super) struct Calls {
    counts: BTreeMap<Call, u64>,
    last: VecDeque<Received>,
}

#[derive(Serialize)]
pub(super) struct Received {
    /// Without the query, in which tokens stand.
    path: &'static str,
    /// Where it is JSON.
    body: Option<Value>,
    #[serde(serialize_with = "millis")]
    at: DateTime<Utc>,
}

impl Calls {
    /// Counts a call and keeps what it said.
    pub fn receive(&mut self, call: Call, body: &[u8], at: DateTime<Utc>) {
        *self.counts.entry(call).or_default() += 1;
        let mut body: Option<Value> = serde_json::from_slice(body).ok();
        if let Some(Value::Object(members)) = &mut body {
            members.retain(|name, _| !SECRET.contains(&name.as_str()));
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(Received {
            path: call.path(),
            body,
            at,
        });
    }

    /// How often a path was called.
    pub fn count(&self, call: Call) -> u64 {
        self.counts.get(&call).copied().unwrap_or(0)
    }

    /// The last calls, oldest first.
    pub fn last(&self) -> &VecDeque<Received> {
        &self.last
    }
}
