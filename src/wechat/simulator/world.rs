//! What the simulator remembers: people, codes, credits, messages, scripted replies.
//!
//! Not here: HTTP (`platform.rs`, `control.rs`) and access tokens (`tokens.rs`).

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rand::{RngExt, distr::Alphanumeric};
use serde::{Serialize, Serializer};

use super::{
    Template,
    calls::Calls,
    push::{Callback, Event},
    tokens::Tokens,
};

// Codes stay known after their end, so that a late second use is told apart from an invention.
const CODES_KEPT: TimeDelta = TimeDelta::days(1);

const LOGINS_A_MINUTE: usize = 100;

/// WeChat's calls that the simulator answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    /// Code for openid.
    Login,
    /// The stable access token.
    StableToken,
    /// The old access token.
    LegacyToken,
    /// Code for phone number.
    Phone,
    /// A subscription message.
    Send,
    /// The list of templates.
    Templates,
    /// A mini-program code image.
    Image,
    /// Whether a session key still holds.
    CheckSession,
    /// A new session key.
    ResetSession,
    /// Whether encrypted data is WeChat's.
    CheckUserData,
    /// A link that opens a page from outside.
    UrlLink,
    /// The same for the phone's own address bar.
    Scheme,
    /// Whether a text may be shown.
    CheckText,
    /// Whether a picture or a sound may be shown.
    CheckMedia,
}

impl Call {
    pub(super) const ALL: [Self; 14] = [
        Self::Login,
        Self::StableToken,
        Self::LegacyToken,
        Self::Phone,
        Self::Send,
        Self::Templates,
        Self::Image,
        Self::CheckSession,
        Self::ResetSession,
        Self::CheckUserData,
        Self::UrlLink,
        Self::Scheme,
        Self::CheckText,
        Self::CheckMedia,
    ];

    /// Whether it is asked with GET; the others are POST.
    pub(super) fn is_get(self) -> bool {
        matches!(
            self,
            Self::Login | Self::LegacyToken | Self::Templates | Self::CheckSession | Self::ResetSession
        )
    }

    /// Its path on WeChat's host.
    pub fn path(self) -> &'static str {
        match self {
            Self::Login => "/sns/jscode2session",
            Self::StableToken => "/cgi-bin/stable_token",
            Self::LegacyToken => "/cgi-bin/token",
            Self::Phone => "/wxa/business/getuserphonenumber",
            Self::Send => "/cgi-bin/message/subscribe/send",
            Self::Templates => "/wxaapi/newtmpl/gettemplate",
            Self::Image => "/wxa/getwxacodeunlimit",
            Self::CheckSession => "/wxa/checksession",
            Self::ResetSession => "/wxa/resetusersessionkey",
            Self::CheckUserData => "/wxa/business/checkencryptedmsg",
            Self::UrlLink => "/wxa/generate_urllink",
            Self::Scheme => "/wxa/generatescheme",
            Self::CheckText => "/wxa/msg_sec_check",
            Self::CheckMedia => "/wxa/media_check_async",
        }
    }
}

/// A code as the mini-program would get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Code {
    /// The code.
    pub code: String,
    /// When it stops working, used or not.
    #[serde(serialize_with = "millis")]
    pub expires_at: DateTime<Utc>,
}

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its number.
    pub msgid: u64,
    /// Whom it went to.
    pub openid: String,
    /// Its template.
    pub template_id: String,
    /// The page that its card opens.
    pub page: Option<String>,
    /// `developer`, `trial` or `formal`.
    pub miniprogram_state: String,
    /// The language of the card's frame.
    pub lang: String,
    /// Values by key.
    pub data: BTreeMap<String, String>,
    /// When it was accepted.
    #[serde(serialize_with = "millis")]
    pub sent_at: DateTime<Utc>,
}

/// A text message to a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// `sms`: what tells it from a message of WeChat's.
    pub channel: &'static str,
    /// The number.
    pub phone: String,
    /// What it says.
    pub text: String,
    /// When it was taken.
    #[serde(serialize_with = "millis")]
    pub sent_at: DateTime<Utc>,
}

/// One scripted reply. The default is the usual reply without delay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fault {
    /// How long the reply takes.
    pub delay: Duration,
    /// What comes then.
    pub reply: Scripted,
}

/// What a scripted reply says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scripted {
    /// What the call deserves.
    #[default]
    Usual,
    /// This `errcode`, whatever was asked.
    Errcode(i64),
    /// This HTTP status with a page of HTML.
    Status(u16),
    /// Nothing: the connection breaks.
    Dropped,
    /// Status 200 and bytes that mean nothing.
    Garbage,
}

#[derive(Default)]
pub(super) struct World {
    users: HashMap<String, User>,
    login_codes: HashMap<String, LoginCode>,
    phone_codes: HashMap<String, PhoneCode>,
    pub credits: HashMap<(String, String), u32>,
    pub messages: Vec<Message>,
    pub texts: Vec<Text>,
    pub faults: HashMap<Call, VecDeque<Fault>>,
    pub calls: Calls,
    /// Who is being sent a message right now.
    pub receiving: HashSet<String>,
    pub tokens: Tokens,
    pub replies: u32,
    pub templates: Vec<Template>,
    pub callback: Option<Callback>,
    /// Events that nobody was told of yet.
    pub waiting: VecDeque<Event>,
    /// Encrypted data by its digest, and when it was made.
    pub user_data: HashMap<String, DateTime<Utc>>,
    /// Pictures and sounds that were checked.
    pub media: HashSet<String>,
}

