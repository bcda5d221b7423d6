//! Reading: the board of who is in labor, one labor whole.

use chrono::Duration;
use serde_json::json;
use tracing::instrument;

use crate::analgesia::model::{BoardLine, Chart, Countdown, Labor};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::LaborId;
use crate::base::{Act, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Records, View};
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::{assessment, consent, people};

/// Who is in labor, the last admitted first.
#[instrument(name = "analgesia.board", skip_all)]
pub async fn board(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<BoardLine>> {
    policy::allowed(caller, Act::AnalgesiaBoard)?;
    let facility = caller.staff()?.facility;
    let after = page.after(Act::AnalgesiaBoard.word())?;
    let mut view = ctx.view();
    let window = people::facts::facility(&mut view, facility)
        .await?
        .settings
        .one_hour_window_min;
    let labors = store::board(&mut view, facility, after, page.limit + 1).await?;
    let labors = page.page(labors, Act::AnalgesiaBoard.word(), |labor| {
        (labor.admitted_at, labor.id)
    });
    let mut items = Vec::with_capacity(labors.items.len());
    for labor in labors.items {
        items.push(line(&mut view, ctx, labor, window).await?);
    }
    let mut tx = ctx.write(Act::AnalgesiaBoard).await?;
    tx.journal(caller, Subject::list("labor"), json!({ "count": items.len() }))
        .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: labors.next_cursor,
    })
}

async fn line(view: &mut View, ctx: &Ctx, labor: Labor, window_min: i64) -> Result<BoardLine> {
    let now = ctx.clock.now();
    let (facility, episode) = (labor.facility_id, labor.episode_id);
    let patient = people::facts::patient(view, facility, labor.patient_id).await?;
    let patient = patient.ok_or(Error::Missing(Noun::Patient))?;
    let consent = consent::facts::standing(view, facility, episode).await?;
    let assessed = assessment::facts::standing(view, ctx, facility, episode).await?;
    let waits = assessment::facts::waits(view, ctx, facility, episode, now).await?;
    let anticoagulant = waits.map(|waits| Countdown::at(waits, now));
    let mut one_hour_due_at = None;
    if let Some(first) = labor.first_dose_at {
        let (from, to) = rules::window(first, window_min);
        if !store::has_pain_between(view, facility, labor.id, from, to).await? {
            one_hour_due_at = Some(first + rules::ONE_HOUR);
        }
    }
    let waiting = labor.requested_at.filter(|_| labor.first_dose_at.is_none());
    Ok(BoardLine {
        name: patient.name,
        record_number: patient.record_number,
        consent_state: consent.as_ref().map(|one| one.state.word().to_owned()),
        bedside_confirmed_at: consent.and_then(|one| one.confirmed_at),
        not_before: anticoagulant.as_ref().and_then(|one| one.not_before),
        anticoagulant,
        review_level: assessed.as_ref().map(|one| one.level.clone()),
        undecided: assessed.map(|one| one.undecided).unwrap_or_default(),
        waiting_min: waiting.map(|at| (now - at).max(Duration::zero()).num_minutes()),
        one_hour_due_at,
        labor,
    })
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
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let chart = chart(&mut tx, labor).await?;
    tx.journal(caller, subject, json!({})).await?;
    tx.commit().await?;
    Ok(chart)
}

/// Everything recorded of a labor.
pub(in crate::analgesia) async fn chart(r: &mut impl Records, labor: Labor) -> Result<Chart> {
    let (facility, id) = (labor.facility_id, labor.id);
    let mut chart = Chart {
        requests: store::requests(r, facility, id).await?,
        time_outs: store::time_outs(r, facility, id).await?,
        record: store::record(r, facility, id).await?,
        observations: store::observations(r, facility, id).await?,
        complications: store::complications(r, facility, id).await?,
        stop: store::stop(r, facility, id).await?,
        delivery: store::delivery(r, facility, id).await?,
        missing: Vec::new(),
        labor,
    };
    chart.missing = rules::missing(&chart);
    Ok(chart)
}
