//! Reading: the board of who is in labor, one labor whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use crate::analgesia::model::{
    BoardLine, Chart, Countdown, Due, DueKind, Labor, LatestValues, ObservationRow, Raised, Rank,
};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId};
use crate::base::{Act, Noun, Page, PageRequest, Subject};
use crate::content::forms::RECHECK;
use crate::ctx::{Ctx, Records, View};
use crate::db::Q;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::{assessment, consent, episode, forms, people};

/// A ward larger than any.
const MOST_ON_WARD: i64 = 200;

/// Where a line stands: how soon somebody looks, since when, and who.
type Place = (i64, DateTime<Utc>, LaborId);

/// Who is on the ward, whoever needs somebody first: in labor, or with a catheter or unchecked legs after the birth. As many
/// statements as for one woman.
#[instrument(name = "analgesia.board", skip_all)]
pub async fn board(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<BoardLine>> {
    policy::allowed(caller, Act::AnalgesiaBoard)?;
    let facility = caller.staff()?.facility;
    let after: Option<Place> = page.after(Act::AnalgesiaBoard.word())?;
    let mut lines = lines(&mut ctx.view(), ctx, facility).await?;
    lines.sort_by_key(place);
    lines.retain(|line| after.is_none_or(|after| place(line) > after));
    let page = page.page(lines, Act::AnalgesiaBoard.word(), place);
    let mut tx = ctx.write(Act::AnalgesiaBoard).await?;
    tx.journal(
        caller,
        Subject::list("labor"),
        json!({ "count": page.items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(page)
}

fn place(line: &BoardLine) -> Place {
    let alarm = line.alarms.iter().map(|alarm| alarm.due_at).min();
    let due = line.due.first().map(|due| due.due_at);
    let since = match line.rank {
        Rank::Urgent | Rank::Alarm => alarm,
        Rank::Waiting => line.labor.requested_at,
        Rank::Overdue | Rank::Due => due,
        Rank::Calm => None,
    };
    let rank = line.rank as i64;
    (rank, since.unwrap_or(line.labor.admitted_at), line.labor.id)
}

async fn lines(view: &mut View, ctx: &Ctx, facility: FacilityId) -> Result<Vec<BoardLine>> {
    let now = ctx.clock.now();
    let settings = people::facts::facility(view, facility).await?.settings;
    let labors = store::board(view, facility, MOST_ON_WARD).await?;
    let ids: Vec<LaborId> = labors.iter().map(|labor| labor.id).collect();
    let patients: Vec<PatientId> = labors.iter().map(|labor| labor.patient_id).collect();
    let episodes: Vec<EpisodeId> = labors.iter().map(|labor| labor.episode_id).collect();
    let mut seen: BTreeMap<LaborId, Vec<ObservationRow>> = BTreeMap::new();
    for row in store::observations(view, facility, &ids).await? {
        seen.entry(row.labor).or_default().push(row);
    }
    let mut alarms: BTreeMap<LaborId, Vec<Raised>> = BTreeMap::new();
    for alarm in store::open_alarms(view, facility, &ids).await? {
        alarms.entry(alarm.labor).or_default().push(alarm);
    }
    let records: BTreeMap<_, _> = store::records(view, facility, &ids).await?.into_iter().collect();
    let stops: BTreeMap<_, _> = store::stops(view, facility, &ids).await?.into_iter().collect();
    let mut names = people::facts::named(view, facility, &patients).await?;
    let mut consents = consent::facts::standings(view, facility, &episodes).await?;
    let mut assessed = assessment::facts::at_bedside(view, ctx, facility, &episodes, now).await?;
    let rechecked = rechecked(view, facility, &episodes).await?;
    let converted = store::converted(view, facility, &ids).await?;
    let mut lines = Vec::with_capacity(labors.len());
    for labor in labors {
        let seen = seen.remove(&labor.id).unwrap_or_default();
        let course = rules::Course {
            labor: &labor,
            record: records.get(&labor.id).map(|version| &version.record),
            stop: stops.get(&labor.id).map(|version| &version.stop),
            seen: &seen,
            window_min: settings.one_hour_window_min,
            recheck_until: rechecked
                .get(&labor.episode_id)
                .and_then(|filed| rules::recheck_holds_until(&labor, filed)),
            converted_at: converted.get(&labor.id).copied(),
        };
        let due = rules::due(course, now);
        let alarms = alarms.remove(&labor.id).unwrap_or_default();
        let (name, record_number) = names
            .remove(&labor.patient_id)
            .ok_or(Error::Missing(Noun::Patient))?;
        let consent = consents.remove(&labor.episode_id);
        let assessed = assessed.remove(&labor.episode_id);
        let (level, undecided, waits) = match assessed {
            Some(one) => (Some(one.level), one.undecided, one.waits),
            None => (None, Vec::new(), None),
        };
        let anticoagulant = waits.map(|waits| Countdown::at(waits, now));
        let waiting = labor.requested_at.filter(|_| labor.first_dose_at.is_none());
        let one_hour = due.iter().any(|due| due.kind == DueKind::OneHourPain);
        lines.push(BoardLine {
            rank: rules::rank(&alarms, &due, waiting.is_some(), now),
            name,
            record_number,
            consent_state: consent.as_ref().map(|one| one.state.word().to_owned()),
            bedside_confirmed_at: consent.and_then(|one| one.confirmed_at),
            not_before: anticoagulant.as_ref().and_then(|one| one.not_before),
            anticoagulant,
            review_level: level,
            undecided,
            waiting_min: waiting.map(|at| (now - at).max(Duration::zero()).num_minutes()),
            one_hour_due_at: labor
                .first_dose_at
                .filter(|_| one_hour)
                .map(|first| first + rules::ONE_HOUR),
            latest: LatestValues::of(&seen),
            alarms,
            due,
            labor,
        });
    }
    Ok(lines)
}

/// One labor with everything recorded of it.
///
/// Errors: `Missing`.
#[instrument(name = "analgesia.labor", skip_all)]
pub async fn labor(ctx: &Ctx, caller: &Caller, id: LaborId) -> Result<Chart> {
    policy::allowed(caller, Act::AnalgesiaLabor)?;
    let mut tx = ctx.write(Act::AnalgesiaLabor).await?;
    let facility = caller.place()?;
    let found = store::labor(&mut tx, facility, id).await?;
    let labor = found.ok_or(Error::Missing(Noun::Labor))?;
    let belongs = Belongs {
        facility: labor.facility_id,
        account: None,
    };
    policy::may(caller, Act::AnalgesiaLabor, Noun::Labor, belongs)?;
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::AnalgesiaLabor, labor.patient_id, now).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let chart = chart(&mut tx, labor, now).await?;
    tx.journal(caller, subject, json!({})).await?;
    tx.commit().await?;
    Ok(chart)
}

/// Everything recorded of a labor, and what is due in it.
pub(in crate::analgesia) async fn chart(
    r: &mut impl Records,
    labor: Labor,
    now: DateTime<Utc>,
) -> Result<Chart> {
    let (facility, id) = (labor.facility_id, labor.id);
    let alarms = store::alarms(r, facility, &[id]).await?;
    let observations = store::observations(r, facility, &[id]).await?;
    let observations = rules::with_late_alarms(observations, &alarms);
    let settings = people::facts::facility(r, facility).await?.settings;
    let rechecked = rechecked(r, facility, &[labor.episode_id]).await?;
    let converted = store::converted(r, facility, &[id]).await?;
    let baseline = rules::baseline(observations.iter(), labor.first_dose_at).map(|row| row.id);
    let mut chart = Chart {
        requests: store::requests(r, facility, id).await?,
        time_outs: store::time_outs(r, facility, id).await?,
        record: store::record(r, facility, id).await?,
        observations,
        complications: store::complications(r, facility, id).await?,
        stop: store::stop(r, facility, id).await?,
        delivery: store::delivery(r, facility, id).await?,
        corrections: store::corrections(r, facility, id).await?,
        pain_reports: store::pain_reports(r, facility, id).await?,
        reporting_definition: settings.reporting_definition,
        alarms,
        baseline,
        due: Vec::new(),
        missing: Vec::new(),
        labor,
    };
    let course = rules::Course {
        labor: &chart.labor,
        record: chart.record.as_ref().map(|version| &version.record),
        stop: chart.stop.as_ref().map(|version| &version.stop),
        seen: &chart.observations,
        window_min: settings.one_hour_window_min,
        recheck_until: rechecked
            .get(&chart.labor.episode_id)
            .and_then(|filed| rules::recheck_holds_until(&chart.labor, filed)),
        converted_at: converted.get(&id).copied(),
    };
    chart.due = rules::due(course, now);
    chart.missing = rules::missing(&chart, settings.one_hour_window_min);
    Ok(chart)
}

/// When the re-checks of these pregnancies came in.
pub(super) async fn rechecked(
    q: &mut impl Q,
    facility: FacilityId,
    episodes: &[EpisodeId],
) -> Result<BTreeMap<EpisodeId, Vec<DateTime<Utc>>>> {
    let mut all: BTreeMap<EpisodeId, Vec<DateTime<Utc>>> = BTreeMap::new();
    for (episode, at) in forms::facts::submitted_at(q, facility, episodes, RECHECK).await? {
        all.entry(episode).or_default().push(at);
    }
    Ok(all)
}

/// What is due in a labor.
pub(in crate::analgesia) async fn due(
    r: &mut impl Records,
    labor: &Labor,
    now: DateTime<Utc>,
) -> Result<Vec<Due>> {
    Ok(chart(r, labor.clone(), now).await?.due)
}
