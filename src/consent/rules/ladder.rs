//! Who signs (CE §5): the ladder from her alone to a near relative, and the acts that a signature consists of.
//!
//! The decision is hers. Whoever signs beside her or for her does so on a ground that is named at release and does not
//! change afterwards (CE-041).

use super::Refusal;
use crate::base::Code;
use crate::consent::model::{ActKind, Basis, SignerKind, SigningPlan};

/// Civil capacity begins here (Civil Code art. 17).
const ADULT: i64 = 18;
/// From here on who lives mainly on income from her own labor counts as an adult (Civil Code art. 18).
const EARNER: i64 = 16;

/// How she stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Full years; without a birth date she is taken for an adult.
    pub age: Option<i64>,
    /// She lives mainly on income from her own labor.
    pub own_income: bool,
    /// She can decide herself.
    pub able: bool,
}

impl Situation {
    /// Whether the law takes her for a minor.
    pub fn minor(self) -> bool {
        self.age
            .is_some_and(|age| age < ADULT && !(self.own_income && age >= EARNER))
    }

    /// The grounds that are open.
    pub fn open(self) -> &'static [Basis] {
        match (self.minor(), self.able) {
            (true, _) => &[Basis::Guardian],
            (false, true) => &[Basis::Patient, Basis::Agent],
            (false, false) => &[Basis::Guardian, Basis::NearRelative],
        }
    }

    /// The ground that needs no choice.
    pub fn usual(self) -> Option<Basis> {
        match self.open() {
            [Basis::Guardian] => Some(Basis::Guardian),
            [Basis::Patient, ..] => Some(Basis::Patient),
            _ => None,
        }
    }
}

/// May the consent be released on this ground? (T02)
///
/// Refuses: `consent.basis_not_allowed` with those that are open, `people.second_person_required` where two doctors
/// record why she does not decide, `consent.authority_missing`.
pub fn may_choose(plan: &SigningPlan, situation: Situation) -> Result<(), Refusal> {
    if !situation.open().contains(&plan.basis) {
        return Err(Refusal::BasisNotAllowed {
            open: situation.open().to_vec(),
        });
    }
    if two_doctors(plan.basis, situation) && plan.second.is_none() {
        return Err(Refusal::Plain(Code::PeopleSecondPersonRequired));
    }
    if plan.basis == Basis::Agent && plan.authority.is_none() {
        return Err(Refusal::Plain(Code::ConsentAuthorityMissing));
    }
    Ok(())
}

/// Whether two doctors have to record why she does not decide herself.
pub fn two_doctors(basis: Basis, situation: Situation) -> bool {
    match basis {
        Basis::NearRelative => true,
        Basis::Guardian => !situation.minor(),
        Basis::Patient | Basis::Agent => false,
    }
}

/// Whether it has to be said why it is not she alone who signs.
pub fn needs_reason(basis: Basis, situation: Situation) -> bool {
    basis == Basis::Agent || two_doctors(basis, situation)
}

/// The ground on which a consent was released, and how she stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// What was decided at release.
    pub plan: SigningPlan,
    /// How she stands now.
    pub situation: Situation,
    /// The written authority of her agent still holds, where it is an agent who signs.
    pub authorized: bool,
}

impl Ground {
    /// Does the consent still rest on it? Not once she decides herself, or can't any more (RC8).
    ///
    /// Refuses: `consent.signer_changed`.
    pub fn stands(&self) -> Result<(), Refusal> {
        still_open(&self.plan, self.situation)?;
        match self.authorized {
            true => Ok(()),
            false => Err(Refusal::Plain(Code::ConsentSignerChanged)),
        }
    }
}

fn still_open(plan: &SigningPlan, situation: Situation) -> Result<(), Refusal> {
    if situation.open().contains(&plan.basis) && situation.able == plan.able {
        Ok(())
    } else {
        Err(Refusal::Plain(Code::ConsentSignerChanged))
    }
}

/// The acts that the signature consists of (T06), the decisive one first.
pub fn wanted(plan: &SigningPlan) -> &'static [SignerKind] {
    match plan.basis {
        Basis::Patient => &[SignerKind::Patient],
        Basis::Guardian if plan.able => &[SignerKind::Patient, SignerKind::Guardian],
        Basis::Guardian => &[SignerKind::Guardian],
        Basis::Agent => &[SignerKind::Agent],
        Basis::NearRelative => &[SignerKind::Relative],
    }
}

/// Those who are still to sign.
pub fn waiting(plan: &SigningPlan, standing: &[ActKind]) -> Vec<SignerKind> {
    let missing = |kind: &&SignerKind| !standing.contains(&kind.act());
    wanted(plan).iter().filter(missing).copied().collect()
}

