//! The figures as a table, to be kept, sent on and made again by somebody else.

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;

use super::days::Days;
use super::figures::Facts;
use crate::base::error::Result;
use crate::base::table::{Cell, csv, xlsx};
use crate::base::{Act, Locale, Subject};
use crate::ctx::Ctx;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::model::{By, Format};
use crate::quality::table::{self, Table};

/// What is asked for.
pub struct ExportAsk {
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
    /// How time is cut.
    pub by: By,
    /// As what.
    pub format: Format,
    /// Of titles and definitions.
    pub locale: Locale,
}

/// A file.
pub struct Exported {
    /// A name to save it under.
    pub file_name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// The indicators of a period as a table.
///
/// Errors: `http.invalid` for a period that ends before it begins or is longer than 36 months.
#[instrument(name = "quality.export", skip_all)]
pub async fn export(ctx: &Ctx, caller: &Caller, ask: ExportAsk) -> Result<Exported> {
    policy::allowed(caller, Act::QualityExport)?;
    let facility = caller.staff()?.facility;
    let days = Days::read(ctx, facility, ask.from, ask.to).await?;
    let figures = || -> Result<Table> {
        let figures = days.figures(ask.from, ask.to, ask.by)?;
        Ok(table::figures(&figures, days.chosen, ask.locale))
    };
    let births = Facts::read(ctx, facility, ask.from, ask.to);
    let (bytes, rows) = match ask.format {
        Format::Csv => comma_separated(&figures()?),
        Format::Definitions => comma_separated(&table::definitions(ask.locale)),
        Format::Births => comma_separated(&table::births(&births.await?.data())),
        Format::Xlsx => workbook(&[
            figures()?,
            table::definitions(ask.locale),
            table::births(&births.await?.data()),
        ])?,
    };
    let mut tx = ctx.write(Act::QualityExport).await?;
    let detail = json!({ "format": ask.format.word(), "count": rows });
    tx.journal(caller, Subject::list("indicator"), detail).await?;
    tx.commit().await?;
    let (_, suffix) = ask.format.words();
    Ok(Exported {
        file_name: format!("indicators-{}-{}.{suffix}", ask.from, ask.to),
        bytes,
    })
}

fn comma_separated(table: &Table) -> (Vec<u8>, usize) {
    let mut out = csv::MARK.to_owned();
    csv::line(&mut out, table.head.iter().copied());
    for row in &table.rows {
        csv::row(&mut out, row);
    }
    (out.into_bytes(), table.rows.len())
}

fn workbook(tables: &[Table]) -> Result<(Vec<u8>, usize)> {
    let mut book = xlsx::Workbook::default();
    for table in tables {
        book.sheet(table.name)?;
        let head: Vec<Cell<'_>> = table.head.iter().map(|head| Cell::Text((*head).into())).collect();
        book.row(&head)?;
        for row in &table.rows {
            book.row(row)?;
        }
    }
    Ok((book.end()?, tables.iter().map(|table| table.rows.len()).sum()))
}
