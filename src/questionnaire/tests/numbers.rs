//! Exact numbers and dates.

use std::cmp::Ordering;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::super::PartialDate;
use super::super::assess;
use super::super::reckon::round_half_up;
use super::super::value::exact;
use super::*;

fn bmi(flat: Value) -> Option<String> {
    let published = assessment();
    let form = &published.authored;
    let result = assess(
        form,
        &answers(form, &flat),
        &Context::at(time("2025-09-01T02:00:00Z")),
    );
    result.scores["bmi_now"].map(|bmi| bmi.to_string())
}

#[test]
fn the_body_mass_index_is_rounded_once_and_half_up() {
    assert_eq!(
        bmi(json!({"preg.weight_kg": 72.5, "preg.height_cm": 162.0})).as_deref(),
        Some("27.6")
    );
    assert_eq!(
        bmi(json!({"preg.weight_kg": 64.0, "preg.height_cm": 160.0})).as_deref(),
        Some("25")
    );
    assert_eq!(bmi(json!({"preg.weight_kg": 64.0})), None);
}

#[test]
fn ties_go_up() {
    for (value, rounded) in [
        ("2.25", "2.3"),
        ("2.35", "2.4"),
        ("1.05", "1.1"),
        ("27.65", "27.7"),
        ("27.6253", "27.6"),
    ] {
        let value = Decimal::from_str(value).unwrap();
        assert_eq!(round_half_up(value, 1), Decimal::from_str(rounded).unwrap());
    }
}

#[test]
fn fifteen_digits_are_exact_and_more_are_refused() {
    assert_eq!(exact(&json!(0.1)), Some(Decimal::from_str("0.1").unwrap()));
    assert_eq!(exact(&json!(5.0)), Some(Decimal::from(5)));
    assert_eq!(
        exact(&json!(123456789.012345)),
        Some(Decimal::from_str("123456789.012345").unwrap())
    );
    assert_eq!(exact(&json!(0.1234567890123456)), None);
    assert_eq!(exact(&json!(1e300)), None);
    assert_eq!(exact(&json!("5")), None);
}

#[test]
fn a_month_is_undecided_against_one_of_its_days() {
    let read = |text| PartialDate::parse(text);
    assert_eq!(read("2025-02").unwrap().last, read("2025-02-28").unwrap().first);
    let compare = |one, two| read(one).unwrap().compare(&read(two).unwrap());
    for day in ["2025-02-01", "2025-02-14", "2025-02-28"] {
        assert_eq!(
            (compare("2025-02", day), compare(day, "2025-02")),
            (None, None),
            "{day}"
        );
    }
    assert_eq!(
        (compare("2025-02", "2025-02"), compare("2025", "2025-02")),
        (None, None)
    );
    assert_eq!(compare("2025-02", "2025-03-01"), Some(Ordering::Less));
    assert_eq!(compare("2025-02", "2025-01-31"), Some(Ordering::Greater));
    assert_eq!(compare("2025-02-14", "2025-02-14"), Some(Ordering::Equal));
    assert_eq!(read("2025").unwrap().day(), None);
    for wrong in [
        "2025-13",
        "2025-02-30",
        "25-01-01",
        "2025-1-1",
        "+2025",
        "",
        "20250101",
        "２０２５",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
