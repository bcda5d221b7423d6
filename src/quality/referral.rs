//! Referral of a woman to another hospital of the alliance, and for how long that one reads her record. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::id::{EpisodeId, FacilityId, PatientId, StaffId};
use crate::content::Unconfirmed;
use crate::people::model::Settings;

crate::words! {
    /// How a referral stands.
    ReferralState {
        /// Sent, not answered.
        Sent = "sent",
        /// The other hospital takes her.
        Accepted = "accepted",
        /// It does not.
        Declined = "declined",
        /// It sent her back.
        Returned = "returned",
        /// The hospital that sent her took it back.
        Withdrawn = "withdrawn",
    }

    /// What lets the other hospital read her record.
    ReferralBasis {
        /// She agreed.
        Agreed = "agreed",
        /// An emergency, in which she could not be asked.
        Emergency = "emergency",
    }

    /// Which referrals.
    Side {
        /// Those of this hospital to others.
        Sent = "sent",
        /// Those of others to this hospital.
        Received = "received",
    }
}

/// A referral.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Referral {
    /// Its id.
    pub id: Uuid,
    /// The hospital whose record it is.
    pub facility_id: FacilityId,
    /// The hospital that is asked.
    pub to: FacilityId,
    /// The case.
    pub case_id: Uuid,
    /// Whose.
    pub patient_id: PatientId,
    /// The pregnancy.
    pub episode_id: EpisodeId,
    /// How it stands.
    pub state: ReferralState,
    /// What lets the other hospital read.
    pub basis: ReferralBasis,
    /// The last day on which it may.
    pub until: NaiveDate,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// A step of a referral; never changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReferralStep {
    /// Its id.
    pub id: Uuid,
    /// Where it led.
    pub state: ReferralState,
    /// What was said; absent of the other hospital's words once they are no longer shared.
    pub text: Option<String>,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl ReferralState {
    /// Whether something may still come of it.
    pub fn is_open(self) -> bool {
        matches!(self, ReferralState::Sent | ReferralState::Accepted)
    }
}

impl Referral {
    /// On which side of it a hospital stands; none on neither.
    pub fn side(&self, facility: FacilityId) -> Option<Side> {
        if facility == self.facility_id {
            Some(Side::Sent)
        } else {
            (facility == self.to).then_some(Side::Received)
        }
    }

    /// Whether the hospital that was asked reads her record on a day.
    pub fn is_shared(&self, on: NaiveDate) -> bool {
        self.state == ReferralState::Accepted && on <= self.until
    }

    /// Whether the hospital that was asked reads what was written to it on a day.
    pub fn letter_is_shared(&self, on: NaiveDate) -> bool {
        self.state.is_open() && on <= self.until
    }
}

/// Whether a side may lead a referral from one state to another.
pub fn may_become(side: Side, from: ReferralState, to: ReferralState) -> bool {
    use ReferralState::{Accepted, Declined, Returned, Sent, Withdrawn};
    matches!(
        (side, from, to),
        (Side::Received, Sent, Accepted | Declined)
            | (Side::Received, Accepted, Returned)
            | (Side::Sent, Sent | Accepted, Withdrawn)
    )
}

/// No page says how long a hospital waits for an answer before its obstetricians are told.
pub fn unconfirmed() -> Unconfirmed {
    Unconfirmed {
        kind: "setting",
        name: "facility".to_owned(),
        place: "referral_answer_hours".to_owned(),
        claim: Settings::default().referral_answer_hours.to_string(),
        source: "GK".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_does_its_part_and_nothing_moves_after_the_end() {
        use ReferralState::{Accepted, Declined, Returned, Sent, Withdrawn};
        let all = ReferralState::ALL;
        let open = |side| {
            let pairs = all.iter().flat_map(|from| all.iter().map(move |to| (*from, *to)));
            pairs
                .filter(|(from, to)| may_become(side, *from, *to))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            open(Side::Received),
            [(Sent, Accepted), (Sent, Declined), (Accepted, Returned)]
        );
        assert_eq!(open(Side::Sent), [(Sent, Withdrawn), (Accepted, Withdrawn)]);
    }

    #[test]
    fn the_record_is_shared_from_the_acceptance_to_the_return_and_no_day_longer() {
        let id = FacilityId(Uuid::nil());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let of = |state| Referral {
            id: Uuid::nil(),
            facility_id: id,
            to: id,
            case_id: Uuid::nil(),
            patient_id: PatientId(Uuid::nil()),
            episode_id: EpisodeId(Uuid::nil()),
            state,
            basis: ReferralBasis::Agreed,
            until: day("2026-03-10"),
            sent_at: DateTime::UNIX_EPOCH,
        };
        for state in ReferralState::ALL {
            let shared = *state == ReferralState::Accepted;
            assert_eq!(of(*state).is_shared(day("2026-03-10")), shared, "{state:?}");
            assert!(!of(*state).is_shared(day("2026-03-11")));
        }
    }
}
