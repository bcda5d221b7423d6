//! Classes on site: staff offer them, women take a place, wait for one, and are there.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::id::{ClassId, FacilityId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Tx};
use crate::education::class::{self, Booking, BookingState, Class};
use crate::education::{jobs, store};
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::{facts as people, policy};

/// Most women of one class.
const MOST_PLACES: i64 = 500;
/// Wrong codes of one woman: she may misread it, and not try them all.
const MOST_WRONG_CODES: i64 = 5;
const CHECK_IN: &str = "check-in";

/// A class that is offered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it is about.
    pub title: String,
    /// The room.
    pub place: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// How many women can come.
    pub places: i64,
}

/// A class with everybody who asked for a place.
#[derive(Clone, Debug)]
pub struct Roll {
    /// The class.
    pub class: Class,
    /// In the order of asking.
    pub bookings: Vec<Booking>,
}

/// Staff offer a class.
///
/// Errors: `http.invalid`.
#[instrument(name = "education.offer_class", skip_all)]
pub async fn offer(ctx: &Ctx, caller: &Caller, offer: Offer) -> Result<Class> {
    policy::allowed(caller, Act::EducationOfferClass)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::EducationOfferClass, caller);
    let mut faults = Faults::default();
    let title = faults.text(&offer.title, "/title", 1, 100);
    let place = faults.text(&offer.place, "/place", 1, 100);
    faults.number(offer.places, "/places", 1, MOST_PLACES);
    faults.check(offer.starts_at > tx.now, "/starts_at", "in_past");
    faults.check(offer.ends_at > offer.starts_at, "/ends_at", "inconsistent");
    faults.done()?;
    let class = Class {
        id: tx.id(),
        facility: me.facility,
        title,
        place,
        starts_at: offer.starts_at,
        ends_at: offer.ends_at,
        places: offer.places,
        code: format!("{:06}", rand::random_range(0..1_000_000)),
        cancelled_at: None,
        bookings: 0,
        by: me.id,
        at: tx.now,
    };
    store::classes::add(&mut tx, &class).await?;
    let detail = json!({ "places": class.places });
    tx.journal(caller, Subject::thing("class", class.id), detail)
        .await?;
    tx.commit_with(&class).await?;
    Ok(class)
}

/// The classes of the hospital, the last one first.
#[instrument(name = "education.class_list", skip_all)]
pub async fn list(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<Class>> {
    policy::allowed(caller, Act::EducationClassList)?;
    let facility = caller.staff()?.facility;
    let after = page.after("classes")?;
    let rows = store::classes::page(&mut ctx.view(), facility, after, page.limit + 1).await?;
    Ok(page.page(rows, "classes", |one| (one.starts_at, one.id)))
}

/// One class with who comes, and the code to be shown in the room.
#[instrument(name = "education.class", skip_all)]
pub async fn get(ctx: &Ctx, caller: &Caller, id: ClassId) -> Result<Roll> {
    policy::allowed(caller, Act::EducationClass)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::EducationClass).await?;
    let class = store::classes::get(&mut tx, facility, id).await?;
    let class = class.ok_or(Error::Missing(Noun::Class))?;
    let bookings = store::classes::bookings(&mut tx, facility, id).await?;
    let detail = json!({ "count": bookings.len() });
    tx.journal(caller, Subject::thing("class", id), detail).await?;
    tx.commit().await?;
    Ok(Roll { class, bookings })
}

