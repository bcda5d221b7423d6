//! The rights of the role that the service connects as: what is immutable it may read and add to, nothing else (CE-030).
//!
//! The owner of the tables brings the schema forward and grants; triggers refuse changes to the owner as well.

use sqlx::PgPool;

use super::Db;

/// Why nothing was granted.
#[derive(Debug, thiserror::Error)]
pub enum Ungranted {
    /// The embedded database has no roles.
    #[error("the embedded database has no roles; its triggers alone refuse changes")]
    Embedded,
    /// No such role.
    #[error("there is no role {0}; make it with `create role {0} login`, without any rights")]
    Unknown(String),
    /// A role that no grant limits.
    #[error("the role {0} is a superuser or owns the tables: it can't be limited")]
    Unlimited(String),
    /// A statement failed.
    #[error("the rights can't be granted: {0}")]
    Failed(#[from] sqlx::Error),
}

/// What a table lets nobody do: update, delete.
const IMMUTABLE: &str = "\
    select quote_ident(c.relname), \
      coalesce(bool_or(t.tgtype & 16 <> 0), false) or c.relname = '_sqlx_migrations', \
      coalesce(bool_or(t.tgtype & 8 <> 0), false) or c.relname = '_sqlx_migrations' \
    from pg_class c left join pg_trigger t on t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc \
      and t.tgqual is null and t.tgattr::text = '' \
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace group by c.relname order by c.relname";

/// Gives a role what the service needs and takes everything else away; how many tables it may only read and add to.
///
/// Errors: [`Ungranted`]; nothing is changed then.
pub async fn grant(db: &Db, role: &str) -> Result<usize, Ungranted> {
    match db {
        Db::Sqlite { .. } => Err(Ungranted::Embedded),
        Db::Postgres(pool) => on(pool, role).await,
    }
}

async fn on(pool: &PgPool, role: &str) -> Result<usize, Ungranted> {
    let mut tx = pool.begin().await?;
    let known: Option<(String, bool, String)> = sqlx::query_as(
        "select quote_ident(rolname), rolsuper or rolname = current_user, quote_ident(current_schema()) \
         from pg_roles where rolname = $1",
    )
    .bind(role)
    .fetch_optional(&mut *tx)
    .await?;
    let (name, unlimited, schema) = known.ok_or_else(|| Ungranted::Unknown(role.to_owned()))?;
    if unlimited {
        return Err(Ungranted::Unlimited(role.to_owned()));
    }
    let tables: Vec<(String, bool, bool)> = sqlx::query_as(IMMUTABLE).fetch_all(&mut *tx).await?;
    let mut statements = vec![
        format!("revoke all on all tables in schema {schema} from {name}"),
        format!("grant usage on schema {schema} to {name}"),
    ];
    let mut kept = 0;
    for (table, no_update, no_delete) in tables {
        let mut rights = vec!["select"];
        if table != "_sqlx_migrations" {
            rights.push("insert");
        }
        if !no_update {
            rights.push("update");
        }
        if !no_delete {
            rights.push("delete");
        }
        kept += usize::from(no_update && no_delete);
        statements.push(format!(
            "grant {} on {schema}.{table} to {name}",
            rights.join(", ")
        ));
    }
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(kept)
}
