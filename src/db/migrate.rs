//! Brings a database to the newest schema; refuses one that is newer than this program.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgPool};

use super::statistics;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Why a database can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection, or no such file.
    #[error("the database can't be opened: {0}")]
    Connect(#[source] sqlx::Error),
    /// A newer program has been here.
    #[error(
        "the database has schema version {0}, which is newer than this program knows; use the newer program"
    )]
    Newer(i64),
    /// A statement failed.
    #[error("the database can't be brought to the newest schema: {0}")]
    Migrate(#[source] MigrateError),
}

impl From<MigrateError> for Failure {
    fn from(cause: MigrateError) -> Failure {
        match cause {
            MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
                Failure::Newer(version)
            }
            other => Failure::Migrate(other),
        }
    }
}

pub(super) async fn sqlite(options: &SqliteConnectOptions) -> Result<(), Failure> {
    let mut connection = options.connect().await.map_err(Failure::Connect)?;
    SQLITE.run(&mut connection).await?;
    statistics::tell(&mut connection)
        .await
        .map_err(Failure::Connect)?;
    connection.close().await.map_err(Failure::Connect)
}

pub(super) async fn postgres(pool: &PgPool) -> Result<(), Failure> {
    // The service's own role may not make tables, not even those that are there.
    if is_newest(pool).await {
        return Ok(());
    }
    Ok(POSTGRES.run(pool).await?)
}

/// Whether exactly these migrations were done.
async fn is_newest(pool: &PgPool) -> bool {
    let done: Result<Vec<(i64, Vec<u8>)>, sqlx::Error> =
        sqlx::query_as("select version, checksum from _sqlx_migrations where success order by version")
            .fetch_all(pool)
            .await;
    let known = POSTGRES.iter().map(|one| (one.version, one.checksum.to_vec()));
    done.is_ok_and(|done| done.into_iter().eq(known))
}

/// Versions and names of both sets, for the test that they agree.
pub fn versions() -> [Vec<(i64, String)>; 2] {
    [&SQLITE, &POSTGRES].map(|set| {
        set.iter()
            .map(|m| (m.version, m.description.to_string()))
            .collect()
    })
}
