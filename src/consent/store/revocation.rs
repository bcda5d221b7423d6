//! What issuers said of the certificates that seal: insert-only, with the lists that say it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::db::Q;
use crate::evidence::revocation::{List, Revocations};
use crate::evidence::trust::Revoked;

/// Keeps a list that speaks of a certificate.
pub async fn add_list(
    q: &mut impl Q,
    id: Uuid,
    certificate_sha256: &str,
    list: &List,
    at: DateTime<Utc>,
) -> Result<()> {
    q.q(
        "insert into seal_revocation (id, certificate_sha256, status, revoked_at, issued_at, next_at, list, at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(certificate_sha256.to_owned())
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

/// The newest list that speaks of a certificate.
pub async fn newest_list(q: &mut impl Q, certificate_sha256: &str) -> Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = q
        .q("select list from seal_revocation where certificate_sha256 = $1 order by issued_at desc limit 1")
        .bind(certificate_sha256.to_owned())
        .opt()
        .await?;
    Ok(row.map(|(list,)| list))
}

/// What is known of every certificate that was asked about.
pub async fn revocations(q: &mut impl Q) -> Result<Revocations> {
    type Row = (String, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = q
        .q("select certificate_sha256, min(revoked_at), max(next_at) from seal_revocation group by certificate_sha256")
        .all()
        .await?;
    let mut known = Revocations::default();
    for (certificate, revoked, next) in rows {
        let mut digest = [0; 32];
        if hex::decode_to_slice(&certificate, &mut digest).is_err() {
            continue;
        }
        if let Some(at) = revoked {
            known.revoked.push(Revoked {
                certificate: digest,
                at,
            });
        } else if let Some(next) = next {
            known.good.insert(digest, next);
        }
    }
    Ok(known)
}
