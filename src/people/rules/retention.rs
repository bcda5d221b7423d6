//! How long a record is kept, and when a request is due.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};

use crate::base::clock::{clinic_date, clinic_zone};
use crate::people::model::{Care, Kept, KeptKind};

/// Years after the last discharge (CE-230, 医疗机构病历管理规定 2013 art. 29).
const INPATIENT_YEARS: u32 = 30;
/// Years after the last visit.
const OUTPATIENT_YEARS: u32 = 15;
/// Working days until a request is answered (CE-236).
const ANSWER_DAYS: u32 = 15;

/// The first day on which a record may be destroyed: 30 years after the last discharge, 15 after the last visit, whichever
/// is later. None while she is admitted: the time has not begun.
pub fn retain_until(care: Care) -> Option<NaiveDate> {
    if care.in_hospital {
        return None;
    }
    let later = |day: NaiveDate, years: u32| day.checked_add_months(Months::new(12 * years));
    let visit = later(care.last_visit, OUTPATIENT_YEARS)?;
    let Some(discharge) = care.last_discharge else {
        return Some(visit);
    };
    Some(later(discharge, INPATIENT_YEARS)?.max(visit))
}

/// The end of the fifteenth working day after a request. Weekends are known, and the days that the hospital has named as
/// off; China's public holidays are announced year by year and known to nobody in advance.
pub fn due_at(received_at: DateTime<Utc>, days_off: &[NaiveDate]) -> DateTime<Utc> {
    let mut day = clinic_date(received_at);
    let mut left = ANSWER_DAYS;
    while left > 0 {
        let Some(next) = day.checked_add_days(Days::new(1)) else {
            break;
        };
        day = next;
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        if !weekend && !days_off.contains(&day) {
            left -= 1;
        }
    }
    let end = day.checked_add_days(Days::new(1)).unwrap_or(day);
    let midnight = clinic_zone()
        .from_local_datetime(&end.and_time(NaiveTime::MIN))
        .single();
    midnight.map_or(received_at, |at| at.to_utc())
}

/// What stays in spite of a request to delete, today.
pub fn kept(care: Option<Care>, held: bool, today: NaiveDate) -> Vec<Kept> {
    let stays = |what| Kept { what, until: None };
    let mut all = Vec::new();
    let until = care.and_then(retain_until);
    if care.is_some() && until.is_none_or(|until| until > today) {
        all.push(Kept {
            what: KeptKind::MedicalRecord,
            until,
        });
    }
    if held {
        all.push(stays(KeptKind::LegalHold));
    }
    all.extend([stays(KeptKind::Agreements), stays(KeptKind::Journal)]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_later_of_the_two_times_counts() {
        let until = |visit: &str, discharge: Option<&str>| {
            retain_until(Care {
                last_visit: day(visit),
                last_discharge: discharge.map(day),
                in_hospital: false,
            })
        };
        assert_eq!(until("2026-03-02", None), Some(day("2041-03-02")));
        assert_eq!(until("2026-03-02", Some("2026-04-20")), Some(day("2056-04-20")));
        assert_eq!(
            until("2050-01-01", Some("2026-04-20")),
            Some(day("2065-01-01")),
            "she came back"
        );
        assert_eq!(until("2028-02-29", None), Some(day("2043-02-28")));
    }

    #[test]
    fn nothing_ends_while_she_is_admitted() {
        let care = Care {
            last_visit: day("2026-03-02"),
            last_discharge: Some(day("1990-01-01")),
            in_hospital: true,
        };
        assert_eq!(retain_until(care), None);
    }

    #[test]
    fn fifteen_working_days_are_three_weeks_and_longer_over_days_off() {
        // A Monday, nine in the morning at the clinic.
        let received: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
        assert_eq!(due_at(received, &[]).to_rfc3339(), "2026-03-23T16:00:00+00:00");
        let off = [day("2026-03-04"), day("2026-03-07")];
        assert_eq!(due_at(received, &off).to_rfc3339(), "2026-03-24T16:00:00+00:00");
    }

    #[test]
    fn what_stays_is_named_with_its_time() {
        let care = Care {
            last_visit: day("2026-03-02"),
            last_discharge: None,
            in_hospital: false,
        };
        let names = |held, today: &str| -> Vec<KeptKind> {
            let all = kept(Some(care), held, day(today));
            all.iter().map(|one| one.what).collect()
        };
        assert_eq!(
            names(false, "2026-04-01"),
            [KeptKind::MedicalRecord, KeptKind::Agreements, KeptKind::Journal]
        );
        assert_eq!(
            names(true, "2041-03-02"),
            [KeptKind::LegalHold, KeptKind::Agreements, KeptKind::Journal]
        );
    }
}
