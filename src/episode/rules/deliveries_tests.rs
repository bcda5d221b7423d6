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
    let first = after(Outcome::Unclear, 1, 0, now, 1.0);
    assert_eq!((first.state, first.unclear), (DeliveryState::Waiting, 1));
    let second = after(Outcome::Unclear, 2, first.unclear, now, 1.0);
    assert_eq!(second.state, DeliveryState::Dead);
}

#[test]
fn a_permission_that_the_try_without_an_answer_used_up_is_no_refusal() {
    let now = at("2026-03-02T01:00:00Z");
    let refused = |tries, unclear| after(Outcome::NotPermitted, tries, unclear, now, 1.0).state;
    assert_eq!(refused(1, 0), DeliveryState::NotPermitted);
    assert_eq!(refused(2, 1), DeliveryState::Sent);
}

#[test]
fn a_channel_out_of_reach_is_waited_for_most_of_a_day() {
    let now = at("2026-03-02T01:00:00Z");
    let out = |tries| after(Outcome::of_sms(Err(sms::Failure::NotReached)), tries, 0, now, 1.0);
    let pauses = [1, 2, 3, 8, 25].map(|tries| (out(tries).at - now).num_seconds());
    assert_eq!(pauses, [15, 30, 60, 1800, 1800]);
    assert_eq!((out(25).state, out(25).unclear), (DeliveryState::Waiting, 0));
    assert_eq!(out(26).state, DeliveryState::Dead);
}

#[test]
fn who_is_busy_is_asked_again_after_one_two_and_four_seconds() {
    let now = at("2026-03-02T01:00:00Z");
    let busy = |tries| after(Outcome::Later(Wait::Backoff, "x".into()), tries, 0, now, 1.0);
    let pauses = [1, 2, 3].map(|tries| (busy(tries).at - now).num_seconds());
    assert_eq!(pauses, [1, 2, 4]);
    assert_eq!((busy(4).at - now).num_seconds(), 15, "that is more than busy");
    assert_eq!(busy(MOST_TRIES_OF_OUTAGE).state, DeliveryState::Dead);
}

#[test]
fn what_failed_together_comes_again_one_by_one() {
    let now = at("2026-03-02T01:00:00Z");
    let pause = |wait, tries, luck| {
        let next = after(Outcome::Later(wait, "x".into()), tries, 0, now, luck);
        (next.at - now).num_milliseconds()
    };
    assert_eq!(
        [0.0, 0.5, 1.0].map(|luck| pause(Wait::Backoff, 3, luck)),
        [2000, 3000, 4000]
    );
    assert_eq!(
        [0.0, 1.0].map(|luck| pause(Wait::Outage, 1, luck)),
        [7500, 15_000]
    );
}

#[test]
fn a_failure_is_the_channels_and_a_limit_of_her_number_is_hers() {
    let now = at("2026-03-02T01:00:20Z");
    let told = |outcome| channel(&outcome, now);
    assert_eq!(told(Outcome::Unclear), Channel::Fails);
    assert_eq!(
        told(Outcome::of_sms(Err(sms::Failure::NotReached))),
        Channel::Fails
    );
    let limit = Outcome::of_sms(Err(sms::Failure::Busy("x".into())));
    assert_eq!(told(limit), Channel::Works);
    assert_eq!(told(Outcome::NotPermitted), Channel::Works);
    let quota = told(Outcome::Later(Wait::Day, "x".into()));
    assert_eq!(quota, Channel::Full(at("2026-03-02T16:00:00Z")));
}

#[test]
fn a_quota_holds_until_its_minute_or_its_day_is_over() {
    let now = at("2026-03-02T01:00:20Z");
    let waits = |wait| after(Outcome::Later(wait, "x".into()), 1, 0, now, 1.0).at;
    assert_eq!(waits(Wait::Minute), at("2026-03-02T01:01:00Z"));
    assert_eq!(waits(Wait::Day), at("2026-03-02T16:00:00Z"));
    assert_eq!(
        after(Outcome::Later(Wait::Minute, "x".into()), MOST_TRIES, 0, now, 1.0).state,
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
        grave: false,
    };
    let reason = |standing| withheld("survey_due", standing);
    assert_eq!(reason(fine), None);
    let agreed = false;
    assert_eq!(reason(Standing { agreed, ..fine }), Some(Withheld::NotAgreed));
    let restricted = true;
    assert_eq!(
        reason(Standing { restricted, ..fine }),
        Some(Withheld::Restricted)
    );
    let closed = true;
    assert_eq!(reason(Standing { closed, ..fine }), Some(Withheld::Closed));
    let read = true;
    assert_eq!(reason(Standing { read, ..fine }), Some(Withheld::Read));
    for kind in AFTER_THE_END {
        assert_eq!(withheld(kind, Standing { closed, ..fine }), None, "{kind}");
        let unwanted = Standing {
            closed,
            agreed,
            ..fine
        };
        assert_eq!(withheld(kind, unwanted), Some(Withheld::NotAgreed), "{kind}");
    }
    let grave = true;
    let bereaved = Standing {
        closed,
        grave,
        ..fine
    };
    assert_eq!(withheld("record_opened", bereaved), Some(Withheld::Closed));
    assert_eq!(withheld("alert_taken", bereaved), None);
}
