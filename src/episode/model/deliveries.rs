//! How a notice leaves the house, and what she allowed WeChat to send her.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::base::id::{AccountId, DeliveryId, FacilityId, NoticeId, PatientId};

crate::words! {
    /// A way out of the house, the preferred one first.
    NoticeChannel {
        /// A subscription message of WeChat's.
        WeChat = "wechat",
        /// A text message to her phone.
        Sms = "sms",
    }
    /// How far a delivery is.
    DeliveryState {
        /// It will be tried when it is due.
        Waiting = "waiting",
        /// It is being tried; what came of it is not known yet.
        Sending = "sending",
        /// It was taken.
        Sent = "sent",
        /// She has not allowed it, or no longer.
        NotPermitted = "not_permitted",
        /// There was a reason not to try.
        Withheld = "withheld",
        /// It was given up.
        Dead = "dead",
    }
    /// Why nothing leaves the house.
    Withheld {
        /// She has seen the notice already.
        Read = "read",
        /// She did not ask for reminders.
        NotAgreed = "not_agreed",
        /// It is not certain that the account is hers.
        NotMatched = "not_matched",
        /// Her data may only be kept.
        Restricted = "restricted",
        /// The pregnancy is over.
        Closed = "closed",
    }
    /// An entry of the ledger of what she allowed WeChat.
    LedgerWord {
        /// Her phone says that she allowed a message.
        Accepted = "accepted",
        /// WeChat says that she allowed one; of the same tap as what her phone says, if both come within a minute.
        Reported = "reported",
        /// She was asked and said no; what she allowed before stays.
        Declined = "declined",
        /// A message was sent.
        Used = "used",
        /// WeChat takes no more, or she switched the template off: nothing is left.
        Refused = "refused",
    }
}

/// A notice on its way by one channel.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// Its id.
    #[serde(skip)]
    pub id: DeliveryId,
    /// The notice.
    #[serde(skip)]
    pub notice: NoticeId,
    /// Which way.
    pub channel: NoticeChannel,
    /// How far it is.
    pub state: DeliveryState,
    /// Why it was withheld, refused or given up.
    pub reason: Option<String>,
    /// How often it was tried.
    pub tries: i64,
    /// How many tries got no answer: each may have reached her.
    #[serde(skip)]
    pub unclear: i64,
    /// When it is tried next.
    #[serde(skip)]
    pub due_at: DateTime<Utc>,
    /// When the last try began.
    #[serde(skip)]
    pub begun_at: Option<DateTime<Utc>>,
    /// When it came to its end.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What a delivery becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The state.
    pub state: DeliveryState,
    /// Tries without an answer so far.
    pub unclear: i64,
    /// When it is tried again; when it came to its end.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// The number that the channel gave it.
    pub message_id: Option<String>,
}

/// Where a notice is to go.
#[derive(Clone, Copy, Debug)]
pub struct Addressed {
    /// The hospital.
    pub facility: FacilityId,
    /// Her record.
    pub patient: PatientId,
    /// Her account.
    pub account: AccountId,
    /// What she is told.
    pub notice: NoticeId,
}

/// A delivery that was given up, for whoever operates the service.
#[derive(Clone, Debug)]
pub struct DeadDelivery {
    /// The delivery.
    pub id: DeliveryId,
    /// The hospital.
    pub facility: FacilityId,
    /// Her record.
    pub patient: PatientId,
    /// The notice.
    pub notice: NoticeId,
    /// What kind of notice.
    pub kind: String,
    /// Which way.
    pub channel: NoticeChannel,
    /// Why.
    pub reason: Option<String>,
    /// How often it was tried.
    pub tries: i64,
    /// Since when.
    pub ended_at: Option<DateTime<Utc>>,
}

/// One line of the ledger.
#[derive(Clone, Copy, Debug)]
pub struct LedgerEntry {
    /// What happened.
    pub word: LedgerWord,
    /// When.
    pub at: DateTime<Utc>,
}

/// A template of messages, and how many she still allows.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The template's id.
    pub template: String,
    /// The kinds of notices that it is for; all kinds that no other one takes if empty.
    pub kinds: Vec<String>,
    /// One permission holds until she takes it back.
    pub long_term: bool,
    /// How many messages she still allows.
    pub left: i64,
}
