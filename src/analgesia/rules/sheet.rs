//! What is wrong with a body so far, and what its writer has confirmed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::analgesia::limits::{Limit, Verdict};
use crate::base::error::{Fault, Result};
use crate::http::params::Faults;

/// Collects faults of one body against the limits.
pub struct Sheet<'a> {
    /// Every fault.
    pub faults: Faults,
    /// Now, for times that must not be later.
    pub now: DateTime<Utc>,
    confirmed: &'a [String],
    declared: bool,
    outside: BTreeSet<String>,
    relied: bool,
    strange: BTreeSet<String>,
}

/// What a body without a fault holds all the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Pointers of what was given beyond the hard limits.
    pub outside: BTreeSet<String>,
    /// Pointers of measured values that nobody would expect to be right: facts, but somebody comes to look.
    pub strange: BTreeSet<String>,
}

impl Found {
    /// Whether a measured value is strange that was not so before.
    pub fn has_new(&self, before: &Found) -> bool {
        self.strange.difference(&before.strange).next().is_some()
    }
}

impl<'a> Sheet<'a> {
    /// A sheet whose writer confirmed the values at these pointers; `declared` says that something was given beyond
    /// the hard limits.
    pub fn new(now: DateTime<Utc>, confirmed: &'a [String], declared: bool) -> Sheet<'a> {
        Sheet {
            faults: Faults::default(),
            now,
            confirmed,
            declared,
            outside: BTreeSet::new(),
            relied: false,
            strange: BTreeSet::new(),
        }
    }

    /// A setting: beyond the hard limits it is refused.
    pub fn setting(&mut self, pointer: &str, limit: &Limit, value: impl Into<Decimal>) {
        match limit.judge(value.into()) {
            Verdict::Usual => {}
            Verdict::Soft => self.unusual(pointer, limit.params()),
            Verdict::Hard => self.refuse(pointer, "out_of_limits", limit.params()),
        }
    }

    /// Something given or done: beyond the hard limits it must be declared.
    pub fn given(&mut self, pointer: &str, limit: &Limit, value: impl Into<Decimal>) {
        match limit.judge(value.into()) {
            Verdict::Usual => {}
            Verdict::Soft => self.unusual(pointer, limit.params()),
            Verdict::Hard => self.beyond(pointer, "out_of_limits", limit.params()),
        }
    }

    /// A measured value: always a fact, to be confirmed when it is unusual.
    pub fn measured(&mut self, pointer: &str, limit: &Limit, value: impl Into<Decimal>) {
        let verdict = limit.judge(value.into());
        if verdict == Verdict::Hard {
            self.strange.insert(pointer.to_owned());
        }
        if verdict != Verdict::Usual {
            self.unusual(pointer, limit.params());
        }
    }

    /// To be confirmed.
    pub fn unusual(&mut self, pointer: &str, params: Value) {
        if self.confirmed.iter().any(|one| one == pointer) {
            self.relied = true;
        } else {
            self.refuse(pointer, "unconfirmed", params);
        }
    }

    /// A reason that a value which was taken because it was confirmed needs.
    pub fn reasoned(&mut self, reason: Option<&str>, pointer: &str) {
        self.need(!self.relied || reason.is_some(), pointer);
        self.note(reason, pointer, 500);
    }

    /// A reason that a measured value needs which nobody would expect to be right.
    pub fn explained(&mut self, reason: Option<&str>, pointer: &str) {
        self.need(self.strange.is_empty() || reason.is_some(), pointer);
        self.note(reason, pointer, 500);
    }

    /// A reason that a version needs which corrects the one before it.
    pub fn corrected(&mut self, corrects: bool, reason: Option<&str>) {
        let pointer = "/correction_reason";
        self.need(!corrects || reason.is_some(), pointer);
        if let Some(reason) = reason {
            self.faults.text(reason, pointer, 2, 500);
        }
    }

    /// Beyond what is sensible, but done: to be declared with a reason and a second person.
    pub fn beyond(&mut self, pointer: &str, code: &str, params: Value) {
        self.outside.insert(pointer.to_owned());
        if !self.declared {
            self.refuse(pointer, code, params);
        }
    }

    /// A fault.
    pub fn refuse(&mut self, pointer: &str, code: &str, params: Value) {
        self.faults.push(Fault::field(pointer, code).with(params));
    }

    /// A value that must be there.
    pub fn need(&mut self, present: bool, pointer: &str) {
        self.faults.check(present, pointer, "required");
    }

    /// A value that should be there; that nobody took it is confirmed.
    pub fn wanted(&mut self, present: bool, pointer: &str) {
        let none_taken = self.confirmed.iter().any(|one| one == pointer);
        self.need(present || none_taken, pointer);
    }

    /// A time that may be absent but not later than now.
    pub fn past(&mut self, at: Option<DateTime<Utc>>, pointer: &str) {
        if let Some(at) = at {
            self.faults.past(at, self.now, pointer);
        }
    }

    /// A whole number that may be absent.
    pub fn score(&mut self, value: Option<i64>, pointer: &str, low: i64, high: i64) {
        if let Some(value) = value {
            self.faults.number(value, pointer, low, high);
        }
    }

    /// A text that may be absent, of at most `max` characters.
    pub fn note(&mut self, text: Option<&str>, pointer: &str, max: usize) {
        if let Some(text) = text {
            self.faults.text(text, pointer, 1, max);
        }
    }

    /// Two values that can't both be.
    pub fn agree(&mut self, ok: bool, pointer: &str) {
        if !ok {
            self.refuse(pointer, "inconsistent", json!({}));
        }
    }

    /// What the body holds.
    ///
    /// Errors: `http.invalid` with every fault.
    pub fn done(self) -> Result<Found> {
        self.faults.done()?;
        Ok(Found {
            outside: self.outside,
            strange: self.strange,
        })
    }

    /// What a body holds that was taken before, whatever is asked of it now.
    pub fn known(self) -> Found {
        Found {
            outside: self.outside,
            strange: self.strange,
        }
    }
}
