//! Access tokens as WeChat keeps them: how they age, overlap and die.
//!
//! Not here: who may ask for one (`platform.rs`).

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

use super::world::letters;

const LIFE: TimeDelta = TimeDelta::seconds(7200);
/// Before its end a token has a successor, and beside the successor it works this long.
const OVERLAP: TimeDelta = TimeDelta::seconds(300);
const FORCED_APART: TimeDelta = TimeDelta::seconds(30);
const FORCED_A_DAY: u32 = 20;
// A quota's day is WeChat's, in China.
const CHINA_S: i32 = 8 * 3600;
// Enough to tell an expired token from an invented one in any test.
const PAST_KEPT: usize = 64;

struct Token {
    value: String,
    /// Accepted until then, afterwards "expired".
    until: DateTime<Utc>,
}

#[derive(Default)]
pub(super) struct Tokens {
    stable: Vec<Token>,
    legacy: Vec<Token>,
    forced_at: Option<DateTime<Utc>>,
    forced_today: (Option<NaiveDate>, u32),
}

impl Tokens {
    /// The stable token and its remaining seconds, or the `errcode` of a quota.
    pub fn stable(&mut self, force: bool, now: DateTime<Utc>) -> Result<(String, i64), i64> {
        if force {
            self.count_forced(now)?;
            // Killed, not expired: the old value is unknown from now on.
            self.stable.clear();
        } else if let Some(last) = self.stable.last_mut() {
            if now + OVERLAP < last.until {
                return Ok((last.value.clone(), (last.until - now).num_seconds()));
            }
            if now < last.until {
                last.until = now + OVERLAP;
            }
        }
        Ok(issue(&mut self.stable, now))
    }

    /// A new legacy token; the former one works for five minutes more.
    pub fn legacy(&mut self, now: DateTime<Utc>) -> (String, i64) {
        if let Some(last) = self.legacy.last_mut() {
            last.until = last.until.min(now + OVERLAP);
        }
        issue(&mut self.legacy, now)
    }

    /// Accepts a token, or says by its `errcode` why not.
    pub fn check(&self, value: &str, now: DateTime<Utc>) -> Result<(), i64> {
        if value.is_empty() {
            return Err(41001);
        }
        let mut known = self.stable.iter().chain(&self.legacy);
        let token = known.find(|token| token.value == value).ok_or(40001)?;
        if now < token.until { Ok(()) } else { Err(42001) }
    }

    fn count_forced(&mut self, now: DateTime<Utc>) -> Result<(), i64> {
        if self.forced_at.is_some_and(|at| now < at + FORCED_APART) {
            return Err(45011);
        }
        let today = FixedOffset::east_opt(CHINA_S).map(|china| now.with_timezone(&china).date_naive());
        if self.forced_today.0 != today {
            self.forced_today = (today, 0);
        }
        if self.forced_today.1 >= FORCED_A_DAY {
            return Err(45009);
        }
        self.forced_today.1 += 1;
        self.forced_at = Some(now);
        Ok(())
    }
}

fn issue(tokens: &mut Vec<Token>, now: DateTime<Utc>) -> (String, i64) {
    if tokens.len() >= PAST_KEPT {
        tokens.remove(0);
    }
    let value = letters(136);
    tokens.push(Token {
        value: value.clone(),
        until: now + LIFE,
    });
    (value, LIFE.num_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn the_stable_token_repeats_with_falling_life_until_five_minutes_before_its_end() {
        let mut tokens = Tokens::default();
        let (first, life) = tokens.stable(false, at(0)).unwrap();
        assert_eq!(life, 7200);
        assert_eq!(tokens.stable(false, at(6855)).unwrap(), (first.clone(), 345));
        let (second, life) = tokens.stable(false, at(6950)).unwrap();
        assert_ne!(second, first);
        assert_eq!(life, 7200);
        assert_eq!(tokens.check(&first, at(7249)), Ok(()));
        assert_eq!(tokens.check(&first, at(7250)), Err(42001));
        assert_eq!(tokens.check(&second, at(7250)), Ok(()));
    }

    #[test]
    fn a_forced_token_kills_the_old_one_at_once_and_is_rationed() {
        let mut tokens = Tokens::default();
        let (old, _) = tokens.stable(false, at(0)).unwrap();
        tokens.stable(true, at(1)).unwrap();
        assert_eq!(tokens.check(&old, at(1)), Err(40001));
        assert_eq!(tokens.stable(true, at(30)), Err(45011));
        for n in 1..20 {
            tokens.stable(true, at(1 + 30 * n)).unwrap();
        }
        assert_eq!(tokens.stable(true, at(1000)), Err(45009));
        assert!(tokens.stable(true, at(57_600)).is_ok(), "a new day in China");
    }

    #[test]
    fn a_legacy_token_ends_the_former_one_but_not_the_stable_one() {
        let mut tokens = Tokens::default();
        let (stable, _) = tokens.stable(false, at(0)).unwrap();
        let (first, _) = tokens.legacy(at(0));
        let (second, _) = tokens.legacy(at(10));
        assert_eq!(tokens.check(&first, at(309)), Ok(()));
        assert_eq!(tokens.check(&first, at(310)), Err(42001));
        assert_eq!(tokens.check(&second, at(310)), Ok(()));
        assert_eq!(tokens.check(&stable, at(310)), Ok(()));
    }

    #[test]
    fn no_token_and_an_invented_token_are_told_apart() {
        let tokens = Tokens::default();
        assert_eq!(tokens.check("", at(0)), Err(41001));
        assert_eq!(tokens.check("made-up", at(0)), Err(40001));
    }
}
