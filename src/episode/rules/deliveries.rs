//! Decisions about notices that leave the house: whether, how often, how long to wait. Pure.
//!
//! Source: the contract of WeChat's subscription messages; quiet hours and their exception from the follow-up schedule.

use chrono::{DateTime, Duration, DurationRound, Utc};

use crate::base::clock::{awake, clinic_date, clinic_midnight};
use crate::episode::model::{Delivery, DeliveryState, LedgerEntry, LedgerWord, Next, Withheld};
use crate::sms;
use crate::wechat::{self, Class};

/// A try without an answer for so long has none: whoever made it is gone. As long as the lease of a job.
const GONE: Duration = Duration::seconds(60);
/// What her phone and WeChat say of one tap comes within this time.
const SAME_TAP: Duration = Duration::seconds(60);
/// A channel that is busy is tried so often again.
const MOST_RETRIES: i64 = 3;
/// Tries in all, whatever the reason to wait.
const MOST_TRIES: i64 = 10;
/// Tries of a channel that is out of reach, about ten hours.
const MOST_TRIES_OF_OUTAGE: i64 = 26;
/// The first pause for a channel that is out of reach, and the longest.
const OUTAGE: (Duration, Duration) = (Duration::seconds(15), Duration::minutes(30));
/// The pause before another message to her while one is on its way.
const TURN: Duration = Duration::seconds(2);
/// The pause after a try without an answer.
const SECOND_LOOK: Duration = Duration::seconds(30);
/// Notices that answer a red flag come at any hour; everything else waits for the morning.
const ANY_HOUR: [&str; 1] = ["alert_taken"];

/// What is known of her when something is to leave the house.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// She has read the notice.
    pub read: bool,
    /// She agreed to reminders.
    pub agreed: bool,
    /// The account is certainly hers.
    pub matched: bool,
    /// Her data may only be kept.
    pub restricted: bool,
    /// Her pregnancy is over, or there is none.
    pub closed: bool,
}

/// Why nothing may leave the house; none if it may.
pub fn withheld(standing: Standing) -> Option<Withheld> {
    [
        (standing.restricted, Withheld::Restricted),
        (!standing.agreed, Withheld::NotAgreed),
        (!standing.matched, Withheld::NotMatched),
        (standing.closed, Withheld::Closed),
        (standing.read, Withheld::Read),
    ]
    .into_iter()
    .find_map(|(applies, why)| applies.then_some(why))
}

/// When a notice of a kind may go out: now, or after the quiet hours.
pub fn hour(kind: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    if ANY_HOUR.contains(&kind) { now } else { awake(now) }
}

/// How many messages of a template she still allows; of a long-term one, whether any.
pub fn left(ledger: &[LedgerEntry], long_term: bool) -> i64 {
    let mut left = 0;
    // Acceptances of which only one side has told.
    let mut told_once: Vec<LedgerEntry> = Vec::new();
    for entry in ledger {
        match entry.word {
            LedgerWord::Accepted | LedgerWord::Reported => {
                let twin = told_once
                    .iter()
                    .position(|other| other.word != entry.word && entry.at - other.at <= SAME_TAP);
                match twin {
                    Some(twin) => {
                        told_once.remove(twin);
                    }
                    None => {
                        told_once.push(*entry);
                        left += 1;
                    }
                }
            }
            LedgerWord::Used if long_term => {}
            LedgerWord::Used => left = (left - 1).max(0),
            LedgerWord::Refused => {
                left = 0;
                told_once.clear();
            }
            LedgerWord::Declined => {}
        }
    }
    left
}

/// What a look at a delivery finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is to be tried now.
    Due,
    /// It, or the notice by it, is settled, or another job comes back to it.
    Settled,
    /// Somebody is at it: it is looked at again then.
    Busy(DateTime<Utc>),
    /// Whoever tried it is gone, and nobody knows what came of it.
    Abandoned,
    /// This channel is over; the next one may be tried.
    Over,
}

/// What there is to do about a delivery.
pub fn found(delivery: &Delivery, now: DateTime<Utc>) -> Found {
    match delivery.state {
        DeliveryState::Waiting if delivery.due_at <= now => Found::Due,
        DeliveryState::Waiting | DeliveryState::Sent | DeliveryState::Withheld => Found::Settled,
        DeliveryState::Sending => match delivery.begun_at.map(|begun| begun + GONE) {
            Some(gone) if gone > now => Found::Busy(gone),
            _ => Found::Abandoned,
        },
        // She may have got it twice: no other channel makes it a third time.
        DeliveryState::Dead if delivery.unclear > 1 => Found::Settled,
        DeliveryState::NotPermitted | DeliveryState::Dead => Found::Over,
    }
}

/// Since when a try counts as being made.
pub fn trying_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - GONE
}

