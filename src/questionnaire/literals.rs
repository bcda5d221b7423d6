//! Numbers of a JSON text that the parser could not hold. It reads a number as a whole one of 64 bits or as a binary
//! fraction: `49.99999999999999999` would become 50, `1e400` would be no JSON at all. Such a number is made a text before
//! it is parsed, so that it is refused where it stands (`invalidAnswerType`) and never taken for another one.
//!
//! What is kept is the value: `5.10` and `5.1` are the same number, and it is written `5.1`.

use std::borrow::Cow;

use serde_json::Number;

/// Any number of so many digits is held exactly, as long as its power of ten is no greater than the other constant.
const SAFE_DIGITS: usize = 15;
const SAFE_POWER: i64 = 22;

/// The text with quotes around each number that would change. Anything that is no JSON number stays for the parser to
/// complain about.
pub fn exact_numbers(json: &[u8]) -> Cow<'_, [u8]> {
    let mut changed: Vec<u8> = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = after_string(json, at + 1),
            b'-' | b'0'..=b'9' => {
                let rest = json.get(at..).unwrap_or_default();
                let in_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
                let length = rest
                    .iter()
                    .position(|byte| !in_number(byte))
                    .unwrap_or(rest.len());
                let literal = rest.get(..length).unwrap_or_default();
                if is_changed(literal) {
                    changed.extend_from_slice(json.get(copied..at).unwrap_or_default());
                    changed.push(b'"');
                    changed.extend_from_slice(literal);
                    changed.push(b'"');
                    copied = at + length;
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    changed.extend_from_slice(json.get(copied..).unwrap_or_default());
    Cow::Owned(changed)
}

fn after_string(json: &[u8], mut at: usize) -> usize {
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn is_changed(literal: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(literal) else {
        return false;
    };
    if literal.len() <= SAFE_DIGITS && !literal.iter().any(|byte| matches!(byte, b'e' | b'E')) {
        return false;
    }
    if !is_number(text) {
        return false;
    }
    let Some((digits, power)) = significant(text) else {
        // A power of more digits than a number can have.
        return true;
    };
    if digits.len() <= SAFE_DIGITS && power.abs() <= SAFE_POWER {
        return false;
    }
    let held = serde_json::from_str::<Number>(text).map(|number| number.to_string());
    held.map_or(true, |held| significant(&held) != Some((digits, power)))
}

/// The significant digits and the power of ten of the first of them; none for zero.
fn significant(text: &str) -> Option<(String, i64)> {
    let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mantissa = mantissa.trim_start_matches('-');
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{part}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return Some((String::new(), 0));
    }
    let zeros = i64::try_from(all.len() - digits.len()).ok()?;
    let power: i64 = power.trim_start_matches('+').parse().ok()?;
    let first = i64::try_from(whole.len()).ok()?.checked_sub(zeros)?;
    let power = power.checked_add(first)?;
    Some((digits.trim_end_matches('0').to_owned(), power))
}

/// Is it a number of the JSON grammar?
fn is_number(text: &str) -> bool {
    let (mantissa, power) = match text.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, Some(power)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && part.is_none_or(digits)
        && power.is_none_or(|power| digits(power.strip_prefix(['+', '-']).unwrap_or(power)))
}
