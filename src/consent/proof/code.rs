//! The printed verification code: 130 random bits and a check character, kept as a digest alone (CE-210).

use crate::base::canonical::sha256;

/// Crockford's letters: none of them is taken for another one.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

/// A code, told on the document only.
pub struct Verification(String);

impl Verification {
    /// A fresh one.
    pub fn random() -> Verification {
        let values: Vec<u8> = (0..LENGTH).map(|_| rand::random_range(0..32_u8)).collect();
        let check = check(&values);
        let letters = values.into_iter().chain([check]);
        Verification(
            letters
                .filter_map(|value| LETTERS.get(usize::from(value)))
                .map(|letter| char::from(*letter))
                .collect(),
        )
    }

    /// A code as somebody typed it: in whatever case, with or without dashes, O for 0, I or L for 1. None without its
    /// check character.
    pub fn read(text: &str) -> Option<Verification> {
        let letters = typed(text);
        let values: Option<Vec<u8>> = letters.bytes().map(value).collect();
        let values = values.filter(|values| values.len() == LENGTH + 1)?;
        let (last, values) = values.split_last()?;
        (check(values) == *last).then_some(Verification(letters))
    }

    /// What a text is looked up by, code or not: for one that is none the same is done, and nothing found.
    pub fn looked_up(text: &str) -> [u8; 32] {
        match Verification::read(text) {
            Some(code) => code.digest(),
            None => sha256(format!("no code: {}", typed(text)).as_bytes()),
        }
    }

    /// Without dashes, for links.
    pub fn plain(&self) -> &str {
        &self.0
    }

    /// In groups of four, for reading aloud.
    pub fn grouped(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        letters
            .chunks(4)
            .map(String::from_iter)
            .collect::<Vec<_>>()
            .join("-")
    }

    /// What is kept of it.
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

fn typed(text: &str) -> String {
    let letters = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-');
    letters
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn value(letter: u8) -> Option<u8> {
    let at = LETTERS.iter().position(|known| *known == letter)?;
    u8::try_from(at).ok()
}

/// Luhn's check over base 32: notices one wrong character and most swapped neighbors.
fn check(values: &[u8]) -> u8 {
    let sum: u32 = values
        .iter()
        .rev()
        .enumerate()
        .map(|(at, value)| {
            let weighted = u32::from(*value) * if at % 2 == 0 { 2 } else { 1 };
            weighted / 32 + weighted % 32
        })
        .sum();
    u8::try_from((32 - sum % 32) % 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_more_than_128_bits_and_reads_in_groups() {
        let code = Verification::random();
        assert_eq!(code.plain().len(), LENGTH + 1);
        assert_eq!(code.grouped().replace('-', ""), code.plain());
        assert_ne!(code.plain(), Verification::random().plain());
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Verification::random();
        for typed in [
            code.grouped().to_lowercase(),
            format!(" {} ", code.plain()),
            code.plain().replace('0', "o").replace('1', "l"),
            code.plain().replace('0', "O").replace('1', "I"),
        ] {
            assert_eq!(
                Verification::read(&typed).unwrap().digest(),
                code.digest(),
                "{typed}"
            );
            assert_eq!(Verification::looked_up(&typed), code.digest());
        }
        let short = code.plain().get(1..).unwrap();
        for wrong in ["", "UUUU", short, &format!("{short}{short}"), "核验"] {
            assert!(Verification::read(wrong).is_none(), "{wrong}");
            assert_ne!(Verification::looked_up(wrong), code.digest());
        }
    }

    #[test]
    fn the_check_character_notices_every_single_wrong_character() {
        let values: Vec<u8> = (0..26).collect();
        let right = check(&values);
        for at in 0..values.len() {
            for other in (0..32).filter(|other| *other != values[at]) {
                let mut wrong = values.clone();
                wrong[at] = other;
                assert_ne!(check(&wrong), right, "{at} {other}");
            }
        }
    }
}
