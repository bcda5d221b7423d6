//! Decisions about people, pure.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::model::Patient;
use crate::base::Code;

mod looks;
mod news;
mod qualifications;
mod records;
mod retention;
mod second;
mod sessions;
mod settings;
mod totp;

pub use looks::{LOOKS, looked_at};
pub use news::{TOLD, news};
pub use qualifications::{APPROVAL, lacking, may_countersign, standing};
pub use records::{entitled, left_unfinished, may_claim, may_list, may_sign, seal_ends_at, to_seal_again};
pub use retention::{due_at, kept, retain_until};
pub use second::{family_name, is_second_item};
pub use sessions::device_of;
pub use settings::check_settings;
pub use totp::{step_of, uri};

/// Recovery codes that come with a second factor.
pub const RECOVERY_CODES: usize = 10;
/// Failed log-ins before an account rests.
pub const MOST_FAILURES: i64 = 5;
/// How long it rests.
pub const LOCK: Duration = Duration::minutes(15);
/// A woman's session: she opens the mini-program rarely, and each opening logs in again.
pub const PATIENT_SESSION: Duration = Duration::days(30);
/// Her session on a hospital device.
pub const DEVICE_SESSION: Duration = Duration::minutes(60);
/// How long somebody may take at the hospital's provider.
pub const SIGN_ON: Duration = Duration::minutes(10);
/// A staff session: one shift.
pub const STAFF_SESSION: Duration = Duration::hours(12);
/// A fresh proof of presence (CE-021).
pub const STEP_UP: Duration = Duration::minutes(10);
/// A second person's word.
pub const ATTESTATION: Duration = Duration::minutes(10);
/// An invitation.
pub const INVITATION: Duration = Duration::hours(72);
/// A code at the bedside (CE-103).
pub const BEDSIDE_CODE: Duration = Duration::minutes(5);
/// How long a check in person of a guardian counts for a word on a child's data: as for a signature.
pub const GUARDIAN_CHECK: Duration = Duration::minutes(10);
/// How long a check in person counts for letting her account go, and for an invitation that puts another in its place.
pub const ACCOUNT_CHECK: Duration = Duration::minutes(10);
/// Tries to match what the hospital wrote before she was bound.
pub const MATCH_TRIES: i64 = 5;

/// Whether a password may be taken.
///
/// Refuses: `people.password_weak`. Source: NIST SP 800-63B §5.1.1 (length and a list of the common, no recipes).
pub fn may_use_password(password: &str, username: &str) -> Result<(), Code> {
    const COMMON: [&str; 8] = [
        "passwordpassword",
        "123456789012",
        "qwertyuiop12",
        "111111111111",
        "administrator",
        "password1234",
        "abcdefghijkl",
        "woaini131452",
    ];
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let one_letter = password
        .chars()
        .next()
        .is_some_and(|first| password.chars().all(|c| c == first));
    if !(12..=128).contains(&length)
        || COMMON.contains(&lower.as_str())
        || one_letter
        || (username.chars().count() >= 4 && lower.contains(&username.to_lowercase()))
    {
        return Err(Code::PeoplePasswordWeak);
    }
    Ok(())
}

/// Whether an account may try to log in.
pub fn is_locked(locked_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    locked_until.is_some_and(|until| now < until)
}

/// Whether what she enters is what the hospital wrote before she was bound: birth date, or the last four of the
/// identity document. A record with neither is matched by staff in person only.
pub fn matches_record(patient: &Patient, birth_date: Option<NaiveDate>, id_number: Option<&str>) -> bool {
    let last_four = |number: &str| number.chars().rev().take(4).collect::<String>().to_uppercase();
    let birth = patient.birth_date.is_some() && patient.birth_date == birth_date;
    let id = match (&patient.id_number, id_number) {
        (Some(known), Some(entered)) => last_four(known) == last_four(entered),
        _ => false,
    };
    birth || id
}

/// Whether a profile now says that she is somebody else than before: name, birth date or identity document.
pub fn is_another(before: &Patient, now: &Patient) -> bool {
    (&before.name, before.birth_date, before.id_type, &before.id_number)
        != (&now.name, now.birth_date, now.id_type, &now.id_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_common() {
        assert!(may_use_password("correct horse battery", "lin").is_ok());
        for weak in ["short", "123456789012", "aaaaaaaaaaaaaaaa", "administrator"] {
            assert_eq!(
                may_use_password(weak, "lin"),
                Err(Code::PeoplePasswordWeak),
                "{weak}"
            );
        }
        assert_eq!(
            may_use_password("zhaozhaozhao", "zhao"),
            Err(Code::PeoplePasswordWeak)
        );
    }

    #[test]
    fn a_locked_account_opens_after_its_rest() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert!(is_locked(Some(now + LOCK), now));
        assert!(!is_locked(Some(now), now));
        assert!(!is_locked(None, now));
    }

    #[test]
    fn whoever_has_another_name_birth_date_or_document_is_another() {
        let before = Patient {
            id: uuid::Uuid::nil().into(),
            facility_id: uuid::Uuid::nil().into(),
            account_id: None,
            record_number: "2026000001".into(),
            name: Some("梅秀英".into()),
            birth_date: NaiveDate::from_ymd_opt(1996, 3, 12),
            id_type: None,
            id_number: None,
            phone: None,
            phone_confirmed: false,
            height_cm: None,
            language: "zh-CN".into(),
            emergency_contact: None,
            level: 2,
            matched: true,
            is_test: false,
            version: 1,
        };
        let moved = Patient {
            phone: Some("13800000001".into()),
            language: "en".into(),
            ..before.clone()
        };
        assert!(!is_another(&before, &moved));
        for other in [
            Patient {
                name: Some("梅新名".into()),
                ..before.clone()
            },
            Patient {
                birth_date: NaiveDate::from_ymd_opt(1996, 3, 13),
                ..before.clone()
            },
            Patient {
                id_number: Some("E12345678".into()),
                ..before.clone()
            },
        ] {
            assert!(is_another(&before, &other));
        }
    }
}
