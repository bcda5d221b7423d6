//! As much of the syntax of PDF as it takes to copy a dictionary and add to it.
//!
//! The bytes may be hostile: nesting, entries and the length of an object are bounded, nothing is read twice, and
//! whatever the document engine does not write (comments, escaped names, other generations) is refused. Streams
//! are never looked into.

/// Deeper nesting is refused.
const DEPTH: usize = 32;
/// More entries in one dictionary are refused.
const ENTRIES: usize = 64;
/// A longer object without its stream is refused, in bytes: a tree of pages as deep as allowed stays cheap.
const OBJECT: usize = 128 * 1024;

/// A key and its value as it is written.
pub(super) type Entry<'a> = (&'a [u8], &'a [u8]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Open(Bracket),
    Close(Bracket),
    Name(&'a [u8]),
    Integer(u32),
    Word(&'a [u8]),
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Dictionary,
    Array,
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// The bytes as long as they belong to the same run; at least one.
    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        let length = self
            .rest
            .iter()
            .position(|byte| !belongs(*byte))
            .unwrap_or(self.rest.len());
        self.take(length).filter(|run| !run.is_empty())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn eat(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn token(&mut self) -> Option<Token<'a>> {
        let _space = self.run(is_space);
        match self.rest {
            [b'<', b'<', ..] => self.take(2).map(|_| Token::Open(Bracket::Dictionary)),
            [b'>', b'>', ..] => self.take(2).map(|_| Token::Close(Bracket::Dictionary)),
            [b'[', ..] => self.take(1).map(|_| Token::Open(Bracket::Array)),
            [b']', ..] => self.take(1).map(|_| Token::Close(Bracket::Array)),
            [b'<', ..] => {
                self.eat(b"<")?;
                let _digits = self.run(|byte| byte.is_ascii_hexdigit());
                self.eat(b">").map(|()| Token::Other)
            }
            [b'(', ..] => self.text().map(|()| Token::Other),
            [b'/', ..] => {
                self.eat(b"/")?;
                self.run(|byte| byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte))
                    .map(Token::Name)
            }
            [b'0'..=b'9', ..] => self.run(is_number).map(|number| {
                let text = std::str::from_utf8(number).unwrap_or_default();
                text.parse().map_or(Token::Other, Token::Integer)
            }),
            [b'-' | b'.', ..] => self.run(is_number).map(|_| Token::Other),
            _ => self.run(|byte| byte.is_ascii_alphabetic()).map(Token::Word),
        }
    }

    /// A text in parentheses, which may hold others.
    fn text(&mut self) -> Option<()> {
        let mut open = 0_usize;
        let mut escaped = false;
        for (at, byte) in self.rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'(' => open = open.checked_add(1)?,
                b')' => open = open.checked_sub(1)?,
                _ => {}
            }
            if open == 0 {
                return self.take(at.checked_add(1)?).map(|_| ());
            }
        }
        None
    }

    /// One value as it is written, a reference included.
    fn value(&mut self) -> Option<&'a [u8]> {
        let _space = self.run(is_space);
        let all = self.rest;
        let mut open = Vec::new();
        loop {
            match self.token()? {
                Token::Open(bracket) if open.len() < DEPTH => open.push(bracket),
                Token::Open(_) => return None,
                Token::Close(bracket) if open.pop() == Some(bracket) => {}
                Token::Close(_) => return None,
                Token::Integer(_) if open.is_empty() => {
                    let number = self.rest;
                    if self.reference_rest().is_none() {
                        self.rest = number;
                    }
                }
                _ => {}
            }
            if open.is_empty() {
                return all.get(..all.len().checked_sub(self.rest.len())?);
            }
        }
    }

    fn reference_rest(&mut self) -> Option<()> {
        let generation = self.token()? == Token::Integer(0);
        (generation && self.token()? == Token::Word(b"R")).then_some(())
    }

    fn reference(&mut self) -> Option<u32> {
        match self.token()? {
            Token::Integer(number) => self.reference_rest().map(|()| number),
            _ => None,
        }
    }

    fn dictionary(&mut self) -> Option<Vec<Entry<'a>>> {
        let mut entries: Vec<Entry> = Vec::new();
        if self.token()? != Token::Open(Bracket::Dictionary) {
            return None;
        }
        loop {
            match self.token()? {
                Token::Close(Bracket::Dictionary) => return Some(entries),
                Token::Name(key) if entries.len() < ENTRIES && get(&entries, key).is_none() => {
                    entries.push((key, self.value()?));
                }
                _ => return None,
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.' || byte == b'-'
}

/// The entries of the dictionary that is object `number`, which is to begin here.
pub(super) fn dictionary_object(bytes: &[u8], number: u32) -> Option<Vec<Entry<'_>>> {
    let mut cursor = Cursor {
        rest: bytes.get(..OBJECT.min(bytes.len()))?,
    };
    cursor.eat(format!("{number} 0 obj\n").as_bytes())?;
    let entries = cursor.dictionary()?;
    cursor.eat(b"\nendobj\n").map(|()| entries)
}

