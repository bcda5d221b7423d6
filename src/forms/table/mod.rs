//! Submitted answers as rows: which columns a form has, what stands in them, and the writers of each format. Pure: chunks of
//! bytes in, chunks of bytes out, so that a table of any length takes the memory of a page.

mod columns;
mod csv;
mod ndjson;
mod xlsx;

use crate::base::error::Result;

pub use columns::{Plan, Row};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated.
    Csv,
    /// What the columns of the comma-separated table mean, comma-separated as well: one file a request keeps both plain
    /// streams, which an archive of the two would not be.
    Dictionary,
    /// A workbook.
    Xlsx,
    /// FHIR documents, one a line.
    Ndjson,
}

impl Format {
    /// Media type and the end of a file's name.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Format::Csv => ("text/csv; charset=utf-8", "csv"),
            Format::Dictionary => ("text/csv; charset=utf-8", "dictionary.csv"),
            Format::Xlsx => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
            ),
            Format::Ndjson => ("application/fhir+ndjson", "ndjson"),
        }
    }
}

/// Writes a table, piece by piece.
pub enum Writer {
    /// Comma-separated.
    Csv,
    /// A workbook.
    Xlsx(Box<xlsx::Answers>),
    /// FHIR documents.
    Ndjson,
}

impl Writer {
    /// Of a format.
    pub fn of(format: Format) -> Writer {
        match format {
            Format::Csv | Format::Dictionary => Writer::Csv,
            Format::Xlsx => Writer::Xlsx(Box::default()),
            Format::Ndjson => Writer::Ndjson,
        }
    }

    /// What the columns mean.
    pub fn dictionary(plan: &Plan) -> Vec<u8> {
        csv::dictionary(plan)
    }

    /// What stands before the first row.
    pub fn begin(&mut self, plan: &Plan) -> Result<Vec<u8>> {
        match self {
            Writer::Csv => Ok(csv::head(plan)),
            Writer::Xlsx(book) => book.begin(plan),
            Writer::Ndjson => Ok(Vec::new()),
        }
    }

    /// Some rows.
    pub fn rows(&mut self, plan: &Plan, rows: Vec<Row>) -> Result<Vec<u8>> {
        match self {
            Writer::Csv => Ok(csv::rows(plan, &rows)),
            Writer::Xlsx(book) => book.rows(plan, &rows),
            Writer::Ndjson => ndjson::rows(rows),
        }
    }

    /// What stands after the last row.
    pub fn end(self, plan: &Plan) -> Result<Vec<u8>> {
        match self {
            Writer::Csv | Writer::Ndjson => Ok(Vec::new()),
            Writer::Xlsx(book) => book.end(plan),
        }
    }
}
