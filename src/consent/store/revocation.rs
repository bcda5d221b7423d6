//! What issuers said of the certificates that seal: insert-only, with the lists that say it.
//!
//! What a row says of its list is where to look, no more: whether a certificate is revoked is read from the list itself
//! (`sealing::revocation`).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::db::Q;
use crate::evidence::revocation::List;
use crate::evidence::x509::Certificate;

/// A list that is kept, without its bytes.
#[derive(Debug, sqlx::FromRow)]
pub struct KeptList {
    /// Its id.
    pub id: Uuid,
    /// The certificate that was asked about.
    pub certificate_sha256: String,
    /// `good` or `revoked`.
    pub status: String,
}

/// Keeps a list that speaks of a certificate.
pub async fn add_list(
    q: &mut impl Q,
    id: Uuid,
    certificate: &Certificate,
    list: &List,
    at: DateTime<Utc>,
) -> Result<()> {
    q.q(
        "insert into seal_revocation (id, certificate_sha256, certificate, status, revoked_at, issued_at, next_at, list, at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(hex::encode(certificate.sha256()))
    .bind(certificate.der().to_vec())
    .bind(if list.revoked.is_some() { "revoked" } else { "good" })
    .bind(list.revoked)
    .bind(list.issued)
    .bind(list.next)
    .bind(list.der.clone())
    .bind(at)
    .run()
    .await?;
    Ok(())
}

/// The lists that may still say something: those that revoke, and those that are fresh. The newest first.
pub async fn telling_lists(q: &mut impl Q, now: DateTime<Utc>) -> Result<Vec<KeptList>> {
    q.q("select id, certificate_sha256, status from seal_revocation \
        where certificate is not null and list is not null and (status = 'revoked' or next_at >= $1) \
        order by issued_at desc, id desc")
        .bind(now)
        .all()
        .await
}

/// The lists that speak of a certificate, the newest first.
pub async fn lists_of(q: &mut impl Q, certificate_sha256: &str) -> Result<Vec<KeptList>> {
    q.q(
        "select id, certificate_sha256, status from seal_revocation \
        where certificate is not null and list is not null and certificate_sha256 = $1 order by issued_at desc, id desc",
    )
    .bind(certificate_sha256.to_owned())
    .all()
    .await
}

/// How many certificates have a fresh list of more than so many bytes.
pub async fn count_large_lists(q: &mut impl Q, bytes: usize, now: DateTime<Utc>) -> Result<i64> {
    let (count,): (i64,) = q
        .q("select count(distinct certificate_sha256) from seal_revocation where length(list) > $1 and next_at >= $2")
        .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
        .bind(now)
        .one()
        .await?;
    Ok(count)
}

/// The certificate that was asked about, and the list, both in DER.
pub async fn list(q: &mut impl Q, id: Uuid) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    q.q("select certificate, list from seal_revocation where id = $1")
        .bind(id)
        .opt()
        .await
}
