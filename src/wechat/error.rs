//! What WeChat's refusals mean: many numbers, few classes, and the class decides what to do.
//!
//! Not here: HTTP answers to our own clients, which callers choose by [`Class`], and waiting, which jobs do.

use serde_json::Value;

/// Why a call to WeChat did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// WeChat is busy or out of reach: back off and try again, a bounded number of times. Without an
    /// `errcode` it is a transport failure, and whether the call took effect is unknown.
    Busy,
    /// WeChat was not reached, so nothing took effect: try again after a growing pause.
    Unreached,
    /// The access token was refused. The client refreshes and repeats once, then reports
    /// [`Class::Config`], so callers never see this.
    TokenInvalid,
    /// The quota of this minute is used up: wait for the next minute.
    RateMinute,
    /// The quota of this day is used up: stop until midnight in Asia/Shanghai.
    QuotaDay,
    /// The code of the log-in or of the phone button is wrong, used or expired: the client needs a new one.
    CodeInvalid,
    /// WeChat blocks this person as high-risk: offer another way, do not retry.
    UserBlocked,
    /// She has not allowed this message, or no longer: final, her credit is zero.
    NotSubscribed,
    /// WeChat banned this template, or this kind of message: final for every message by it, and the rest goes on.
    TemplateBanned,
    /// Another message to the same person is under way: retry in 1 to 5 s.
    Concurrent,
    /// What we sent breaks WeChat's rules: our defect, do not retry.
    BadContent,
    /// App id, secret, network list or permission is wrong: only an operator can help.
    Config,
    /// WeChat's session key changed: the client logs in again.
    SessionStale,
    /// She has not opened the mini-program for two hours: nothing of hers can be checked now.
    Away,
    /// A number not known here: final.
    Unknown(i64),
}

impl Class {
    /// The class of an `errcode`; `None` for 0, which is success.
    fn of(errcode: i64) -> Option<Self> {
        Some(match errcode {
            0 => return None,
            -1 => Self::Busy,
            40001 | 40014 | 41001 | 42001 => Self::TokenInvalid,
            44990 | 44991 | 45011 => Self::RateMinute,
            44993 | 45009 | 85406 => Self::QuotaDay,
            40029 | 40163 | 41008 => Self::CodeInvalid,
            40226 => Self::UserBlocked,
            43101 => Self::NotSubscribed,
            43107 => Self::TemplateBanned,
            43108 => Self::Concurrent,
            40003 | 40037 | 40097 | 40129 | 40165 | 40169 | 40212 | 41030 | 43104 | 44002 | 45168 | 47001
            | 47003 | 85096 | 85401 | 85402 | 87008 | 87020 => Self::BadContent,
            40002 | 40013 | 40125 | 40164 | 40243 | 41002 | 41004 | 43002 | 48001 | 48004 | 50002 | 50004
            | 50007 | 61004 | 85079 | 85407 | 85408 | 89503 | 89506 | 89507 => Self::Config,
            87007 | 87009 => Self::SessionStale,
            61010 => Self::Away,
            other => Self::Unknown(other),
        })
    }
}

/// A call that failed. Carries nothing that could identify a person or reveal a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("WeChat call failed: {class:?}, errcode {errcode:?}, rid {rid:?}")]
pub struct Error {
    /// What to do about it.
    pub class: Class,
    /// WeChat's number; `None` when there was no readable reply or nothing was sent.
    pub errcode: Option<i64>,
    /// WeChat's request id, which its support asks for.
    pub rid: Option<String>,
}

impl Error {
    /// No readable reply: a timeout, a broken connection, a status other than 200, or garbage.
    pub(super) fn transport() -> Self {
        Self {
            class: Class::Busy,
            errcode: None,
            rid: None,
        }
    }

    /// Nothing was sent.
    pub(super) fn unreached() -> Self {
        Self {
            class: Class::Unreached,
            errcode: None,
            rid: None,
        }
    }

    /// The same failure of what comes before the call itself.
    pub(super) fn before_the_call(self) -> Self {
        match (self.class, self.errcode) {
            (Class::Busy, None) => Self::unreached(),
            _ => self,
        }
    }

    /// Not sent, because WeChat would have refused it.
    pub(super) fn unsendable() -> Self {
        Self {
            class: Class::BadContent,
            errcode: None,
            rid: None,
        }
    }

    /// What her session key should open does not open.
    pub(super) fn stale() -> Self {
        Self {
            class: Class::SessionStale,
            errcode: None,
            rid: None,
        }
    }

    /// The reply when it is a success, else what it says. `errcode` may be absent on success.
    pub(super) fn sort(reply: Value) -> Result<Value, Self> {
        let errcode = reply.get("errcode").and_then(Value::as_i64).unwrap_or(0);
        match Class::of(errcode) {
            None => Ok(reply),
            Some(class) => {
                let rid = reply.get("errmsg").and_then(Value::as_str).and_then(rid);
                Err(Self {
                    class,
                    errcode: Some(errcode),
                    rid,
                })
            }
        }
    }

    /// Whether WeChat does not take this secret of the app: it is wrong by now, or frozen.
    pub(super) fn refuses_the_secret(&self) -> bool {
        matches!(self.errcode, Some(40125 | 40243))
    }

    /// The same failure where no refresh can help: the "token" fault is then a wrong secret.
    pub(super) fn beyond_refresh(mut self) -> Self {
        if self.class == Class::TokenInvalid {
            self.class = Class::Config;
        }
        self
    }
}

/// The request id in the tail of an `errmsg`, the only part of that text we read.
fn rid(errmsg: &str) -> Option<String> {
    let (_, tail) = errmsg.rsplit_once("rid:")?;
    let rid: String = tail
        .trim_start()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(64)
        .collect();
    (!rid.is_empty()).then_some(rid)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reply_without_errcode_or_with_zero_is_a_success() {
        assert!(Error::sort(json!({"openid": "o1"})).is_ok());
        assert!(Error::sort(json!({"errcode": 0, "errmsg": "ok"})).is_ok());
    }

    #[test]
    fn a_refusal_keeps_its_number_and_its_rid_and_nothing_else() {
        let reply = json!({"errcode": 40029, "errmsg": "invalid code, rid: 5f3e-ab12-77, code: secret"});
        let error = Error::sort(reply).unwrap_err();
        assert_eq!(error.class, Class::CodeInvalid);
        assert_eq!(error.errcode, Some(40029));
        assert_eq!(error.rid.as_deref(), Some("5f3e-ab12-77"));
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn an_unlisted_number_is_unknown_and_final() {
        let error = Error::sort(json!({"errcode": 12_345_678})).unwrap_err();
        assert_eq!(error.class, Class::Unknown(12_345_678));
    }

    #[test]
    fn a_token_fault_without_a_token_is_a_wrong_secret() {
        let error = Error::sort(json!({"errcode": 40001})).unwrap_err();
        assert_eq!(error.beyond_refresh().class, Class::Config);
    }
}