/// The entries of a dictionary, and what follows it.
pub(super) fn dictionary(bytes: &[u8]) -> Option<(Vec<Entry<'_>>, &[u8])> {
    let mut cursor = Cursor {
        rest: bytes.get(..OBJECT.min(bytes.len()))?,
    };
    let entries = cursor.dictionary()?;
    let read = bytes.len().min(OBJECT).checked_sub(cursor.rest.len())?;
    Some((entries, bytes.get(read..)?))
}

/// The value of a key.
pub(super) fn get<'a>(entries: &[Entry<'a>], key: &[u8]) -> Option<&'a [u8]> {
    entries
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| *value)
}

/// The number of the object that a value refers to; only generation 0 is known.
pub(super) fn reference(value: &[u8]) -> Option<u32> {
    let mut cursor = Cursor { rest: value };
    cursor.reference().filter(|_| cursor.rest.is_empty())
}

/// The first object that an array refers to.
pub(super) fn first_reference(value: &[u8]) -> Option<u32> {
    Cursor {
        rest: value.strip_prefix(b"[")?,
    }
    .reference()
}

/// What stands between the brackets of an array.
pub(super) fn array(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"[")?.strip_suffix(b"]")
}

/// Writes an entry the way the document engine does.
pub(super) fn push(out: &mut Vec<u8>, (key, value): Entry) {
    out.push(b'/');
    out.extend_from_slice(key);
    if !matches!(value.first(), Some(b'/' | b'<' | b'[' | b'(')) {
        out.push(b' ');
    }
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Option<Vec<(String, String)>> {
        let read = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        dictionary(text.as_bytes())
            .map(|(entries, _)| entries.into_iter().map(|(k, v)| (read(k), read(v))).collect())
    }

    #[test]
    fn values_are_kept_as_they_are_written() {
        let text = "<</A 1 0 R/B[0 -1.5 (a\\)(b))<FE ff>]/C<</D/E>>/F true/G 7/H(x)>>";
        let text = text.replace("<FE ff>", "<FEff>");
        let found = entries(&text).unwrap();
        let values: Vec<_> = found.iter().map(|(_, value)| value.as_str()).collect();
        let wanted = [
            "1 0 R",
            "[0 -1.5 (a\\)(b))<FEff>]",
            "<</D/E>>",
            "true",
            "7",
            "(x)",
        ];
        assert_eq!(values, wanted);
        let mut again = b"<<".to_vec();
        for entry in dictionary(text.as_bytes()).unwrap().0 {
            push(&mut again, entry);
        }
        assert_eq!([&again[..], b">>"].concat(), text.as_bytes());
    }

    #[test]
    fn what_the_engine_does_not_write_is_refused() {
        for text in [
            "<</A 1/A 2>>",
            "<</A#42 1>>",
            "<</A 1%>>\n>>",
            "<</A[1>>",
            "<</A<<1]>>",
            "<</A(1>>",
            "<</A",
            "<</A>>",
            "<<1 2>>",
            "[]",
            "",
        ] {
            assert_eq!(entries(text), None, "{text}");
        }
        let deep = |n: usize| format!("<</A{}{}>>", "[".repeat(n), "]".repeat(n));
        assert!(entries(&deep(DEPTH)).is_some());
        assert!(entries(&deep(DEPTH + 1)).is_none());
        assert!(entries(&deep(5_000_000)).is_none());
        let wide = |n: usize| format!("<<{}>>", (0..n).map(|n| format!("/A{n} 1")).collect::<String>());
        assert!(entries(&wide(ENTRIES)).is_some());
        assert!(entries(&wide(ENTRIES + 1)).is_none());
    }

    #[test]
    fn a_reference_is_whole_or_none() {
        assert_eq!(reference(b"12 0 R"), Some(12));
        for none in [&b"12 1 R"[..], b"12 0 R 1", b"12", b"12 0 obj", b"-1 0 R", b""] {
            assert_eq!(reference(none), None);
        }
    }
}