/// Staff call a class off; everybody who has a place or waits for one is told.
///
/// Errors: `education.class_closed` once it has begun.
#[instrument(name = "education.cancel_class", skip_all)]
pub async fn cancel(ctx: &Ctx, caller: &Caller, id: ClassId) -> Result<Class> {
    policy::allowed(caller, Act::EducationCancelClass)?;
    let facility = caller.staff()?.facility;
    let mut tx = once!(ctx, Act::EducationCancelClass, caller);
    let Roll { mut class, bookings } = locked(&mut tx, facility, id).await?;
    class.is_open(tx.now).map_err(Error::Refused)?;
    class.cancelled_at = Some(tx.now);
    store::classes::save(&mut tx, &class).await?;
    let told = bookings.iter().filter(|one| one.state != BookingState::Cancelled);
    for one in told {
        jobs::tell(&mut tx, &class, one.patient, "class_cancelled").await?;
    }
    tx.journal(caller, Subject::thing("class", id), json!({})).await?;
    tx.commit_with(&class).await?;
    Ok(class)
}

/// The class, locked until the transaction ends, so that two women can't take the last place.
async fn locked(tx: &mut Tx, facility: FacilityId, id: ClassId) -> Result<Roll> {
    let class = store::classes::lock(tx, facility, id).await?;
    let class = class.ok_or(Error::Missing(Noun::Class))?;
    let bookings = store::classes::bookings(tx, facility, id).await?;
    Ok(Roll { class, bookings })
}
/// Gives her a place and sees that she is reminded of it.
async fn seat(tx: &mut Tx, class: &Class, booking: &Booking) -> Result<()> {
    store::classes::put(tx, class.facility, booking).await?;
    let Some(due) = class
        .reminder(tx.now)
        .filter(|_| booking.state == BookingState::Booked)
    else {
        return Ok(());
    };
    tx.enqueue(Message {
        kind: jobs::REMIND_CLASS,
        facility: Some(class.facility),
        payload: &jobs::OfClass {
            class: class.id,
            patient: booking.patient,
        },
        dedupe: Some(format!("{}.{}", class.id, booking.patient)),
        due,
    })
    .await
}

/// The classes that are still to come at her hospital, the next one first, and how she stands to each.
///
/// Errors: `people.not_enrolled`.
#[instrument(name = "education.classes", skip_all)]
pub async fn upcoming(ctx: &Ctx, caller: &Caller) -> Result<Vec<Roll>> {
    policy::allowed(caller, Act::EducationClasses)?;
    let mine = caller.mine()?;
    let mut view = ctx.view();
    let classes = store::classes::upcoming(&mut view, mine.facility, ctx.clock.now()).await?;
    let mut all = Vec::with_capacity(classes.len());
    for class in classes {
        let bookings = store::classes::bookings(&mut view, mine.facility, class.id).await?;
        all.push(Roll { class, bookings });
    }
    Ok(all)
}

/// She takes a place, or waits for one; asked again she keeps what she has, or has the place that nobody took
/// meanwhile.
///
/// Errors: `education.class_closed`, `people.agreement_missing`, `people.not_enrolled`.
#[instrument(name = "education.book_class", skip_all)]
pub async fn book(ctx: &Ctx, caller: &Caller, id: ClassId) -> Result<Booking> {
    policy::allowed(caller, Act::EducationBookClass)?;
    let mine = caller.mine()?;
    let mut tx = once!(ctx, Act::EducationBookClass, caller);
    people::require_agreements(&mut tx, ctx, caller).await?;
    let Roll { mut class, bookings } = locked(&mut tx, mine.facility, id).await?;
    class.is_open(tx.now).map_err(Error::Refused)?;
    let free = class.free(&bookings);
    let standing = bookings
        .iter()
        .find(|one| one.patient == mine.patient && one.state != BookingState::Cancelled)
        .filter(|one| one.state != BookingState::Waiting || free == 0);
    let booking = match standing {
        Some(standing) => standing.clone(),
        None => {
            class.bookings += 1;
            store::classes::save(&mut tx, &class).await?;
            let booking = Booking {
                class: id,
                patient: mine.patient,
                state: match free {
                    0 => BookingState::Waiting,
                    _ => BookingState::Booked,
                },
                turn: class.bookings,
                at: tx.now,
            };
            seat(&mut tx, &class, &booking).await?;
            booking
        }
    };
    let subject = Subject::of_patient("class", id, mine.patient);
    tx.journal(caller, subject, json!({ "state": booking.state.word() }))
        .await?;
    tx.commit_with(&booking).await?;
    Ok(booking)
}

