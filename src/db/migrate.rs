//! Brings a database to the newest schema; refuses one that is newer than this program.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgPool};

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
    connection.close().await.map_err(Failure::Connect)
}

pub(super) async fn postgres(pool: &PgPool) -> Result<(), Failure> {
    Ok(POSTGRES.run(pool).await?)
}

/// Versions and names of both sets, for the test that they agree.
pub fn versions() -> [Vec<(i64, String)>; 2] {
    [&SQLITE, &POSTGRES].map(|set| {
        set.iter()
            .map(|m| (m.version, m.description.to_string()))
            .collect()
    })
}