/// When her turn comes while another message to her is on its way.
pub fn turn(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TURN
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken, under this number.
    Sent(Option<String>),
    /// She does not allow it.
    NotPermitted,
    /// No answer: it may have reached her.
    Unclear,
    /// It was not taken and may be tried again.
    Later(Wait, String),
    /// It will never be taken.
    Failed(String),
}

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until it is less busy, a few times.
    Backoff,
    /// Longer each time, for most of a day: nobody says when it is over.
    Outage,
    /// Until another message to her is through.
    Turn,
    /// Until the next minute.
    Minute,
    /// Until the next day.
    Day,
}

impl Outcome {
    /// What WeChat's answer means.
    pub fn of_wechat(answer: Result<wechat::Sent, wechat::Error>) -> Outcome {
        let error = match answer {
            Ok(sent) => return Outcome::Sent(sent.msgid),
            Err(error) => error,
        };
        let said = error
            .errcode
            .map_or_else(|| "unsendable".to_owned(), |code| format!("errcode_{code}"));
        match error.class {
            Class::Busy if error.errcode.is_none() => Outcome::Unclear,
            Class::Busy => Outcome::Later(Wait::Backoff, said),
            Class::Unreached => Outcome::Later(Wait::Outage, "unreached".to_owned()),
            Class::Concurrent => Outcome::Later(Wait::Turn, said),
            Class::RateMinute => Outcome::Later(Wait::Minute, said),
            Class::QuotaDay => Outcome::Later(Wait::Day, said),
            Class::NotSubscribed => Outcome::NotPermitted,
            _ => Outcome::Failed(said),
        }
    }

    /// What a gateway's answer means.
    pub fn of_sms(answer: Result<(), sms::Failure>) -> Outcome {
        match answer {
            Ok(()) => Outcome::Sent(None),
            Err(sms::Failure::NoAnswer) => Outcome::Unclear,
            Err(sms::Failure::NotReached) => Outcome::Later(Wait::Outage, "unreached".to_owned()),
            Err(sms::Failure::Busy(said)) => Outcome::Later(Wait::Outage, said),
            Err(sms::Failure::Refused(said)) => Outcome::Failed(said),
        }
    }
}

/// What a delivery becomes by what came of its try number `tries`.
///
/// A try without an answer is made once more and never a third time: she may have got both.
pub fn after(outcome: Outcome, tries: i64, unclear: i64, now: DateTime<Utc>) -> Next {
    let next = |state, at, reason: Option<String>| Next {
        state,
        unclear,
        at,
        reason,
        message_id: None,
    };
    match outcome {
        Outcome::Sent(message_id) => Next {
            message_id,
            ..next(DeliveryState::Sent, now, None)
        },
        // The try without an answer used her permission up: she has got it.
        Outcome::NotPermitted if unclear > 0 => next(DeliveryState::Sent, now, Some("no_answer".to_owned())),
        Outcome::NotPermitted => next(DeliveryState::NotPermitted, now, Some("refused".to_owned())),
        Outcome::Failed(said) => next(DeliveryState::Dead, now, Some(said)),
        Outcome::Unclear => {
            let (state, at) = match unclear {
                0 => (DeliveryState::Waiting, now + SECOND_LOOK),
                _ => (DeliveryState::Dead, now),
            };
            Next {
                unclear: unclear + 1,
                ..next(state, at, Some("no_answer".to_owned()))
            }
        }
        Outcome::Later(Wait::Backoff, said) if tries > MOST_RETRIES => {
            next(DeliveryState::Dead, now, Some(said))
        }
        Outcome::Later(Wait::Outage, said) if tries < MOST_TRIES_OF_OUTAGE => next(
            DeliveryState::Waiting,
            until(Wait::Outage, tries, now),
            Some(said),
        ),
        Outcome::Later(_, said) if tries >= MOST_TRIES => next(DeliveryState::Dead, now, Some(said)),
        Outcome::Later(wait, said) => next(DeliveryState::Waiting, until(wait, tries, now), Some(said)),
    }
}

