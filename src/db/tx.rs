//! A write transaction. The act that opened it commits it; dropping it rolls back.

use sqlx::{Postgres, Transaction};

use super::Q;
use super::run::{Query, Sql};
use super::writer::Turn;
use crate::base::error::Result;

/// A write transaction on either engine.
pub enum Tx {
    /// A turn at the one writer: a savepoint in the batch's transaction.
    Sqlite(Turn),
    /// A transaction of its own; the server groups commits.
    Postgres(Transaction<'static, Postgres>),
}

impl Q for Tx {
    fn q(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        match self {
            Tx::Sqlite(turn) => Query::on_sqlite_conn(turn.connection(), sql.into()),
            Tx::Postgres(tx) => Query::on_pg_conn(tx, sql.into()),
        }
    }
}

impl Tx {
    /// Makes everything durable before it answers.
    pub async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(turn) => turn.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Takes everything back.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Tx::Sqlite(turn) => turn.rollback().await?,
            Tx::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}
