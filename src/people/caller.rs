//! Token → [`Caller`]. The server keeps only a digest of each token.

use futures_util::FutureExt;
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use uuid::Uuid;

use super::{secret, store};
use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, FacilityId, PatientId, SessionId, StaffId};
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, ActorKind, Code, Noun, Role};
use crate::config::SecondFactor;
use crate::ctx::{Ctx, Sender};
use crate::http::problem::Failure;
use crate::journal;

/// Who sends this request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub who: Who,
    /// The session.
    pub session: SessionId,
    /// What a staff session was opened with beside a password.
    pub second_factor: Factor,
    /// The request.
    pub request: RequestInfo,
}

/// Whether a session had a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// It had.
    Had,
    /// It had none, and need not.
    None,
    /// It had none where acts on consents need one (CE-021).
    Lacking,
}

/// A woman or a staff member.
#[derive(Clone, Debug)]
pub enum Who {
    /// She, by her account.
    Patient {
        /// Her account.
        account: AccountId,
        /// Her record, once she is known to a hospital.
        record: Option<Mine>,
        /// Whether the account is matched with what the hospital wrote there before.
        matched: bool,
    },
    /// A staff member.
    Staff {
        /// Who.
        id: StaffId,
        /// Where.
        facility: FacilityId,
        /// As what.
        role: Role,
        /// Senior anesthesiologist.
        senior: bool,
    },
}

/// A woman and her record.
#[derive(Clone, Copy, Debug)]
pub struct Mine {
    /// Her record.
    pub patient: PatientId,
    /// Where.
    pub facility: FacilityId,
}

/// A staff member.
#[derive(Clone, Copy, Debug)]
pub struct Colleague {
    /// Who.
    pub id: StaffId,
    /// Where.
    pub facility: FacilityId,
    /// As what.
    pub role: Role,
    /// Senior anesthesiologist.
    pub senior: bool,
}

impl Caller {
    /// Her account.
    ///
    /// Errors: `Forbidden` for staff.
    pub fn account(&self) -> Result<AccountId> {
        match self.who {
            Who::Patient { account, .. } => Ok(account),
            Who::Staff { .. } => Err(Error::Forbidden),
        }
    }

    /// Her record. Whoever holds an invitation is she only once the account is matched with the record: until then nothing
    /// of it is hers to read or to change (CE-022).
    ///
    /// Errors: `people.record_mismatch`, `people.not_enrolled` before a hospital knows her, `Forbidden` for staff.
    pub fn mine(&self) -> Result<Mine> {
        match self.who {
            Who::Patient {
                record: Some(_),
                matched: false,
                ..
            } => Err(Error::Refused(Code::PeopleRecordMismatch)),
            _ => self.bound(),
        }
    }

    /// The record that her account is bound to, matched or not: for what matches her, and for entries of the journal.
    ///
    /// Errors: `people.not_enrolled` before a hospital knows her, `Forbidden` for staff.
    pub fn bound(&self) -> Result<Mine> {
        match self.who {
            Who::Patient {
                record: Some(mine), ..
            } => Ok(mine),
            Who::Patient { .. } => Err(Error::Refused(Code::PeopleNotEnrolled)),
            Who::Staff { .. } => Err(Error::Forbidden),
        }
    }

    /// The staff member.
    ///
    /// Errors: `Forbidden` for a woman.
    pub fn staff(&self) -> Result<Colleague> {
        match self.who {
            Who::Staff {
                id,
                facility,
                role,
                senior,
            } => Ok(Colleague {
                id,
                facility,
                role,
                senior,
            }),
            Who::Patient { .. } => Err(Error::Forbidden),
        }
    }

    /// The same request, known by the file that it sends and what it sends it to: sent again, a form has another boundary.
    pub fn sending(&self, act: Act, to: Uuid, bytes: &[u8]) -> Caller {
        let mut caller = self.clone();
        let fingerprint = format!("{}\0{to}\0{}", act.word(), journal::sha256_hex(bytes));
        caller.request.fingerprint = fingerprint.into_bytes();
        caller
    }

    /// Whether the session had a second factor.
    pub fn had_second_factor(&self) -> bool {
        self.second_factor == Factor::Had
    }

    /// The hospital that a clinical subject must belong to: staff's, or hers.
    pub fn place(&self) -> Result<FacilityId> {
        match self.who {
            Who::Staff { facility, .. } => Ok(facility),
            Who::Patient { record, .. } => record
                .map(|mine| mine.facility)
                .ok_or(Error::Missing(Noun::Patient)),
        }
    }
}

impl Sender for Caller {
    fn actor(&self) -> Actor {
        match &self.who {
            Who::Patient { account, .. } => Actor {
                kind: ActorKind::Patient,
                id: Some(account.0),
                role: None,
            },
            Who::Staff { id, role, .. } => Actor {
                kind: ActorKind::Staff,
                id: Some(id.0),
                role: Some(*role),
            },
        }
    }

    fn facility(&self) -> Option<FacilityId> {
        self.place().ok()
    }

    fn request(&self) -> &RequestInfo {
        &self.request
    }
}

/// A woman's session.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "patient", checker = "patient")]
pub struct ByPatient(pub Caller);

/// A staff session.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "staff", checker = "staff")]
pub struct ByStaff(pub Caller);

async fn patient(req: &Request, token: Bearer) -> poem::Result<Caller> {
    let caller = identify(req, &token.token).boxed().await.map_err(Failure)?;
    match caller.who {
        Who::Patient { .. } => Ok(caller),
        Who::Staff { .. } => Err(Failure(Error::Unauthenticated(Code::HttpUnauthenticated)).into()),
    }
}

async fn staff(req: &Request, token: Bearer) -> poem::Result<Caller> {
    let caller = identify(req, &token.token).boxed().await.map_err(Failure)?;
    match caller.who {
        Who::Staff { .. } => Ok(caller),
        Who::Patient { .. } => Err(Failure(Error::Unauthenticated(Code::HttpUnauthenticated)).into()),
    }
}

/// Who sends a request that either kind of session may send.
///
/// Errors: `http.unauthenticated`.
pub async fn of(req: &Request) -> Result<Caller> {
    let header = req
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .ok_or(Error::Unauthenticated(Code::HttpUnauthenticated))?;
    identify(req, token.1.trim()).boxed().await
}

async fn identify(req: &Request, token: &str) -> Result<Caller> {
    let ctx: &Ctx = req
        .data()
        .ok_or_else(|| Error::broken("a route without its context"))?;
    let request: RequestInfo = req.data().cloned().unwrap_or_default();
    let mut view = ctx.view();
    let found = store::session(&mut view, secret::digest(token), ctx.clock.now()).await?;
    let session = found.ok_or(Error::Unauthenticated(Code::HttpUnauthenticated))?;
    let second_factor = match (session.second_factor, &session.who, ctx.settings.second_factor) {
        (true, ..) => Factor::Had,
        (false, Who::Staff { .. }, SecondFactor::Required) => Factor::Lacking,
        _ => Factor::None,
    };
    Ok(Caller {
        who: session.who,
        session: session.id,
        second_factor,
        request,
    })
}
