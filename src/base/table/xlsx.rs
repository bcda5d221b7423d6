//! A workbook, written while it is sent: a ZIP of small XML parts whose cells hold their texts themselves.
//!
//! A library for workbooks keeps the cells in memory or, at best, in a temporary file; neither is wanted for answers.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::Cell;
use crate::base::error::{Error, Result};

/// A sheet holds 1,048,576 rows.
const MOST_ROWS: u32 = 1_048_576;
/// A cell holds 32,767 UTF-16 units.
const MOST_TEXT: usize = 32_767;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// What was written and not yet taken.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A workbook being written.
pub struct Workbook {
    pipe: Pipe,
    zip: ZipWriter<StreamWriter<Pipe>>,
    sheets: Vec<String>,
    rows: u32,
}

impl Default for Workbook {
    fn default() -> Workbook {
        let pipe = Pipe::default();
        Workbook {
            zip: ZipWriter::new_stream(pipe.clone()),
            pipe,
            sheets: Vec::new(),
            rows: 0,
        }
    }
}

impl Workbook {
    /// Begins another sheet; its first row stays in sight.
    pub fn sheet(&mut self, name: &str) -> Result<()> {
        self.close_sheet()?;
        self.sheets.push(name.to_owned());
        self.rows = 0;
        self.open(&format!("xl/worksheets/sheet{}.xml", self.sheets.len()))?;
        self.write(&format!(
            "{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" \
             topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetData>"
        ))
    }

    /// Whether the sheet takes no further row.
    pub fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS
    }

    /// A row.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.rows += 1;
        let n = self.rows;
        let mut line = format!("<row r=\"{n}\">");
        for (index, cell) in cells.iter().enumerate() {
            let at = letters(index);
            // Writing to a text cannot fail.
            let _ = match cell {
                Cell::Empty => Ok(()),
                Cell::Number(number) => write!(line, "<c r=\"{at}{n}\"><v>{number}</v></c>"),
                Cell::Flag(flag) => write!(line, "<c r=\"{at}{n}\" t=\"b\"><v>{}</v></c>", u8::from(*flag)),
                Cell::Text(text) => {
                    let _ = write!(
                        line,
                        "<c r=\"{at}{n}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"
                    );
                    escape(text, &mut line);
                    write!(line, "</t></is></c>")
                }
            };
        }
        line.push_str("</row>");
        self.write(&line)
    }

    /// What was written since the last call.
    pub fn take(&self) -> Vec<u8> {
        self.pipe.take()
    }

    /// The parts that name all others, and what was not yet taken.
    pub fn end(mut self) -> Result<Vec<u8>> {
        self.close_sheet()?;
        let (mut names, mut relations, mut types) = (String::new(), String::new(), String::new());
        for (n, name) in (1..).zip(&self.sheets) {
            let _ = write!(names, "<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>");
            let _ = write!(
                relations,
                "<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
            );
            let _ = write!(
                types,
                "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
            );
        }
        self.part(
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{names}</sheets></workbook>"
            ),
        )?;
        self.part(
            "xl/_rels/workbook.xml.rels",
            &format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}</Relationships>"),
        )?;
        self.part(
            "_rels/.rels",
            &format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        )?;
        self.part(
            "[Content_Types].xml",
            &format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{types}</Types>"
            ),
        )?;
        self.zip.finish().map_err(broken)?;
        Ok(self.pipe.take())
    }

    fn close_sheet(&mut self) -> Result<()> {
        if self.sheets.is_empty() {
            return Ok(());
        }
        self.write("</sheetData></worksheet>")
    }

    fn part(&mut self, name: &str, text: &str) -> Result<()> {
        self.open(name)?;
        self.write(HEAD)?;
        self.write(text)
    }

    fn open(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip.start_file(name, options).map_err(broken)
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.zip.write_all(text.as_bytes()).map_err(broken)
    }
}

fn broken(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Broken(Box::new(cause))
}

/// `A`, `Z`, `AA`, …
fn letters(index: usize) -> String {
    let mut name = Vec::new();
    let mut left = index + 1;
    while left > 0 {
        left -= 1;
        name.push(b'A' + u8::try_from(left % 26).unwrap_or_default());
        left /= 26;
    }
    name.reverse();
    String::from_utf8(name).unwrap_or_default()
}

/// As XML, without the characters that XML does not know, and no longer than a cell.
fn escape(text: &str, out: &mut String) {
    let mut units = 0;
    for letter in text.chars() {
        units += letter.len_utf16();
        if units > MOST_TEXT {
            return;
        }
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control < ' ' => {}
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        let names: Vec<String> = [0, 25, 26, 701, 702].into_iter().map(letters).collect();
        assert_eq!(names, ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_text_breaks_no_xml_and_no_cell() {
        let mut out = String::new();
        escape("a<b & \"c\"\u{1}\u{ffff}", &mut out);
        assert_eq!(out, "a&lt;b &amp; \"c\"");
        out.clear();
        escape(&"😀".repeat(20_000), &mut out);
        assert_eq!(out.encode_utf16().count(), 32_766);
    }
}