/// May this person sign now? (T06)
///
/// Refuses: `consent.signer_changed` when since the release she has come of age, or staff found that she can decide, or
/// that she can't (RC8), `consent.signer_not_accepted` with those who may, `consent.already_signed`.
pub fn may_sign_as(
    plan: &SigningPlan,
    situation: Situation,
    kind: SignerKind,
    standing: &[ActKind],
) -> Result<(), Refusal> {
    still_open(plan, situation)?;
    if !wanted(plan).contains(&kind) {
        return Err(Refusal::SignerNotAccepted {
            basis: plan.basis,
            signers: wanted(plan).to_vec(),
        });
    }
    if standing.contains(&kind.act()) {
        return Err(Refusal::Plain(Code::ConsentAlreadySigned));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{AuthorityId, StaffId};
    use uuid::Uuid;

    fn woman(age: i64, own_income: bool, able: bool) -> Situation {
        Situation {
            age: Some(age),
            own_income,
            able,
        }
    }

    fn plan(basis: Basis, situation: Situation) -> SigningPlan {
        SigningPlan {
            basis,
            able: situation.able,
            second: Some(StaffId(Uuid::nil())),
            authority: Some(AuthorityId(Uuid::nil())),
            ..SigningPlan::default()
        }
    }

    #[test]
    fn each_row_of_the_ladder_opens_its_grounds_and_no_other() {
        use Basis::{Agent, Guardian, NearRelative, Patient};
        let rows: [(Situation, &[Basis]); 9] = [
            (woman(30, false, true), &[Patient, Agent]),
            (woman(18, false, true), &[Patient, Agent]),
            (woman(17, true, true), &[Patient, Agent]),
            (woman(16, true, true), &[Patient, Agent]),
            (woman(15, true, true), &[Guardian]),
            (woman(17, false, true), &[Guardian]),
            (woman(13, false, true), &[Guardian]),
            (woman(17, false, false), &[Guardian]),
            (woman(30, false, false), &[Guardian, NearRelative]),
        ];
        for (situation, open) in rows {
            for basis in Basis::ALL {
                let chosen = may_choose(&plan(*basis, situation), situation);
                assert_eq!(chosen.is_ok(), open.contains(basis), "{situation:?} {basis:?}");
            }
        }
        let unknown = Situation {
            age: None,
            own_income: false,
            able: true,
        };
        assert_eq!(unknown.usual(), Some(Patient));
        assert_eq!(woman(30, false, false).usual(), None, "somebody has to say who");
    }

    #[test]
    fn two_doctors_record_why_an_adult_does_not_decide_and_a_guardian_of_a_minor_needs_none() {
        let (adult, minor) = (woman(30, false, false), woman(16, false, true));
        for basis in [Basis::Guardian, Basis::NearRelative] {
            let alone = SigningPlan {
                second: None,
                ..plan(basis, adult)
            };
            assert_eq!(
                may_choose(&alone, adult),
                Err(Refusal::Plain(Code::PeopleSecondPersonRequired))
            );
        }
        let alone = SigningPlan {
            second: None,
            ..plan(Basis::Guardian, minor)
        };
        assert_eq!(may_choose(&alone, minor), Ok(()));
        let unwritten = SigningPlan {
            authority: None,
            ..plan(Basis::Agent, woman(30, false, true))
        };
        assert_eq!(
            may_choose(&unwritten, woman(30, false, true)),
            Err(Refusal::Plain(Code::ConsentAuthorityMissing))
        );
    }

    #[test]
    fn nobody_signs_in_the_place_of_a_woman_who_can() {
        let adult = woman(30, false, true);
        let hers = plan(Basis::Patient, adult);
        for kind in [SignerKind::Guardian, SignerKind::Agent, SignerKind::Relative] {
            assert!(
                matches!(
                    may_sign_as(&hers, adult, kind, &[]),
                    Err(Refusal::SignerNotAccepted { .. })
                ),
                "{kind:?}"
            );
        }
        assert_eq!(may_sign_as(&hers, adult, SignerKind::Patient, &[]), Ok(()));
    }

    #[test]
    fn a_minor_and_her_guardian_sign_in_either_order_and_once() {
        let minor = woman(17, false, true);
        let both = plan(Basis::Guardian, minor);
        assert_eq!(
            waiting(&both, &[ActKind::Guardian]),
            [SignerKind::Patient],
            "hers is wanted too"
        );
        assert_eq!(
            may_sign_as(&both, minor, SignerKind::Guardian, &[ActKind::Guardian]),
            Err(Refusal::Plain(Code::ConsentAlreadySigned))
        );
        assert!(waiting(&both, &[ActKind::Patient, ActKind::Guardian]).is_empty());
        let grown = woman(18, false, true);
        assert_eq!(
            may_sign_as(&both, grown, SignerKind::Guardian, &[]),
            Err(Refusal::Plain(Code::ConsentSignerChanged))
        );
        let unable = plan(Basis::Guardian, woman(17, false, false));
        assert_eq!(wanted(&unable), [SignerKind::Guardian]);
    }

    #[test]
    fn a_ground_falls_when_she_decides_again_or_no_longer_or_an_authority_ends() {
        let ground = |basis, then: Situation, now: Situation, authorized| Ground {
            plan: plan(basis, then),
            situation: now,
            authorized,
        };
        let (able, unable) = (woman(30, false, true), woman(30, false, false));
        let (minor, lost) = (woman(17, false, true), woman(17, false, false));
        for (fallen, basis, then, now) in [
            (false, Basis::Patient, able, able),
            (true, Basis::Patient, able, unable),
            (false, Basis::NearRelative, unable, unable),
            (true, Basis::NearRelative, unable, able),
            (true, Basis::Guardian, unable, able),
            (false, Basis::Guardian, minor, minor),
            (true, Basis::Guardian, minor, lost),
            (true, Basis::Guardian, minor, woman(18, false, true)),
            (false, Basis::Agent, able, able),
        ] {
            let stands = ground(basis, then, now, true).stands();
            assert_eq!(stands.is_err(), fallen, "{basis:?} {then:?} {now:?}");
        }
        let ended = ground(Basis::Agent, able, able, false).stands();
        assert_eq!(ended, Err(Refusal::Plain(Code::ConsentSignerChanged)));
    }
}
