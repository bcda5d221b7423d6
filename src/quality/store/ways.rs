//! What stands in other slices' tables on the way to a birth and after it: clear columns, counted and never changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, LaborId};
use crate::db::Q;
use crate::followup::model::Point;
use crate::quality::indicators::{PointFact, Way};

/// How many required lessons the statement has room for.
const LESSONS: usize = 8;

macro_rules! born {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " where l.facility_id = $1 and l.born_at >= $2 and l.born_at < $3",
            $rest
        )
    };
}

/// Lessons are done when both the text and its quiz are.
const TAUGHT: &str = born!(
    "select l.id, e.created_at, count(p.slug) from labor l join episode e on e.id = l.episode_id \
     left join lesson_progress p on p.episode_id = l.episode_id and p.completed_at <= l.born_at \
     and p.passed_at <= l.born_at and p.slug in ($4, $5, $6, $7, $8, $9, $10, $11)",
    " group by l.id, e.created_at"
);
const ASSESSED: &str = born!(
    "select l.id, min(v.created_at) from labor l join review v on v.episode_id = l.episode_id",
    " and v.phase = 'antenatal' and not exists (select 1 from withdrawn_answers w where w.response_id = v.response_id) \
     group by l.id"
);
const CONSENTED: &str = born!(
    "select distinct l.id from labor l join consent c on c.episode_id = l.episode_id",
    " and c.state <> 'voided' and c.signed_at <= l.first_dose_at and (c.activated_at <= l.first_dose_at or (c.medium = 'paper' \
     and c.activated_at is not null)) and (c.ended_at is null or c.ended_at > l.first_dose_at)"
);
const POINTS: &str = born!(
    "select f.labor_id, f.point, f.overdue_at, f.complete from follow_up f join labor l on l.id = f.labor_id",
    " and (f.ended is null or f.ended = 'lost')"
);

/// The ways of all births in `[from, to)`; `required` are the lessons that everybody is to have done.
pub async fn ways(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    required: &[&str],
) -> Result<BTreeMap<LaborId, Way>> {
    if required.len() > LESSONS {
        return Err(Error::broken(
            "more required lessons than the statement has room for",
        ));
    }
    let mut ways: BTreeMap<LaborId, Way> = BTreeMap::new();
    let mut taught = q.q(TAUGHT).bind(facility).bind(from).bind(to);
    for n in 0..LESSONS {
        taught = taught.bind(required.get(n).copied().unwrap_or_default().to_owned());
    }
    let taught: Vec<(LaborId, DateTime<Utc>, i64)> = taught.all().await?;
    for (labor, registered_at, done) in taught {
        let way = ways.entry(labor).or_default();
        way.registered_at = Some(registered_at);
        way.taught = done == required.len() as i64;
    }
    let assessed: Vec<(LaborId, DateTime<Utc>)> =
        q.q(ASSESSED).bind(facility).bind(from).bind(to).all().await?;
    for (labor, at) in assessed {
        ways.entry(labor).or_default().assessed_at = Some(at);
    }
    let consented: Vec<(LaborId,)> = q.q(CONSENTED).bind(facility).bind(from).bind(to).all().await?;
    for (labor,) in consented {
        ways.entry(labor).or_default().consented = true;
    }
    let points: Vec<(LaborId, String, DateTime<Utc>, Option<bool>)> =
        q.q(POINTS).bind(facility).bind(from).bind(to).all().await?;
    for (labor, point, overdue_at, complete) in points {
        // A point of a kind that no indicator counts.
        let Some(point) = Point::parse(&point) else {
            continue;
        };
        ways.entry(labor).or_default().points.push(PointFact {
            point,
            overdue_at,
            complete: complete.unwrap_or(false),
        });
    }
    Ok(ways)
}
