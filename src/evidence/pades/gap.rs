//! The gap of a signature: one hex string, one DER value, zeros behind it.

/// The most bytes that a gap may hold: a signature with long chains and a time-stamp takes a tenth of it.
pub(super) const MAX_RESERVE: usize = 64 * 1024;

/// The longest header of a sequence that fits, in bytes.
const HEADER: usize = 6;

/// The length of the DER sequence at the beginning, with its header, in bytes. What is inside is not looked at.
pub(super) fn sequence_length(bytes: &[u8]) -> Option<usize> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *tag != 0x30 {
        return None;
    }
    if *first < 0x80 {
        return usize::from(*first).checked_add(2);
    }
    let count = usize::from(first & 0x7f);
    let digits = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
    let length = digits.iter().try_fold(0_usize, |length, byte| {
        length.checked_mul(256)?.checked_add((*byte).into())
    })?;
    // The shortest form and no other, or one value could be written in several ways.
    let shortest = digits.first() != Some(&0) && length >= 0x80;
    length.checked_add(count)?.checked_add(2).filter(|_| shortest)
}

/// Is this one DER sequence and nothing else?
pub(super) fn is_sequence(bytes: &[u8]) -> bool {
    sequence_length(bytes) == Some(bytes.len())
}

/// Writes the contents and zeros over the digits of a gap, which must be long enough.
pub(super) fn fill(digits: &mut [u8], contents: &[u8]) -> Option<()> {
    digits.fill(b'0');
    let written = digits.get_mut(..contents.len().checked_mul(2)?)?;
    hex::encode_to_slice(contents, written).ok()
}

/// What stands in a gap, its padding checked and taken off.
pub(super) fn contents(digits: &[u8]) -> Option<Vec<u8>> {
    let header = decode(digits.get(..HEADER.checked_mul(2)?.min(digits.len()))?)?;
    let length = sequence_length(&header)?.checked_mul(2)?;
    let (contents, padding) = digits.split_at_checked(length)?;
    if padding.iter().any(|digit| *digit != b'0') {
        return None;
    }
    decode(contents)
}

fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    // Upper case would be a second way to write the same file.
    if digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut bytes = vec![0; digits.len() / 2];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_says_its_length_in_the_shortest_form() {
        assert_eq!(sequence_length(&[0x30, 0]), Some(2));
        assert_eq!(sequence_length(&[0x30, 0x7f]), Some(129));
        assert_eq!(sequence_length(&[0x30, 0x81, 0x80]), Some(131));
        assert_eq!(sequence_length(&[0x30, 0x82, 1, 0]), Some(260));
        for refused in [
            &[0x30][..],
            &[0x31, 0],
            &[0x30, 0x80],
            &[0x30, 0x81, 0x7f],
            &[0x30, 0x82, 0, 0x80],
            &[0x30, 0x82, 1],
            &[0x30, 0x85, 1, 0, 0, 0, 0],
            &[0x30, 0xff],
            &[],
        ] {
            assert_eq!(sequence_length(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn the_padding_is_zero_and_the_digits_are_written_one_way() {
        let mut digits = [b'x'; 12];
        fill(&mut digits, &[0x30, 2, 0xab, 0]).unwrap();
        assert_eq!(&digits, b"3002ab000000");
        assert_eq!(contents(&digits), Some(vec![0x30, 2, 0xab, 0]));
        for refused in [
            &b"3002ab000001"[..],
            b"3002AB000000",
            b"3002ab00000",
            b"3003ab",
            b"",
            b"300 ",
        ] {
            assert_eq!(contents(refused), None, "{refused:?}");
        }
        assert_eq!(fill(&mut digits, &[0; 7]), None, "one byte too many");
    }
}
