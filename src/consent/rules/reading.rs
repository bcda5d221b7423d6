//! Has she read it? Time on the screen per section, from events that a client reports (CE-080 to CE-084).
//!
//! It is supporting evidence and never proof of understanding.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use crate::base::Code;
use crate::consent::model::{Dwell, ReadingBatch, ReadingEvent, ReadingKind};

/// Longer without any event is cut to this: nobody was seen reading (CE-081).
const PAUSE_MS: i64 = 60_000;
/// No sound or film of a consent is longer.
const DAY_MS: i64 = 86_400_000;
/// Clocks of phones and the way of a request differ by so much at most.
const TOLERANCE: Duration = Duration::seconds(5);

/// A section's floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The section.
    pub section: String,
    /// At least so long on the screen, ms.
    pub min_read_ms: i64,
}

const IMPOSSIBLE: Refusal = Refusal::Plain(Code::ConsentReadingImpossible);

/// Whether a new batch can be true beside what came before (CE-083).
///
/// Refuses: `consent.reading_impossible` for gaps or repeats in the sequence, time running backwards or longer than
/// the time that passed here, two sections at once, and reading before the release.
pub fn may_take(
    before: &[ReadingBatch],
    new: &ReadingBatch,
    issued_at: DateTime<Utc>,
) -> Result<(), Refusal> {
    let same: Vec<&ReadingBatch> = before
        .iter()
        .filter(|batch| batch.session == new.session)
        .collect();
    let last = same.iter().rev().find_map(|batch| batch.events.last());
    let (Some(first), Some(newest)) = (new.events.first(), new.events.last()) else {
        return Err(IMPOSSIBLE);
    };
    let begins = match last {
        Some(last) => first.seq == last.seq + 1 && first.at_ms >= last.at_ms,
        None => first.seq == 0 || first.seq == 1,
    };
    let goes_on = new
        .events
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if b.seq == a.seq + 1 && b.at_ms >= a.at_ms));
    // What the client says has passed can't be longer than what passed here since its last word, or since the release.
    let (since_ms, since) = match (last, same.last()) {
        (Some(last), Some(batch)) => (last.at_ms, batch.at),
        _ => (first.at_ms, issued_at),
    };
    let possible = (new.at - since + TOLERANCE).num_milliseconds() >= newest.at_ms - since_ms;
    let all: Vec<ReadingEvent> = same
        .iter()
        .flat_map(|batch| batch.events.iter())
        .chain(&new.events)
        .cloned()
        .collect();
    let counted: i64 = sessions(before, Some(new))
        .values()
        .map(|events| total(events))
        .sum();
    // Two phones don't read twice as fast.
    let within = (new.at - issued_at + TOLERANCE).num_milliseconds() >= counted;
    if begins && goes_on && possible && within && one_at_a_time(&all) {
        Ok(())
    } else {
        Err(IMPOSSIBLE)
    }
}

/// Whether an event says what was played where something was, and nothing of it elsewhere (CE-080).
///
/// # Errors
///
/// The code of the fault: `required`, `unknown`, or `format`.
pub fn fits(event: &ReadingEvent) -> Result<(), &'static str> {
    match (event.kind, event.range) {
        (ReadingKind::MediaRange, None) => Err("required"),
        (ReadingKind::MediaRange, Some(range)) => {
            let within = range.from_ms >= 0 && range.from_ms <= range.to_ms && range.to_ms <= DAY_MS;
            if within { Ok(()) } else { Err("format") }
        }
        (_, Some(_)) => Err("unknown"),
        (_, None) => Ok(()),
    }
}

/// A section leaves before the next one comes, and only what is on the screen can end or leave.
fn one_at_a_time(events: &[ReadingEvent]) -> bool {
    let mut shown: Option<&str> = None;
    for event in events {
        let this = shown == Some(event.section.as_str());
        match event.kind {
            ReadingKind::Visible if shown.is_some() => return false,
            ReadingKind::Visible => shown = Some(&event.section),
            ReadingKind::Hidden | ReadingKind::ScrollEnd if !this => return false,
            ReadingKind::Hidden | ReadingKind::Close => shown = None,
            ReadingKind::Open | ReadingKind::ScrollEnd | ReadingKind::MediaRange => {}
        }
    }
    true
}

type Sessions<'a> = BTreeMap<&'a str, Vec<&'a ReadingEvent>>;

fn sessions<'a>(before: &'a [ReadingBatch], new: Option<&'a ReadingBatch>) -> Sessions<'a> {
    let mut sessions = Sessions::new();
    for batch in before.iter().chain(new) {
        sessions.entry(&batch.session).or_default().extend(&batch.events);
    }
    sessions
}

/// Time on the screen of one session, by section.
fn dwell<'a>(events: &[&'a ReadingEvent]) -> BTreeMap<&'a str, (i64, bool)> {
    let mut found: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
    let mut shown: Option<&str> = None;
    let mut before_ms: Option<i64> = None;
    for event in events {
        if let (Some(section), Some(before)) = (shown, before_ms) {
            found.entry(section).or_default().0 += (event.at_ms - before).clamp(0, PAUSE_MS);
        }
        before_ms = Some(event.at_ms);
        match event.kind {
            ReadingKind::Visible => shown = Some(&event.section),
            ReadingKind::Hidden | ReadingKind::Close => shown = None,
            ReadingKind::ScrollEnd => found.entry(&event.section).or_default().1 = true,
            ReadingKind::Open | ReadingKind::MediaRange => {}
        }
    }
    found
}

fn total(events: &[&ReadingEvent]) -> i64 {
    dwell(events).values().map(|(ms, _)| ms).sum()
}

