//! Decisions about notices that leave the house: whether, how often, how long to wait. Pure.
//!
//! Source: the contract of WeChat's subscription messages; quiet hours and their exception from the follow-up schedule.

use chrono::{DateTime, Duration, DurationRound, Utc};

use crate::base::clock::{awake, clinic_date, clinic_midnight};
use crate::episode::model::{Delivery, DeliveryState, LedgerEntry, LedgerWord, Next, Notice, Withheld};
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
/// Tries of a channel that is out of reach, some eight hours.
const MOST_TRIES_OF_OUTAGE: i64 = 26;
/// A notice that could have gone out so long ago waits no longer for a channel that nobody answers on.
const PATIENCE: Duration = Duration::hours(10);
/// The first pause for a channel that is out of reach, and the longest.
const OUTAGE: (Duration, Duration) = (Duration::seconds(15), Duration::minutes(30));
/// The pause before another message to her while one is on its way.
const TURN: Duration = Duration::seconds(2);
/// The pause after a try without an answer.
const SECOND_LOOK: Duration = Duration::seconds(30);
/// Notices that answer a red flag come at any hour; everything else waits for the morning.
const ANY_HOUR: [&str; 1] = ["alert_taken"];
/// Notices that come after the end of a pregnancy as well. She is reminded of a point only while it is asked about: that goes
/// on where she was taken elsewhere with a block, and after a punctured dura. Who opens her record does so after the end.
const AFTER_THE_END: [&str; 3] = ["alert_taken", "follow_up_due", OPENED];
const OPENED: &str = "record_opened";

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
    /// She died or was taken to another hospital: her phone may be in other hands.
    pub grave: bool,
}

/// Why a notice of a kind may not leave the house; none if it may.
pub fn withheld(kind: &str, standing: Standing) -> Option<Withheld> {
    let goes_on = AFTER_THE_END.contains(&kind) && !(standing.grave && kind == OPENED);
    let over = standing.closed && !goes_on;
    [
        (standing.restricted, Withheld::Restricted),
        (!standing.agreed, Withheld::NotAgreed),
        (!standing.matched, Withheld::NotMatched),
        (over, Withheld::Closed),
        (standing.read, Withheld::Read),
    ]
    .into_iter()
    .find_map(|(applies, why)| applies.then_some(why))
}

/// When a notice of a kind may go out: now, or after the quiet hours.
pub fn hour(kind: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    if ANY_HOUR.contains(&kind) { now } else { awake(now) }
}

/// Whether a notice has waited so long for a channel that another one is better.
pub fn is_too_late(notice: &Notice, now: DateTime<Utc>) -> bool {
    now > hour(&notice.kind, notice.at) + PATIENCE
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
    /// It, or the notice by it, is settled.
    Settled,
    /// Somebody is at it, or it is too early, were it because the clock was set back: it is looked at again then.
    Later(DateTime<Utc>),
    /// Whoever tried it is gone, and nobody knows what came of it.
    Abandoned,
    /// This channel is over; the next one may be tried.
    Over,
}

/// What there is to do about a delivery.
pub fn found(delivery: &Delivery, now: DateTime<Utc>) -> Found {
    match delivery.state {
        DeliveryState::Waiting if delivery.due_at <= now => Found::Due,
        DeliveryState::Waiting => Found::Later(delivery.due_at),
        DeliveryState::Sent | DeliveryState::Withheld => Found::Settled,
        DeliveryState::Sending => match delivery.begun_at.map(|begun| begun + GONE) {
            Some(gone) if gone > now => Found::Later(gone),
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
    /// Until it is less busy, and after a few times as long as for an outage.
    Backoff,
    /// Longer each time, for most of a day: nobody answers, or only an operator can help.
    Outage,
    /// Longer each time, for most of a day: her number takes no more for now.
    Limit,
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
            Class::Config => Outcome::Later(Wait::Outage, said),
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
            Err(sms::Failure::Busy(said)) => Outcome::Later(Wait::Limit, said),
            Err(sms::Failure::Refused(said)) => Outcome::Failed(said),
        }
    }
}

/// What a try tells of the channel, whoever the message was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// It takes what is right.
    Works,
    /// It takes nothing, and nobody knows for how long.
    Fails,
    /// It takes nothing before then.
    Full(DateTime<Utc>),
}

/// What a try tells of its channel.
pub fn channel(outcome: &Outcome, now: DateTime<Utc>) -> Channel {
    match outcome {
        Outcome::Unclear | Outcome::Later(Wait::Backoff | Wait::Outage, _) => Channel::Fails,
        Outcome::Later(Wait::Minute, _) => Channel::Full(next_minute(now)),
        Outcome::Later(Wait::Day, _) => Channel::Full(next_day(now)),
        _ => Channel::Works,
    }
}

/// What a delivery becomes by what came of its try number `tries`; `luck`, between 0 and 1, spreads what failed together.
///
/// A try without an answer is made once more and never a third time: she may have got both.
pub fn after(outcome: Outcome, tries: i64, unclear: i64, now: DateTime<Utc>, luck: f64) -> Next {
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
        Outcome::Later(wait, said) if tries >= most_tries(wait) => next(DeliveryState::Dead, now, Some(said)),
        Outcome::Later(wait, said) => next(DeliveryState::Waiting, until(wait, tries, now, luck), Some(said)),
    }
}

fn most_tries(wait: Wait) -> i64 {
    match wait {
        Wait::Backoff | Wait::Outage | Wait::Limit => MOST_TRIES_OF_OUTAGE,
        Wait::Turn | Wait::Minute | Wait::Day => MOST_TRIES,
    }
}

fn until(wait: Wait, tries: i64, now: DateTime<Utc>, luck: f64) -> DateTime<Utc> {
    let doubled = |first: Duration, tries: i64| first * (1 << (tries - 1).clamp(0, 8));
    match wait {
        Wait::Backoff if tries <= MOST_RETRIES => now + spread(doubled(Duration::seconds(1), tries), luck),
        Wait::Backoff => now + spread(doubled(OUTAGE.0, tries - MOST_RETRIES).min(OUTAGE.1), luck),
        Wait::Outage | Wait::Limit => now + spread(doubled(OUTAGE.0, tries).min(OUTAGE.1), luck),
        Wait::Turn => now + Duration::seconds(tries.clamp(1, 5)),
        Wait::Minute => next_minute(now),
        Wait::Day => next_day(now),
    }
}

/// Between half of a pause and all of it.
fn spread(pause: Duration, luck: f64) -> Duration {
    let half = pause / 2;
    half + Duration::milliseconds((half.num_milliseconds() as f64 * luck) as i64)
}

fn next_minute(now: DateTime<Utc>) -> DateTime<Utc> {
    let minute = Duration::minutes(1);
    now.duration_trunc(minute).unwrap_or(now) + minute
}

fn next_day(now: DateTime<Utc>) -> DateTime<Utc> {
    clinic_midnight(clinic_date(now) + Duration::days(1))
}

#[cfg(test)]
#[path = "deliveries_tests.rs"]
mod tests;
