//! One query for both engines: bind owned values, run, decode rows by `FromRow`.
//!
//! What a query returns is boxed. Otherwise the compiler proves for every route anew that each future within it may
//! be sent to another thread, down to the driver's; that was half of the time a build took.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    Arguments, AssertSqlSafe, Encode, FromRow, PgConnection, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite,
    SqliteConnection, SqlitePool, Type,
};

use crate::base::error::Result;

/// A value that both engines take.
pub trait Param:
    for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres> + Send + 'static
{
}
impl<T> Param for T where
    T: for<'q> Encode<'q, Sqlite>
        + Type<Sqlite>
        + for<'q> Encode<'q, Postgres>
        + Type<Postgres>
        + Send
        + 'static
{
}

/// A row that both engines give.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{}

/// A statement's text.
pub enum Sql {
    /// The same on both engines.
    Both(&'static str),
    /// One each.
    Per {
        /// For SQLite.
        sqlite: &'static str,
        /// For PostgreSQL.
        pg: &'static str,
    },
    /// Built for IN lists and optional filters; never from values.
    Built(String),
}

/// A pair of texts.
pub const fn per(sqlite: &'static str, pg: &'static str) -> Sql {
    Sql::Per { sqlite, pg }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Sql {
        Sql::Both(text)
    }
}

impl From<String> for Sql {
    fn from(text: String) -> Sql {
        Sql::Built(text)
    }
}

impl Sql {
    fn text(self, sqlite: bool) -> SqlStr {
        match self {
            Sql::Both(text) => text.into_sql_str(),
            Sql::Per { sqlite: text, .. } if sqlite => text.into_sql_str(),
            Sql::Per { pg: text, .. } => text.into_sql_str(),
            Sql::Built(text) => AssertSqlSafe(text).into_sql_str(),
        }
    }
}

/// `$first, $first+1, …`, `count` of them.
pub fn placeholders(first: usize, count: usize) -> String {
    (first..first + count)
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(", ")
}

enum Exec<'e> {
    SqlitePool(&'e SqlitePool),
    SqliteConn(&'e mut SqliteConnection),
    PgPool(&'e PgPool),
    PgConn(&'e mut PgConnection),
}

enum Args {
    Sqlite(SqliteArguments),
    Pg(PgArguments),
}

/// A query being put together.
pub struct Query<'e> {
    sql: SqlStr,
    args: Args,
    exec: Exec<'e>,
    error: Option<sqlx::Error>,
}

macro_rules! dispatch {
    ($query:expr, |$args:ident, $exec:ident, $sql:ident| $body:expr) => {{
        let Query {
            sql: $sql,
            args,
            exec,
            error,
        } = $query;
        if let Some(error) = error {
            return Err(error.into());
        }
        match (exec, args) {
            (Exec::SqlitePool($exec), Args::Sqlite($args)) => $body,
            (Exec::SqliteConn($exec), Args::Sqlite($args)) => $body,
            (Exec::PgPool($exec), Args::Pg($args)) => $body,
            (Exec::PgConn($exec), Args::Pg($args)) => $body,
            _ => return Err(crate::base::Error::broken("a query lost its engine")),
        }
    }};
}

impl<'e> Query<'e> {
    pub(super) fn on_sqlite_pool(pool: &'e SqlitePool, sql: Sql) -> Query<'e> {
        Query::new(
            sql.text(true),
            Args::Sqlite(SqliteArguments::default()),
            Exec::SqlitePool(pool),
        )
    }

    pub(super) fn on_sqlite_conn(conn: &'e mut SqliteConnection, sql: Sql) -> Query<'e> {
        Query::new(
            sql.text(true),
            Args::Sqlite(SqliteArguments::default()),
            Exec::SqliteConn(conn),
        )
    }

    pub(super) fn on_pg_pool(pool: &'e PgPool, sql: Sql) -> Query<'e> {
        Query::new(
            sql.text(false),
            Args::Pg(PgArguments::default()),
            Exec::PgPool(pool),
        )
    }

    pub(super) fn on_pg_conn(conn: &'e mut PgConnection, sql: Sql) -> Query<'e> {
        Query::new(
            sql.text(false),
            Args::Pg(PgArguments::default()),
            Exec::PgConn(conn),
        )
    }

    fn new(sql: SqlStr, args: Args, exec: Exec<'e>) -> Query<'e> {
        // On the thread that asks; the engine's own line may come from another. There is no value in it.
        tracing::trace!(sql = sql.as_str(), "a statement");
        Query {
            sql,
            args,
            exec,
            error: None,
        }
    }

    /// Binds the next placeholder.
    pub fn bind<T: Param>(mut self, value: T) -> Self {
        let bound = match &mut self.args {
            Args::Sqlite(args) => args.add(value),
            Args::Pg(args) => args.add(value),
        };
        if let Err(error) = bound {
            self.error.get_or_insert(sqlx::Error::Encode(error));
        }
        self
    }

    /// All rows.
    pub fn all<T: Row>(self) -> BoxFuture<'e, Result<Vec<T>>> {
        async move {
            dispatch!(self, |args, exec, sql| Ok(sqlx::query_as_with(sql, args)
                .fetch_all(exec)
                .await?))
        }
        .boxed()
    }

    /// The row, if there is one.
    pub fn opt<T: Row>(self) -> BoxFuture<'e, Result<Option<T>>> {
        async move {
            dispatch!(self, |args, exec, sql| Ok(sqlx::query_as_with(sql, args)
                .fetch_optional(exec)
                .await?))
        }
        .boxed()
    }

    /// The row.
    pub fn one<T: Row>(self) -> BoxFuture<'e, Result<T>> {
        async move {
            dispatch!(self, |args, exec, sql| Ok(sqlx::query_as_with(sql, args)
                .fetch_one(exec)
                .await?))
        }
        .boxed()
    }

    /// Runs it; how many rows it touched.
    pub fn run(self) -> BoxFuture<'e, Result<u64>> {
        async move {
            dispatch!(self, |args, exec, sql| Ok(sqlx::query_with(sql, args)
                .execute(exec)
                .await?
                .rows_affected()))
        }
        .boxed()
    }
}