fn until(wait: Wait, tries: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let minute = Duration::minutes(1);
    match wait {
        Wait::Backoff => now + Duration::seconds(1 << (tries - 1).clamp(0, MOST_RETRIES)),
        Wait::Outage => now + (OUTAGE.0 * (1 << (tries - 1).clamp(0, 8))).min(OUTAGE.1),
        Wait::Turn => now + Duration::seconds(tries.clamp(1, 5)),
        Wait::Minute => now.duration_trunc(minute).unwrap_or(now) + minute,
        Wait::Day => clinic_midnight(clinic_date(now) + Duration::days(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn ledger(words: &[(i64, LedgerWord)]) -> Vec<LedgerEntry> {
        let begin = at("2026-03-02T01:00:00Z");
        words
            .iter()
            .map(|(second, word)| LedgerEntry {
                word: *word,
                at: begin + Duration::seconds(*second),
            })
            .collect()
    }

    #[test]
    fn each_permission_is_worth_one_message_until_wechat_takes_no_more() {
        use LedgerWord::{Accepted, Declined, Refused, Used};
        let one_time = |words: &[(i64, LedgerWord)]| left(&ledger(words), false);
        assert_eq!(one_time(&[]), 0);
        assert_eq!(one_time(&[(0, Accepted), (900, Accepted), (950, Declined)]), 2);
        assert_eq!(one_time(&[(0, Accepted), (900, Accepted), (950, Used)]), 1);
        assert_eq!(one_time(&[(0, Accepted), (1, Used), (2, Used)]), 0);
        assert_eq!(one_time(&[(0, Accepted), (9, Refused)]), 0);
        assert_eq!(one_time(&[(0, Accepted), (9, Refused), (10, Accepted)]), 1);
    }

    #[test]
    fn a_tap_that_her_phone_and_wechat_both_tell_of_counts_once() {
        use LedgerWord::{Accepted, Reported};
        let one_time = |words: &[(i64, LedgerWord)]| left(&ledger(words), false);
        assert_eq!(one_time(&[(0, Accepted), (5, Reported)]), 1);
        assert_eq!(one_time(&[(0, Reported), (5, Accepted)]), 1);
        assert_eq!(
            one_time(&[(0, Accepted), (1, Accepted), (5, Reported), (6, Reported)]),
            2
        );
        assert_eq!(one_time(&[(0, Accepted), (61, Reported)]), 2);
    }

    #[test]
    fn a_long_term_permission_is_not_used_up() {
        use LedgerWord::{Accepted, Refused, Used};
        assert_eq!(left(&ledger(&[(0, Accepted), (1, Used), (2, Used)]), true), 1);
        assert_eq!(left(&ledger(&[(0, Accepted), (1, Used), (2, Refused)]), true), 0);
    }

    #[test]
    fn only_the_answer_to_a_red_flag_comes_at_night() {
        let night = at("2026-03-02T15:00:00Z");
        assert_eq!(hour("alert_taken", night), night);
        assert_eq!(hour("follow_up_due", night), at("2026-03-03T00:00:00Z"));
    }

    #[test]
    fn a_try_without_an_answer_is_made_once_more_and_never_again() {
        let now = at("2026-03-02T01:00:00Z");
        let first = after(Outcome::Unclear, 1, 0, now);
        assert_eq!((first.state, first.unclear), (DeliveryState::Waiting, 1));
        let second = after(Outcome::Unclear, 2, first.unclear, now);
        assert_eq!(second.state, DeliveryState::Dead);
    }

    #[test]
    fn a_permission_that_the_try_without_an_answer_used_up_is_no_refusal() {
        let now = at("2026-03-02T01:00:00Z");
        assert_eq!(
            after(Outcome::NotPermitted, 1, 0, now).state,
            DeliveryState::NotPermitted
        );
        assert_eq!(after(Outcome::NotPermitted, 2, 1, now).state, DeliveryState::Sent);
    }

    #[test]
    fn a_channel_out_of_reach_is_waited_for_most_of_a_day() {
        let now = at("2026-03-02T01:00:00Z");
        let out = |tries| after(Outcome::of_sms(Err(sms::Failure::NotReached)), tries, 0, now);
        let pauses = [1, 2, 3, 8, 25].map(|tries| (out(tries).at - now).num_seconds());
        assert_eq!(pauses, [15, 30, 60, 1800, 1800]);
        assert_eq!((out(25).state, out(25).unclear), (DeliveryState::Waiting, 0));
        assert_eq!(out(26).state, DeliveryState::Dead);
    }

    #[test]
    fn who_is_busy_is_asked_again_after_one_two_and_four_seconds() {
        let now = at("2026-03-02T01:00:00Z");
        let busy = |tries| after(Outcome::Later(Wait::Backoff, "x".into()), tries, 0, now);
        let pauses = [1, 2, 3].map(|tries| (busy(tries).at - now).num_seconds());
        assert_eq!(pauses, [1, 2, 4]);
        assert_eq!(busy(4).state, DeliveryState::Dead);
    }

    #[test]
    fn a_quota_holds_until_its_minute_or_its_day_is_over() {
        let now = at("2026-03-02T01:00:20Z");
        let waits = |wait| after(Outcome::Later(wait, "x".into()), 1, 0, now).at;
        assert_eq!(waits(Wait::Minute), at("2026-03-02T01:01:00Z"));
        assert_eq!(waits(Wait::Day), at("2026-03-02T16:00:00Z"));
        assert_eq!(
            after(Outcome::Later(Wait::Minute, "x".into()), MOST_TRIES, 0, now).state,
            DeliveryState::Dead
        );
    }

    #[test]
    fn nothing_leaves_the_house_against_her_will_or_into_a_closed_record() {
        let fine = Standing {
            read: false,
            agreed: true,
            matched: true,
            restricted: false,
            closed: false,
        };
        assert_eq!(withheld(fine), None);
        let agreed = false;
        assert_eq!(withheld(Standing { agreed, ..fine }), Some(Withheld::NotAgreed));
        let restricted = true;
        assert_eq!(
            withheld(Standing { restricted, ..fine }),
            Some(Withheld::Restricted)
        );
        let closed = true;
        assert_eq!(withheld(Standing { closed, ..fine }), Some(Withheld::Closed));
        let read = true;
        assert_eq!(withheld(Standing { read, ..fine }), Some(Withheld::Read));
    }
}
