//! Two engines, one SQL text: [`Db`] over SQLite (WAL, one writer) and PostgreSQL.
//!
//! Not a query builder and not a repository: a store function writes its SQL with `$n` placeholders, binds owned
//! values, and runs it through anything that is [`Q`]. Texts that must differ stand side by side in [`dialect`].
//! Writing goes through [`tx::Tx`] alone.

pub mod dialect;
pub mod grants;
pub mod migrate;
pub mod once;
pub mod run;
mod statistics;
pub mod tx;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

pub use run::{Param, Query, Row, Sql, placeholders};
pub use tx::Tx;

use writer::Writer;

/// The database of this process.
#[derive(Clone)]
pub enum Db {
    /// One file, one writer, a few read-only readers.
    Sqlite {
        /// Read-only connections: a stray write there fails instead of fighting for the lock.
        read: SqlitePool,
        /// The one write connection, handed from act to act.
        writer: Arc<Writer>,
    },
    /// A server.
    Postgres(PgPool),
}

/// Anything that can start a query: a read handle or a transaction.
pub trait Q: Send {
    /// Starts a query.
    fn q(&mut self, sql: impl Into<Sql>) -> Query<'_>;
}

/// A read handle: each query takes a connection of its own.
#[derive(Clone)]
pub struct Read(pub Db);

impl Q for Read {
    fn q(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        match &self.0 {
            Db::Sqlite { read, .. } => Query::on_sqlite_pool(read, sql.into()),
            Db::Postgres(pool) => Query::on_pg_pool(pool, sql.into()),
        }
    }
}

/// How hard a commit tries to survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every acknowledged write is on the disk: the only setting outside tests.
    Full,
    /// Tests: the file is thrown away anyway.
    Off,
}

impl Db {
    /// Opens or makes a SQLite file and brings it to the newest schema.
    pub async fn sqlite(path: &Path, durability: Durability) -> Result<Db, migrate::Failure> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(match durability {
                Durability::Full => SqliteSynchronous::Full,
                Durability::Off => SqliteSynchronous::Off,
            })
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(256);
        // The reader pool opens after the migration: a reader of the old schema would keep it prepared.
        migrate::sqlite(&options).await?;
        let read = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(4)
            .connect_lazy_with(options.clone().read_only(true).create_if_missing(false));
        Ok(Db::Sqlite {
            read,
            writer: Arc::new(Writer::new(options)),
        })
    }

    /// Connects to a PostgreSQL server and brings it to the newest schema.
    pub async fn postgres(url: &str, connections: u32) -> Result<Db, migrate::Failure> {
        let options: PgConnectOptions = url.parse().map_err(migrate::Failure::Connect)?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await
            .map_err(migrate::Failure::Connect)?;
        migrate::postgres(&pool).await?;
        Ok(Db::Postgres(pool))
    }

    /// A read handle.
    pub fn read(&self) -> Read {
        Read(self.clone())
    }

    /// Begins a write transaction.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Db::Sqlite { writer, .. } => Ok(Tx::Sqlite(writer.clone().begin().await?)),
            Db::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// Closes everything; the SQLite file is checkpointed by its last connection.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { read, writer } => {
                read.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    /// The word of the engine, for `/readyz` and logs.
    pub fn engine(&self) -> &'static str {
        match self {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }
}

/// Where the file of a data directory is.
pub fn sqlite_path(data: &Path) -> PathBuf {
    data.join("muan.db")
}
