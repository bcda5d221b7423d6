//! Answers as a workbook: sheets of answers, and one of the definitions.

use super::columns::{Plan, Row};
use crate::base::error::Result;
use crate::base::table::Cell;
use crate::base::table::xlsx::Workbook;

/// The workbook of a form.
#[derive(Default)]
pub struct Answers {
    book: Workbook,
    sheets: usize,
}

impl Answers {
    /// The first sheet and its head.
    pub fn begin(&mut self, plan: &Plan) -> Result<Vec<u8>> {
        self.sheet(plan)?;
        Ok(self.book.take())
    }

    /// Some rows; a full sheet is followed by another one.
    pub fn rows(&mut self, plan: &Plan, rows: &[Row]) -> Result<Vec<u8>> {
        for row in rows {
            if self.book.is_full() {
                self.sheet(plan)?;
            }
            self.book.row(&plan.cells(row))?;
        }
        Ok(self.book.take())
    }

    /// The definitions.
    pub fn end(mut self, plan: &Plan) -> Result<Vec<u8>> {
        self.book.sheet("definition")?;
        let text = |text: &str| Cell::text(text.to_owned());
        self.book
            .row(&["column", "zh-CN", "en", "type", "options"].map(text))?;
        for column in &plan.columns {
            let [zh, en] = &column.words;
            let options = plan.options_of(&column.head);
            let cells = [&column.head, zh, en, &column.kind, &options];
            self.book.row(&cells.map(|one| text(one)))?;
        }
        self.book.end()
    }

    fn sheet(&mut self, plan: &Plan) -> Result<()> {
        self.sheets += 1;
        self.book.sheet(&match self.sheets {
            1 => "responses".to_owned(),
            n => format!("responses {n}"),
        })?;
        let head = |head: &str| Cell::Text(head.to_owned().into());
        let heads: Vec<Cell<'_>> = plan.columns.iter().map(|column| head(&column.head)).collect();
        self.book.row(&heads)
    }
}
