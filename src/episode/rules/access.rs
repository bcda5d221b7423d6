//! Who of those who treat women may look into a record, and until when (decision on who reads).

use chrono::{DateTime, Duration, Utc};

use super::LONGEST_OVERDUE;
use crate::base::Role;
use crate::episode::model::{Episode, Stage};

/// The roles that treat women.
pub const TREATING: [Role; 3] = [Role::Midwife, Role::Obstetrician, Role::Anesthesiologist];
/// The puerperium: so long after a birth those who treat women still do.
const AFTERWARDS: Duration = Duration::days(42);
/// An opened record closes after this.
pub const OPENED: Duration = Duration::hours(4);
/// The quality office looks at an opened record within this.
pub const REVIEWED: Duration = Duration::days(3);
/// Completed weeks at the expected date.
const TERM_WEEKS: i64 = 40;

/// Until when those who treat women read what belongs to a pregnancy; none while its end is open.
///
/// One that ended otherwise ends for this when it was closed. One of which nobody has heard since is over three weeks
/// after its date, or a woman who gave birth elsewhere would be read for ever.
pub fn read_until(episode: &Episode) -> Option<DateTime<Utc>> {
    let silent = || episode.reaches(TERM_WEEKS, LONGEST_OVERDUE);
    let over = match episode.stage {
        Stage::Labor => None,
        Stage::Antenatal => Some(silent()),
        Stage::Postpartum | Stage::Closed => {
            let closed = episode.closed_at.map(|at| at.min(silent()));
            episode.born_at.or(closed)
        }
    };
    over.map(|at| at + AFTERWARDS)
}

#[cfg(test)]
mod tests {
    use super::super::tests::episode;
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_birth_is_followed_by_42_days_whenever_the_pregnancy_is_closed() {
        let born_at = Some(at("2026-03-02T08:00:00Z"));
        let until = Some(at("2026-04-13T08:00:00Z"));
        for stage in [Stage::Postpartum, Stage::Closed] {
            let after = Episode {
                born_at,
                closed_at: Some(at("2026-04-27T08:00:00Z")),
                ..episode("2026-03-09", stage)
            };
            assert_eq!(read_until(&after), until);
        }
    }

    #[test]
    fn a_woman_in_labor_is_read_whatever_her_dates_say() {
        let again = Episode {
            born_at: Some(at("2020-03-02T08:00:00Z")),
            ..episode("2020-03-09", Stage::Labor)
        };
        assert_eq!(read_until(&again), None);
    }

    #[test]
    fn without_a_birth_the_closing_counts_and_without_either_the_date() {
        let gone = Episode {
            closed_at: Some(at("2026-03-02T08:00:00Z")),
            ..episode("2026-03-09", Stage::Closed)
        };
        assert_eq!(read_until(&gone), Some(at("2026-04-13T08:00:00Z")));
        let silent = episode("2026-03-09", Stage::Antenatal);
        let days = (read_until(&silent).unwrap() - silent.reaches(40, 0)).num_days();
        assert_eq!(days, 21 + 42);
        let born_somehow = episode("2026-03-09", Stage::Postpartum);
        assert_eq!(read_until(&born_somehow), None);
    }
}
