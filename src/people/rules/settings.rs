//! Which settings a hospital may choose, pure.

use crate::http::params::Faults;
use crate::people::model::{FOLLOW_UP_ENDS_H, Settings, Window, Windows};

/// Notes each setting that is out of its bounds. Who is on duty is looked up by the act.
pub fn check_settings(settings: &Settings, faults: &mut Faults) {
    faults.number(
        settings.consent_validity_days,
        "/settings/consent_validity_days",
        1,
        90,
    );
    faults.number(settings.countersign_hours, "/settings/countersign_hours", 1, 72);
    faults.number(
        settings.referral_answer_hours,
        "/settings/referral_answer_hours",
        1,
        72,
    );
    // Class I within a day; class II within what hospitals allow at most, two days; the others within a week.
    let events = settings.adverse_event_hours;
    for (member, hours, most) in [
        ("i", events.i, 24),
        ("ii", events.ii, 48),
        ("iii", events.iii, 168),
        ("iv", events.iv, 168),
    ] {
        faults.number(hours, &format!("/settings/adverse_event_hours/{member}"), 1, most);
    }
    // The agreements promise her 180 days at the latest.
    faults.number(settings.behavior_days, "/settings/behavior_days", 30, 180);
    faults.check(settings.days_off.len() <= 400, "/settings/days_off", "length");
    faults.check(
        [10, 15, 30].contains(&settings.one_hour_window_min),
        "/settings/one_hour_window_min",
        "unknown",
    );
    let low = settings.low_pressure;
    faults.number(low.below, "/settings/low_pressure/below", 80, 110);
    faults.number(low.fall_percent, "/settings/low_pressure/fall_percent", 10, 50);
    let uln = settings.aptt_uln;
    faults.check(
        uln >= 20.into() && uln <= 80.into(),
        "/settings/aptt_uln",
        "format",
    );
    check_windows(&settings.follow_up_windows, faults);
}

fn check_windows(windows: &Windows, faults: &mut Faults) {
    let mut before: Option<Window> = None;
    for (point, window) in [
        ("f24", windows.f24),
        ("f72", windows.f72),
        ("f7", windows.f7),
        ("f42", windows.f42),
    ] {
        let at = |member: &str| format!("/settings/follow_up_windows/{point}/{member}");
        faults.number(window.opens_h, &at("opens_h"), 1, FOLLOW_UP_ENDS_H);
        faults.number(window.closes_h, &at("closes_h"), 1, FOLLOW_UP_ENDS_H);
        let mut follows = |ok: bool, member: &str| faults.check(ok, &at(member), "inconsistent");
        follows(window.opens_h < window.due_h, "due_h");
        follows(window.due_h <= window.expires_h, "expires_h");
        follows(window.expires_h <= window.closes_h, "closes_h");
        let call = window.due_h..=window.expires_h;
        follows(call.contains(&window.phone_h), "phone_h");
        if let Some(before) = before {
            // One point after another, and never a day on which she could not report a complaint.
            let next = before.due_h..=before.closes_h;
            follows(next.contains(&window.opens_h), "opens_h");
        }
        before = Some(window);
    }
}