/// Who has waited longest of those who would be told of a place. The others, after a loss or with data that may only be
/// kept, stay where they are in the line.
async fn next<'a>(tx: &mut Tx, facility: FacilityId, bookings: &'a [Booking]) -> Result<Option<&'a Booking>> {
    let restricted = people::restricted(tx, facility).await?;
    for one in class::line(bookings) {
        if !restricted.contains(&one.patient) && !jobs::after_loss(tx, facility, one.patient).await? {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

/// She gives her place back, and whoever waits longest and would be told has it.
///
/// Errors: `education.class_closed`, `education.class_not_booked`.
#[instrument(name = "education.leave_class", skip_all)]
pub async fn leave(ctx: &Ctx, caller: &Caller, id: ClassId) -> Result<()> {
    policy::allowed(caller, Act::EducationLeaveClass)?;
    let mine = caller.mine()?;
    let mut tx = ctx.write(Act::EducationLeaveClass).await?;
    let Roll { class, bookings } = locked(&mut tx, mine.facility, id).await?;
    class.is_open(tx.now).map_err(Error::Refused)?;
    let held = bookings
        .iter()
        .find(|one| one.patient == mine.patient && one.state != BookingState::Cancelled)
        .ok_or(Error::Refused(Code::EducationClassNotBooked))?;
    let left = Booking {
        state: BookingState::Cancelled,
        at: tx.now,
        ..held.clone()
    };
    store::classes::put(&mut tx, mine.facility, &left).await?;
    let next = match held.state {
        BookingState::Booked => next(&mut tx, mine.facility, &bookings).await?,
        _ => None,
    };
    if let Some(next) = next {
        let moved = Booking {
            state: BookingState::Booked,
            ..next.clone()
        };
        seat(&mut tx, &class, &moved).await?;
        jobs::tell(&mut tx, &class, next.patient, "class_place").await?;
    }
    tx.journal(caller, Subject::of_patient("class", id, mine.patient), json!({}))
        .await?;
    tx.commit().await
}

/// She is there and types the code that is shown in the room.
///
/// Errors: `education.class_not_booked`, `education.class_closed`, `education.class_code_wrong`; `http.rate_limited` after
/// some wrong ones, until the quarter of an hour is over.
#[instrument(name = "education.check_in", skip_all)]
pub async fn check_in(ctx: &Ctx, caller: &Caller, id: ClassId, code: &str) -> Result<Booking> {
    policy::allowed(caller, Act::EducationCheckIn)?;
    let mine = caller.mine()?;
    let mut tx = once!(ctx, Act::EducationCheckIn, caller);
    let Roll { class, bookings } = locked(&mut tx, mine.facility, id).await?;
    let held = bookings.iter().find(|one| one.patient == mine.patient);
    // The class is held: guesses side by side are counted one by one.
    let she = mine.patient.to_string();
    ctx.may_try(CHECK_IN, &she).await?;
    if let Err(refused) = class.check_in(held, code, tx.now) {
        if refused == Code::EducationClassCodeWrong {
            ctx.note_failure(CHECK_IN, &she, MOST_WRONG_CODES).await;
        }
        return Err(Error::Refused(refused));
    }
    let held = held.ok_or(Error::Refused(Code::EducationClassNotBooked))?;
    let attended = Booking {
        state: BookingState::Attended,
        at: tx.now,
        ..held.clone()
    };
    store::classes::put(&mut tx, mine.facility, &attended).await?;
    tx.journal(caller, Subject::of_patient("class", id, mine.patient), json!({}))
        .await?;
    tx.commit_with(&attended).await?;
    Ok(attended)
}
