//! The document as the engine prints it, before any seal: one revision, one table of objects.

use super::object::{Entry, array, dictionary, dictionary_object, first_reference, get, reference};
use super::revision::{Fields, State};

/// How deep the tree of pages may be.
const DEPTH: usize = 16;
/// One line of the table of objects, in bytes.
const LINE: usize = 20;

/// What a seal has to know of a printed document.
///
/// # Errors
///
/// The name of the first part that is not as the engine prints it.
pub(super) fn read(pdf: &[u8]) -> Result<State<'_>, &'static str> {
    pdf.starts_with(b"%PDF-1.7\n").then_some(()).ok_or("header")?;
    let xref = last_table(pdf).ok_or("startxref")?;
    let table = Table::read(pdf, xref).ok_or("xref")?;
    let trailer = table.trailer(xref).ok_or("trailer")?;
    let root = get(&trailer, b"Root").and_then(reference).ok_or("root")?;
    let catalog = table.dictionary(root, b"/Catalog").ok_or("catalog")?;
    if [&b"AcroForm"[..], b"Perms", b"DSS"]
        .iter()
        .any(|key| get(&catalog, key).is_some())
    {
        return Err("form");
    }
    let page = table.first_page(&catalog).ok_or("pages")?;
    let page_entries = table.dictionary(page, b"/Page").ok_or("page")?;
    let annotations = match get(&page_entries, b"Annots") {
        Some(value) => array(value).ok_or("annotations")?,
        None => b"",
    };
    Ok(State {
        length: pdf.len(),
        xref,
        size: table.size,
        trailer: without(trailer, b"Size"),
        root,
        catalog,
        page,
        page_entries: without(page_entries, b"Annots"),
        annotations,
        fields: Fields::default(),
        validation: None,
    })
}

fn without<'a>(mut entries: Vec<Entry<'a>>, key: &[u8]) -> Vec<Entry<'a>> {
    entries.retain(|(name, _)| *name != key);
    entries
}

/// Where the last line but one says that the table begins. Nothing may follow the end mark.
fn last_table(pdf: &[u8]) -> Option<usize> {
    let rest = pdf.strip_suffix(b"\n%%EOF")?;
    let digits = rest
        .iter()
        .rev()
        .take(10)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (before, number) = rest.split_at_checked(rest.len().checked_sub(digits)?)?;
    if !before.ends_with(b"\nstartxref\n") {
        return None;
    }
    std::str::from_utf8(number).ok()?.parse().ok()
}

struct Table<'a> {
    pdf: &'a [u8],
    size: u32,
    lines: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Table<'a> {
    fn read(pdf: &'a [u8], at: usize) -> Option<Table<'a>> {
        let rest = pdf.get(at..)?.strip_prefix(b"xref\n0 ")?;
        let digits = rest.iter().take(10).position(|byte| *byte == b'\n')?;
        let size: u32 = std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
        let rest = rest.get(digits.checked_add(1)?..)?;
        let (lines, rest) = rest.split_at_checked(LINE.checked_mul(size.try_into().ok()?)?)?;
        Some(Table {
            pdf,
            size,
            lines,
            rest,
        })
    }

    /// The trailer, which is the end of the document.
    fn trailer(&self, xref: usize) -> Option<Vec<Entry<'a>>> {
        let (entries, end) = dictionary(self.rest.strip_prefix(b"trailer\n")?)?;
        let known: [&[u8]; 4] = [b"Size", b"Root", b"Info", b"ID"];
        let ours = entries.iter().all(|(key, _)| known.contains(key))
            && get(&entries, b"Size")? == self.size.to_string().as_bytes()
            && end == format!("\nstartxref\n{xref}\n%%EOF").as_bytes();
        ours.then_some(entries)
    }

    fn dictionary(&self, number: u32, kind: &[u8]) -> Option<Vec<Entry<'a>>> {
        let line = self
            .lines
            .get(LINE.checked_mul(number.try_into().ok()?)?..)?
            .get(..LINE)?;
        let (offset, rest) = line.split_at_checked(10)?;
        if rest != b" 00000 n\r\n" {
            return None;
        }
        let offset: usize = std::str::from_utf8(offset).ok()?.parse().ok()?;
        dictionary_object(self.pdf.get(offset..)?, number)
            .filter(|entries| get(entries, b"Type") == Some(kind))
    }

    fn first_page(&self, catalog: &[Entry]) -> Option<u32> {
        let mut number = get(catalog, b"Pages").and_then(reference)?;
        for _ in 0..DEPTH {
            let Some(node) = self.dictionary(number, b"/Pages") else {
                return Some(number);
            };
            number = get(&node, b"Kids").and_then(first_reference)?;
        }
        None
    }
}
