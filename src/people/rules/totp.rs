//! One-time codes of an authenticator app: RFC 6238 with what every app takes, HMAC-SHA-1, six digits, 30 seconds.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

const STEP_S: i64 = 30;
/// Steps either side of now: clocks of phones differ, and a code is typed in slowly (RFC 6238 §5.2).
const AROUND: i64 = 1;

/// The step that a code is of, if it is one of those around now and later than the last one that was used: no code works
/// twice.
pub fn step_of(secret: &[u8], code: &str, now: DateTime<Utc>, used: i64) -> Option<i64> {
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let code: u32 = code.parse().ok()?;
    let now = now.timestamp().div_euclid(STEP_S);
    (now - AROUND..=now + AROUND).find(|step| *step > used && code_of(secret, *step) == Some(code))
}

/// RFC 4226 §5.3.
fn code_of(secret: &[u8], step: i64) -> Option<u32> {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0xf);
    let four: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

/// What an app reads from a QR code: the secret, and under which name it is shown.
pub fn uri(secret: &str, facility: &str, username: &str) -> String {
    format!(
        "otpauth://totp/Muan:{username}@{facility}?secret={secret}&issuer=Muan&algorithm=SHA1&digits=6&period=30"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the vectors of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // The standard prints eight digits; an app shows the last six.
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in vectors {
            assert_eq!(
                step_of(SECRET, code, at(seconds), 0),
                Some(seconds / 30),
                "{code}"
            );
        }
    }

    #[test]
    fn a_code_holds_one_step_early_and_late_and_never_twice() {
        for (seconds, found) in [(0, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(step_of(SECRET, "287082", at(seconds), 0), found, "{seconds}");
        }
        assert_eq!(step_of(SECRET, "287082", at(59), 1), None);
    }

    #[test]
    fn what_is_not_six_digits_is_no_code() {
        for code in ["", "28708", "2870822", "+87082", "28708２"] {
            assert_eq!(step_of(SECRET, code, at(59), 0), None, "{code}");
        }
    }
}
