//! Whether a consent is in force, as whoever verifies a document of it is told (CE §13.2). It says nothing about the
//! document: a genuine one may be of a consent that is over.

use chrono::{DateTime, Utc};

use crate::consent::model::{Consent, Force, State};
use crate::evidence::verify::Standing;

/// Where a consent stands at this moment, whether or not the job that ends it has run.
pub fn force(consent: &Consent, now: DateTime<Utc>) -> Force {
    let until = consent.valid_until.filter(|_| consent.started_at.is_none());
    let (standing, since) = match consent.state {
        State::Draft | State::Issued | State::Reading | State::Ready | State::PatientSigned => {
            (Standing::NotYetActive, None)
        }
        State::Active if until.is_some_and(|until| until <= now) => (Standing::Expired, until),
        State::Active => (Standing::InForce, None),
        State::Fulfilled => (Standing::Fulfilled, consent.ended_at),
        State::Refused => (Standing::Refused, consent.ended_at),
        State::Withdrawn => (Standing::Withdrawn, consent.ended_at),
        State::Superseded => (Standing::Superseded, consent.ended_at),
        State::Expired => (Standing::Expired, consent.ended_at),
        State::Voided => (Standing::Voided, consent.ended_at),
    };
    Force {
        standing,
        until: until.filter(|_| standing == Standing::InForce),
        since,
    }
}
