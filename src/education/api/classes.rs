//! Classes on site on the wire, and their routes.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::base::PageRequest;
use crate::base::id::{ClassId, PatientId};
use crate::ctx::Ctx;
use crate::education::acts::classes::{self as acts, Offer, Roll};
use crate::education::class::{Booking, BookingState, Class, place_in_line};
use crate::http::answer::{Created, Done, List};
use crate::http::problem::Failure;
use crate::people::caller::{ByPatient, ByStaff};

/// A class that is offered.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ClassIn {
    /// What it is about, 1–100 characters.
    title: String,
    /// The room, 1–100 characters.
    place: String,
    /// When it begins.
    starts_at: DateTime<Utc>,
    /// When it ends.
    ends_at: DateTime<Utc>,
    /// How many women can come, 1–500.
    places: i64,
}

impl From<ClassIn> for Offer {
    fn from(body: ClassIn) -> Offer {
        Offer {
            title: body.title,
            place: body.place,
            starts_at: body.starts_at,
            ends_at: body.ends_at,
            places: body.places,
        }
    }
}

/// A class, for staff.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ClassOut {
    /// Its id.
    id: ClassId,
    /// What it is about.
    title: String,
    /// The room.
    place: String,
    /// When it begins.
    starts_at: DateTime<Utc>,
    /// When it ends.
    ends_at: DateTime<Utc>,
    /// How many women can come.
    places: i64,
    /// Show it in the room: with it women check in.
    code: String,
    /// When it was called off.
    cancelled_at: Option<DateTime<Utc>>,
}

impl From<Class> for ClassOut {
    fn from(class: Class) -> ClassOut {
        ClassOut {
            id: class.id,
            title: class.title,
            place: class.place,
            starts_at: class.starts_at,
            ends_at: class.ends_at,
            places: class.places,
            code: class.code,
            cancelled_at: class.cancelled_at,
        }
    }
}

/// A class with who comes.
#[derive(Object)]
pub struct RollOut {
    /// The class.
    class: ClassOut,
    /// Places that nobody has.
    free: i64,
    /// In the order of asking.
    bookings: Vec<AttendeeOut>,
}

/// One who asked for a place.
#[derive(Object)]
pub struct AttendeeOut {
    /// Who.
    patient_id: PatientId,
    /// How it stands.
    state: BookingState,
    /// Since when.
    at: DateTime<Utc>,
}

impl From<Roll> for RollOut {
    fn from(roll: Roll) -> RollOut {
        let free = roll.class.free(&roll.bookings);
        let one = |one: Booking| AttendeeOut {
            patient_id: one.patient,
            state: one.state,
            at: one.at,
        };
        RollOut {
            class: roll.class.into(),
            free,
            bookings: roll.bookings.into_iter().map(one).collect(),
        }
    }
}

/// A class, for her.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct OfferedOut {
    /// Its id.
    id: ClassId,
    /// What it is about.
    title: String,
    /// The room.
    place: String,
    /// When it begins.
    starts_at: DateTime<Utc>,
    /// When it ends.
    ends_at: DateTime<Utc>,
    /// How many women can come.
    places: i64,
    /// Places that nobody has.
    free: i64,
    /// When it was called off.
    cancelled_at: Option<DateTime<Utc>>,
    /// How she stands to it; absent before she asked for a place.
    mine: Option<BookingState>,
    /// Her place among those who wait, from 1.
    waiting: Option<i64>,
}

impl OfferedOut {
    fn of(roll: Roll, patient: PatientId) -> OfferedOut {
        let mine = roll.bookings.iter().find(|one| one.patient == patient);
        OfferedOut {
            free: roll.class.free(&roll.bookings),
            mine: mine.map(|one| one.state),
            waiting: place_in_line(&roll.bookings, patient),
            id: roll.class.id,
            title: roll.class.title,
            place: roll.class.place,
            starts_at: roll.class.starts_at,
            ends_at: roll.class.ends_at,
            places: roll.class.places,
            cancelled_at: roll.class.cancelled_at,
        }
    }
}

/// How she stands to a class.
#[derive(Object)]
pub struct BookingOut {
    /// Which.
    class: ClassId,
    /// How.
    state: BookingState,
    /// Since when.
    at: DateTime<Utc>,
}

impl From<Booking> for BookingOut {
    fn from(booking: Booking) -> BookingOut {
        BookingOut {
            class: booking.class,
            state: booking.state,
            at: booking.at,
        }
    }
}

/// What she reads in the room.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CheckInIn {
    /// Six digits.
    code: String,
}

/// Classes on site, for her.
pub struct ClassesPatientApi;

#[OpenApi]
impl ClassesPatientApi {
    /// The classes still to come at her hospital, the next one first
    #[oai(path = "/classes", method = "get", operation_id = "education.classes")]
    async fn classes(&self, ctx: Data<&Ctx>, caller: ByPatient) -> Result<Json<Vec<OfferedOut>>, Failure> {
        let all = acts::upcoming(&ctx, &caller.0).boxed().await?;
        let patient = caller.0.mine()?.patient;
        let all = all.into_iter().map(|roll| OfferedOut::of(roll, patient));
        Ok(Json(all.collect()))
    }

    /// Take a place in a class, or wait for one
    #[oai(
        path = "/classes/:id/booking",
        method = "post",
        operation_id = "education.book_class"
    )]
    async fn book(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ClassId>,
    ) -> Result<Created<BookingOut>, Failure> {
        let booking = acts::book(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Created::of(booking))
    }

    /// Give a place back, or stop waiting
    #[oai(
        path = "/classes/:id/booking",
        method = "delete",
        operation_id = "education.leave_class"
    )]
    async fn leave(&self, ctx: Data<&Ctx>, caller: ByPatient, id: Path<ClassId>) -> Result<Done, Failure> {
        acts::leave(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Say that she is there, with the code that is shown in the room
    #[oai(
        path = "/classes/:id/check-in",
        method = "post",
        operation_id = "education.check_in"
    )]
    async fn check_in(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ClassId>,
        body: Json<CheckInIn>,
    ) -> Result<Created<BookingOut>, Failure> {
        let booking = acts::check_in(&ctx, &caller.0, id.0, &body.0.code)
            .boxed()
            .await?;
        Ok(Created::of(booking))
    }
}

/// Classes on site, for staff.
pub struct ClassesStaffApi;

#[OpenApi]
impl ClassesStaffApi {
    /// Offer a class
    #[oai(path = "/classes", method = "post", operation_id = "education.offer_class")]
    async fn offer(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<ClassIn>,
    ) -> Result<Created<ClassOut>, Failure> {
        let class = acts::offer(&ctx, &caller.0, body.0.into()).boxed().await?;
        Ok(Created::of(class))
    }

    /// The classes, the last one first
    #[oai(path = "/classes", method = "get", operation_id = "education.class_list")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ClassOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let all = acts::list(&ctx, &caller.0, page).boxed().await?;
        Ok(Json(List::of(all)))
    }

    /// One class with who comes
    #[oai(path = "/classes/:id", method = "get", operation_id = "education.class")]
    async fn get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ClassId>,
    ) -> Result<Json<RollOut>, Failure> {
        let roll = acts::get(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Json(roll.into()))
    }

    /// Call a class off; whoever has a place or waits for one is told
    #[oai(
        path = "/classes/:id/cancel",
        method = "post",
        operation_id = "education.cancel_class"
    )]
    async fn cancel(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ClassId>,
    ) -> Result<Created<ClassOut>, Failure> {
        let class = acts::cancel(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Created::of(class))
    }
}
