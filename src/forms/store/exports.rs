//! Submitted answers in the order of their submission, page by page.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::base::error::Result;
use crate::base::id::{FacilityId, PatientId, ResponseId, StaffId};
use crate::ctx::{Records, View};
use crate::db::{Q, placeholders};
use crate::vault::Sealed;

/// Which answers are meant: those that stand, to one version of a form.
#[derive(Clone)]
pub struct Wanted {
    pub facility: FacilityId,
    pub name: String,
    /// `url|version` of the form.
    pub form: String,
    /// The same of its text after a loss.
    pub after_loss: String,
    /// Submitted until then, so that the page after page is of one moment.
    pub until: DateTime<Utc>,
    /// Not of these women: their data may only be kept, or their records were destroyed.
    pub without: BTreeSet<PatientId>,
}

/// Submitted answers, opened and unread.
pub struct Opened {
    pub id: ResponseId,
    pub patient_id: PatientId,
    pub questionnaire: String,
    pub content: Zeroizing<Vec<u8>>,
    pub staff_items: Option<Zeroizing<Vec<u8>>>,
    pub by_staff: bool,
    pub amends: Option<ResponseId>,
    pub completed_at: DateTime<Utc>,
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ResponseId,
    patient_id: PatientId,
    questionnaire: String,
    content: Sealed,
    staff_items: Option<Sealed>,
    entered_by_id: Option<StaffId>,
    amends_id: Option<ResponseId>,
    completed_at: DateTime<Utc>,
    version: i64,
}

/// Women in one question about those who are left out.
const WOMEN: usize = 500;

/// How many there are.
pub async fn count_submitted(q: &mut impl Q, wanted: &Wanted) -> Result<i64> {
    let (count,): (i64,) = q
        .q(
            "select count(*) from response where facility_id = $1 and name = $2 and questionnaire in ($3, $4) \
             and status = 'completed' and completed_at <= $5",
        )
        .bind(wanted.facility)
        .bind(wanted.name.clone())
        .bind(wanted.form.clone())
        .bind(wanted.after_loss.clone())
        .bind(wanted.until)
        .one()
        .await?;
    let mut left_out = 0;
    for women in Vec::from_iter(&wanted.without).chunks(WOMEN) {
        let marks = placeholders(6, women.len());
        let mut query = q
            .q(format!(
                "select count(*) from response where facility_id = $1 and name = $2 and questionnaire in ($3, $4) \
                 and status = 'completed' and completed_at <= $5 and patient_id in ({marks})"
            ))
            .bind(wanted.facility)
            .bind(wanted.name.clone())
            .bind(wanted.form.clone())
            .bind(wanted.after_loss.clone())
            .bind(wanted.until);
        for woman in women {
            query = query.bind(**woman);
        }
        let (some,): (i64,) = query.one().await?;
        left_out += some;
    }
    Ok(count - left_out)
}

/// The next of them after one that was read, and where the page after them begins; none at the end.
pub async fn submitted(
    view: &mut View,
    wanted: &Wanted,
    (after, after_id): (DateTime<Utc>, ResponseId),
    limit: i64,
) -> Result<(Vec<Opened>, Option<(DateTime<Utc>, ResponseId)>)> {
    let mut rows: Vec<Row> = view
        .q(
            "select id, patient_id, questionnaire, content, staff_items, entered_by_id, amends_id, completed_at, version \
             from response where facility_id = $1 and name = $2 and questionnaire in ($3, $4) \
             and status = 'completed' and completed_at <= $5 and (completed_at, id) > ($6, $7) \
             order by completed_at, id limit $8",
        )
        .bind(wanted.facility)
        .bind(wanted.name.clone())
        .bind(wanted.form.clone())
        .bind(wanted.after_loss.clone())
        .bind(wanted.until)
        .bind(after)
        .bind(after_id)
        .bind(limit)
        .all()
        .await?;
    let last = rows.last().map(|row| (row.completed_at, row.id));
    rows.retain(|row| !wanted.without.contains(&row.patient_id));
    let sealed: Vec<&Sealed> = rows
        .iter()
        .flat_map(|row| [Some(&row.content), row.staff_items.as_ref()])
        .flatten()
        .collect();
    let vault = view.vault();
    vault.warm(view, &sealed).await?;
    let mut opened = Vec::with_capacity(rows.len());
    for row in &rows {
        let content = view.open_bytes(row.id, "content", &row.content).await?;
        let staff_items = match &row.staff_items {
            Some(sealed) => Some(view.open_bytes(row.id, "staff_items", sealed).await?),
            None => None,
        };
        opened.push(Opened {
            id: row.id,
            patient_id: row.patient_id,
            questionnaire: row.questionnaire.clone(),
            content,
            staff_items,
            by_staff: row.entered_by_id.is_some(),
            amends: row.amends_id,
            completed_at: row.completed_at,
            version: row.version,
        });
    }
    Ok((opened, last))
}
