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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::rules::guards::tests::{at, consent};

    fn at_hour(consent: &Consent, hour: i64) -> (Standing, bool, bool) {
        let force = force(consent, at(hour));
        (force.standing, force.until.is_some(), force.since.is_some())
    }

    #[test]
    fn it_is_in_force_until_its_last_moment_whether_or_not_a_job_has_run() {
        let active = consent(State::Active);
        assert_eq!(at_hour(&active, 729), (Standing::InForce, true, false));
        assert_eq!(at_hour(&active, 730), (Standing::Expired, false, true));
        let under_way = Consent {
            started_at: Some(at(729)),
            ..consent(State::Active)
        };
        assert_eq!(at_hour(&under_way, 731), (Standing::InForce, false, false));
    }

    #[test]
    fn what_is_not_in_force_is_never_told_as_if_it_were() {
        for &state in State::ALL {
            let ended = Consent {
                ended_at: Some(at(12)),
                ..consent(state)
            };
            let told = force(&ended, at(11));
            let in_force = told.standing == Standing::InForce;
            assert_eq!(in_force, state == State::Active, "{state:?}");
            assert_eq!(told.until.is_some(), in_force, "{state:?}");
        }
    }
}
