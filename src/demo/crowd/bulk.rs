//! Rows by the hundred in one statement, for made-up women only: what the service writes, its slices' stores write.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::db::{Q, Tx, placeholders};

/// How many rows a statement takes: both engines have room for that many placeholders of any table here.
pub const ROWS: usize = 200;

/// A value of a row.
#[derive(Clone)]
pub enum Value {
    /// An id that may be absent.
    Id(Option<Uuid>),
    /// A text that may be absent.
    Text(Option<String>),
    /// A number that may be absent.
    Number(Option<i64>),
    /// Yes or no, which may be absent.
    Flag(Option<bool>),
    /// A moment that may be absent.
    Time(Option<DateTime<Utc>>),
    /// A day.
    Day(NaiveDate),
    /// Sealed bytes.
    Bytes(Vec<u8>),
}

macro_rules! from {
    ($($of:ty => |$it:ident| $to:expr;)*) => {
        $(impl From<$of> for Value {
            fn from($it: $of) -> Value {
                $to
            }
        })*
    };
}

from! {
    Uuid => |id| Value::Id(Some(id));
    Option<Uuid> => |id| Value::Id(id);
    &str => |text| Value::Text(Some(text.to_owned()));
    String => |text| Value::Text(Some(text));
    Option<&str> => |text| Value::Text(text.map(str::to_owned));
    i64 => |number| Value::Number(Some(number));
    Option<i64> => |number| Value::Number(number);
    bool => |flag| Value::Flag(Some(flag));
    Option<bool> => |flag| Value::Flag(flag);
    DateTime<Utc> => |at| Value::Time(Some(at));
    Option<DateTime<Utc>> => |at| Value::Time(at);
    NaiveDate => |day| Value::Day(day);
    Vec<u8> => |bytes| Value::Bytes(bytes);
}

/// A row of values that turn into [`Value`] by themselves.
macro_rules! row {
    ($($value:expr),* $(,)?) => { [$($crate::demo::crowd::bulk::Value::from($value)),*] };
}
pub(super) use row;

/// Rows of one table that wait to be written.
pub struct Table {
    head: &'static str,
    columns: usize,
    waiting: Vec<Value>,
}

impl Table {
    /// A table, by its name and columns as an `insert` names them.
    pub fn new(head: &'static str) -> Table {
        Table {
            head,
            columns: head.matches(',').count() + 1,
            waiting: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn add<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.columns, "{}", self.head);
        self.waiting.extend(row);
    }

    /// Writes what waits; how many rows.
    pub async fn write(&mut self, tx: &mut Tx) -> Result<usize> {
        let mut written = 0;
        let full = ROWS * self.columns;
        while !self.waiting.is_empty() {
            let rest = self.waiting.split_off(full.min(self.waiting.len()));
            let values = std::mem::replace(&mut self.waiting, rest);
            let rows = values.len() / self.columns;
            let mut query = tx.q(self.statement(rows));
            for value in values {
                query = match value {
                    Value::Id(id) => query.bind(id),
                    Value::Text(text) => query.bind(text),
                    Value::Number(number) => query.bind(number),
                    Value::Flag(flag) => query.bind(flag),
                    Value::Time(at) => query.bind(at),
                    Value::Day(day) => query.bind(day),
                    Value::Bytes(bytes) => query.bind(bytes),
                };
            }
            query.run().await?;
            written += rows;
        }
        Ok(written)
    }

    fn statement(&self, rows: usize) -> String {
        format!("insert into {} values {}", self.head, tuples(rows, self.columns))
    }
}

/// `($1, $2), ($3, $4), …`
fn tuples(rows: usize, columns: usize) -> String {
    let row = |row: usize| format!("({})", placeholders(row * columns + 1, columns));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// How a labor ended.
pub struct End {
    pub labor: Uuid,
    pub born_at: Option<DateTime<Utc>>,
    pub closed_at: DateTime<Utc>,
}

/// Writes how labors ended.
pub async fn end_labors(tx: &mut Tx, ends: &[End]) -> Result<()> {
    let mut query = tx.q(format!(
        "with e (id, born_at, closed_at) as (values {}) update labor set born_at = e.born_at, closed_at = e.closed_at \
         from e where labor.id = e.id",
        tuples(ends.len(), 3)
    ));
    for end in ends {
        query = query.bind(end.labor).bind(end.born_at).bind(end.closed_at);
    }
    query.run().await?;
    Ok(())
}