/// How far each section is read, in the document's order.
pub fn progress(floors: &[Floor], batches: &[ReadingBatch]) -> Vec<Dwell> {
    let mut found: BTreeMap<String, (i64, bool)> = BTreeMap::new();
    for events in sessions(batches, None).values() {
        for (section, (ms, end)) in dwell(events) {
            let entry = found.entry(section.to_owned()).or_default();
            entry.0 += ms;
            entry.1 |= end;
        }
    }
    floors
        .iter()
        .map(|floor| {
            let (dwell_ms, end_reached) = found.get(&floor.section).copied().unwrap_or_default();
            Dwell {
                section: floor.section.clone(),
                dwell_ms,
                floor_ms: floor.min_read_ms,
                end_reached,
                read: end_reached && dwell_ms >= floor.min_read_ms,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::model::MediaRange;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::seconds(seconds)
    }

    fn event(seq: i64, kind: ReadingKind, section: &str, at_ms: i64) -> ReadingEvent {
        ReadingEvent {
            kind,
            section: section.into(),
            seq,
            at_ms,
            range: None,
        }
    }

    fn batch(received: i64, events: Vec<ReadingEvent>) -> ReadingBatch {
        ReadingBatch {
            session: "s".into(),
            events,
            at: at(received),
        }
    }

    fn read(from_seq: i64, section: &str, from_ms: i64, to_ms: i64) -> Vec<ReadingEvent> {
        vec![
            event(from_seq, ReadingKind::Visible, section, from_ms),
            event(from_seq + 1, ReadingKind::ScrollEnd, section, to_ms),
            event(from_seq + 2, ReadingKind::Hidden, section, to_ms),
        ]
    }

    fn floors() -> Vec<Floor> {
        ["a", "b"]
            .map(|section| Floor {
                section: section.into(),
                min_read_ms: 4000,
            })
            .to_vec()
    }

    #[test]
    fn a_section_counts_when_its_floor_and_its_end_are_reached() {
        let whole = batch(20, [read(1, "a", 0, 4000), read(4, "b", 4000, 7999)].concat());
        assert_eq!(may_take(&[], &whole, at(0)), Ok(()));
        let progress = progress(&floors(), &[whole]);
        assert_eq!(progress.iter().map(|d| d.read).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn the_end_is_needed_however_long_it_was_open() {
        let long = batch(
            60,
            vec![
                event(1, ReadingKind::Visible, "a", 0),
                event(2, ReadingKind::Hidden, "a", 50_000),
            ],
        );
        assert!(!progress(&floors(), &[long])[0].read);
    }

    #[test]
    fn a_pause_of_more_than_a_minute_is_cut() {
        let long = batch(4000, read(1, "a", 0, 3_600_000));
        assert_eq!(progress(&floors(), &[long])[0].dwell_ms, 60_000);
    }

    #[test]
    fn reading_longer_than_the_time_that_passed_is_impossible() {
        assert_eq!(may_take(&[], &batch(10, read(1, "a", 0, 15_000)), at(0)), Ok(()));
        assert_eq!(
            may_take(&[], &batch(10, read(1, "a", 0, 15_001)), at(0)),
            Err(IMPOSSIBLE)
        );
        let first = batch(100, read(1, "a", 0, 4000));
        let again = batch(101, read(4, "b", 4000, 11_000));
        assert_eq!(may_take(&[first], &again, at(0)), Err(IMPOSSIBLE));
    }

    #[test]
    fn gaps_repeats_and_overlaps_are_impossible() {
        let first = batch(10, read(1, "a", 0, 4000));
        for (what, events) in [
            ("a gap", read(5, "b", 4000, 8000)),
            ("a repeat", read(3, "b", 4000, 8000)),
            ("backwards", read(4, "b", 3000, 8000)),
            ("empty", vec![]),
        ] {
            assert_eq!(
                may_take(std::slice::from_ref(&first), &batch(20, events), at(0)),
                Err(IMPOSSIBLE),
                "{what}"
            );
        }
        let two = vec![
            event(1, ReadingKind::Visible, "a", 0),
            event(2, ReadingKind::Visible, "b", 10),
        ];
        assert_eq!(may_take(&[], &batch(10, two), at(0)), Err(IMPOSSIBLE));
    }

    #[test]
    fn what_was_played_is_told_with_its_range_and_nothing_else_has_one() {
        let played = |kind, range: Option<(i64, i64)>| ReadingEvent {
            range: range.map(|(from_ms, to_ms)| MediaRange { from_ms, to_ms }),
            ..event(1, kind, "a", 0)
        };
        assert_eq!(fits(&played(ReadingKind::MediaRange, Some((0, 4000)))), Ok(()));
        assert_eq!(fits(&played(ReadingKind::MediaRange, None)), Err("required"));
        for wrong in [(-1, 10), (11, 10), (0, DAY_MS + 1)] {
            assert_eq!(fits(&played(ReadingKind::MediaRange, Some(wrong))), Err("format"));
        }
        assert_eq!(fits(&played(ReadingKind::Visible, Some((0, 1)))), Err("unknown"));
        assert_eq!(fits(&played(ReadingKind::Close, None)), Ok(()));
    }

    #[test]
    fn two_phones_do_not_read_twice_as_fast() {
        let one = batch(30, read(1, "a", 0, 30_000));
        let other = ReadingBatch {
            session: "t".into(),
            ..batch(30, read(1, "b", 0, 30_000))
        };
        assert_eq!(may_take(&[one], &other, at(0)), Err(IMPOSSIBLE));
    }
}