#[derive(Default)]
pub(super) struct User {
    pub unionid: Option<String>,
    /// 0 to 4; 4 is refused.
    pub risk_level: u8,
    pub session_key: String,
    logins: u64,
    recent: VecDeque<DateTime<Utc>>,
    /// When she last opened the mini-program.
    pub seen_at: Option<DateTime<Utc>>,
}

struct LoginCode {
    openid: String,
    app_id: String,
    expires_at: DateTime<Utc>,
    used: bool,
}

struct PhoneCode {
    grant: PhoneGrant,
    expires_at: DateTime<Utc>,
}

/// Whose number a phone code gives.
#[derive(Clone)]
pub(super) struct PhoneGrant {
    pub openid: String,
    pub country_code: String,
    pub number: String,
}

/// A granted log-in.
pub(super) struct Session {
    pub openid: String,
    pub session_key: String,
    pub unionid: Option<String>,
}

impl World {
    /// The beginning, with an account's templates.
    pub fn of(templates: Vec<Template>) -> Self {
        Self {
            templates,
            ..Self::default()
        }
    }

    pub fn user(&mut self, openid: &str) -> &mut User {
        self.users.entry(openid.to_owned()).or_default()
    }

    pub fn knows(&self, openid: &str) -> bool {
        self.users.contains_key(openid)
    }

    pub fn login_code(&mut self, openid: &str, app_id: &str, now: DateTime<Utc>, life: TimeDelta) -> Code {
        self.user(openid);
        self.login_codes
            .retain(|_, code| now < code.expires_at + CODES_KEPT);
        let code = Code {
            code: letters(32),
            expires_at: now + life,
        };
        let kept = LoginCode {
            openid: openid.to_owned(),
            app_id: app_id.to_owned(),
            expires_at: code.expires_at,
            used: false,
        };
        self.login_codes.insert(code.code.clone(), kept);
        code
    }

    pub fn phone_code(&mut self, grant: PhoneGrant, now: DateTime<Utc>, life: TimeDelta) -> Code {
        self.user(&grant.openid);
        self.phone_codes
            .retain(|_, code| now < code.expires_at + CODES_KEPT);
        let code = Code {
            code: letters(64),
            expires_at: now + life,
        };
        let kept = PhoneCode {
            grant,
            expires_at: code.expires_at,
        };
        self.phone_codes.insert(code.code.clone(), kept);
        code
    }

    /// Uses up a log-in code, or says why not by its `errcode`.
    pub fn log_in(&mut self, code: &str, app_id: &str, now: DateTime<Utc>) -> Result<Session, i64> {
        let kept = self
            .login_codes
            .get_mut(code)
            .filter(|kept| kept.app_id == app_id)
            .ok_or(40029)?;
        if kept.used {
            return Err(40163);
        }
        if now >= kept.expires_at {
            return Err(40029);
        }
        let openid = kept.openid.clone();
        let user = self.users.entry(openid.clone()).or_default();
        while user
            .recent
            .front()
            .is_some_and(|at| *at + TimeDelta::minutes(1) <= now)
        {
            user.recent.pop_front();
        }
        if user.recent.len() >= LOGINS_A_MINUTE {
            return Err(45011);
        }
        user.recent.push_back(now);
        user.seen_at = Some(now);
        kept.used = true;
        if user.risk_level >= 4 {
            return Err(40226);
        }
        // WeChat changes the key at some log-ins and keeps it at others; here it changes at every other.
        if user.logins.is_multiple_of(2) {
            user.session_key = session_key();
        }
        user.logins += 1;
        Ok(Session {
            openid,
            session_key: user.session_key.clone(),
            unionid: user.unionid.clone(),
        })
    }

    /// Uses up a phone code. A code of somebody else is refused and stays good for its owner.
    pub fn take_phone(&mut self, code: &str, openid: Option<&str>, now: DateTime<Utc>) -> Option<PhoneGrant> {
        let kept = self.phone_codes.get(code)?;
        if now >= kept.expires_at || openid.is_some_and(|openid| openid != kept.grant.openid) {
            return None;
        }
        self.phone_codes.remove(code).map(|kept| kept.grant)
    }

    /// The scripted reply that is due, or the usual one.
    pub fn next_fault(&mut self, call: Call) -> Fault {
        self.faults
            .get_mut(&call)
            .and_then(VecDeque::pop_front)
            .unwrap_or_default()
    }
}

/// A new session key.
pub(super) fn session_key() -> String {
    BASE64_STANDARD.encode(rand::random::<[u8; 16]>())
}

/// Random letters and digits.
pub(super) fn letters(count: usize) -> String {
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(count)
        .map(char::from)
        .collect()
}

/// A time as the simulator tells it.
pub(super) fn millis<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
}
