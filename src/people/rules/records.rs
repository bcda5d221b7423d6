//! Who may have a record copied or sealed, and when a sealing is over.

use chrono::{DateTime, Months, NaiveDate, Utc};

use crate::base::Code;
use crate::people::model::{Agency, Entitled, Entitlement, FinishedItem, RecordSeal, SealState};

/// Years without a claim after which a sealing ends (CE-234, 医疗纠纷预防和处理条例 art. 24).
const CLAIM_YEARS: u32 = 3;

/// Whether somebody is one of those whom the law lets have a record (CE-233): she herself; her agent within a recorded
/// authority of his name and document that speaks of her record and is in force; her guardian, whose proof of it was seen;
/// near relatives and heirs after her death.
///
/// Refuses: `people.not_entitled`. Source: 医疗机构病历管理规定 2013 arts. 17–18, 医疗纠纷预防和处理条例 art. 16, 民法典
/// arts. 23, 27, 28 (a guardian is the agent whom the law gives her).
pub fn entitled(
    who: &Entitlement,
    agency: Option<&Agency>,
    now: DateTime<Utc>,
    today: NaiveDate,
) -> Result<(), Code> {
    let may = match who.kind {
        Entitled::Patient => true,
        Entitled::Agent => agency.is_some_and(|agency| {
            let his = agency.agent == who.name && agency.document_ref == who.document_ref;
            agency.record && his && agency.begins_at <= now && now < agency.ends_at
        }),
        Entitled::Guardian => who.kinship_ref.is_some(),
        Entitled::CloseRelative | Entitled::Heir => who.died_on.is_some_and(|day| day <= today),
    };
    if may { Ok(()) } else { Err(Code::PeopleNotEntitled) }
}

/// When a sealing ends by itself: three years after both sides signed its first list, or after the last claim since; none
/// before it is signed.
pub fn seal_ends_at(seal: &RecordSeal) -> Option<DateTime<Utc>> {
    let signed = seal.lists.first()?.signature.as_ref()?.at;
    let last = seal.claims.iter().map(|claim| claim.at).max();
    last.map_or(signed, |claimed| claimed.max(signed))
        .checked_add_months(Months::new(12 * CLAIM_YEARS))
}

/// Whether another list may be made.
///
/// Refuses: `people.seal_released`, `people.list_unsigned` while the last one waits for its signatures.
pub fn may_list(seal: &RecordSeal) -> Result<(), Code> {
    if seal.state() == SealState::Released {
        return Err(Code::PeopleSealReleased);
    }
    match seal.lists.last() {
        Some(list) if list.signature.is_none() => Err(Code::PeopleListUnsigned),
        _ => Ok(()),
    }
}

/// Whether the last list may be signed, by those who saw the one with this digest.
///
/// Refuses: `people.seal_released`, `people.list_signed`, `people.list_mismatch`.
pub fn may_sign(seal: &RecordSeal, seen: &str) -> Result<(), Code> {
    if seal.state() == SealState::Released {
        return Err(Code::PeopleSealReleased);
    }
    match seal.lists.last() {
        Some(list) if list.signature.is_some() => Err(Code::PeopleListSigned),
        Some(list) if list.sha256 == seen => Ok(()),
        _ => Err(Code::PeopleListMismatch),
    }
}

/// Whether a claim may be recorded.
///
/// Refuses: `people.seal_released`, `people.list_unsigned` before it is sealed.
pub fn may_claim(seal: &RecordSeal) -> Result<(), Code> {
    match seal.state() {
        SealState::Released => Err(Code::PeopleSealReleased),
        SealState::Listed => Err(Code::PeopleListUnsigned),
        SealState::Sealed => Ok(()),
    }
}

/// What was unfinished when it was sealed, and neither noted as finished since nor sealed again.
pub fn left_unfinished(seal: &RecordSeal) -> Vec<FinishedItem> {
    let all = || seal.lists.iter().flat_map(|list| &list.items);
    let named = |one: &FinishedItem| {
        all().any(|item| item.finished && item.item.kind == one.kind && item.item.id == one.id)
            || seal.finished.contains(one)
    };
    let open = all().filter(|item| !item.finished).map(|item| FinishedItem {
        kind: item.item.kind.clone(),
        id: item.item.id.clone(),
    });
    open.filter(|one| !named(one)).collect()
}

/// What was finished since it was sealed and waits to be sealed again.
pub fn to_seal_again(seal: &RecordSeal) -> Vec<FinishedItem> {
    let listed = |one: &FinishedItem| {
        let mut items = seal.lists.iter().flat_map(|list| &list.items);
        items.any(|item| item.finished && item.item.kind == one.kind && item.item.id == one.id)
    };
    seal.finished.iter().filter(|one| !listed(one)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn who(kind: Entitled) -> Entitlement {
        Entitlement {
            kind,
            name: "王强".to_owned(),
            relation: Some("丈夫".to_owned()),
            document_ref: "身份证 0012".to_owned(),
            authority: None,
            died_on: None,
            kinship_ref: None,
        }
    }

    #[test]
    fn an_agent_has_it_within_an_authority_of_his_name_and_while_it_is_in_force() {
        let agency = |agent: &str, record| Agency {
            agent: agent.to_owned(),
            document_ref: "身份证 0012".to_owned(),
            record,
            begins_at: at("2026-03-01T00:00:00Z"),
            ends_at: at("2026-04-01T00:00:00Z"),
        };
        let may = |agency: Option<&Agency>, now: &str| {
            entitled(&who(Entitled::Agent), agency, at(now), day("2026-03-10")).is_ok()
        };
        let good = agency("王强", true);
        assert!(may(Some(&good), "2026-03-10T00:00:00Z"));
        assert!(!may(Some(&good), "2026-04-01T00:00:00Z"), "it is over");
        assert!(!may(Some(&good), "2026-02-28T00:00:00Z"), "it has not begun");
        assert!(!may(Some(&agency("王刚", true)), "2026-03-10T00:00:00Z"));
        assert!(!may(Some(&agency("王强", false)), "2026-03-10T00:00:00Z"));
        assert!(!may(None, "2026-03-10T00:00:00Z"));
        let namesake = Agency {
            document_ref: "身份证 9900".to_owned(),
            ..good
        };
        assert!(!may(Some(&namesake), "2026-03-10T00:00:00Z"), "another 王强");
    }

    #[test]
    fn a_guardian_has_it_while_she_lives_with_proof_of_it() {
        let may = |kinship_ref: Option<&str>| {
            let who = Entitlement {
                kinship_ref: kinship_ref.map(str::to_owned),
                ..who(Entitled::Guardian)
            };
            entitled(&who, None, at("2026-03-10T00:00:00Z"), day("2026-03-10")).is_ok()
        };
        assert!(may(Some("户口簿")));
        assert!(!may(None));
    }

    #[test]
    fn relatives_and_heirs_have_it_after_her_death_alone() {
        for kind in [Entitled::CloseRelative, Entitled::Heir] {
            let may = |died_on: Option<&str>| {
                let who = Entitlement {
                    died_on: died_on.map(day),
                    ..who(kind)
                };
                entitled(&who, None, at("2026-03-10T00:00:00Z"), day("2026-03-10")).is_ok()
            };
            assert!(!may(None));
            assert!(may(Some("2026-03-09")));
            assert!(!may(Some("2026-03-11")), "that day has not come");
        }
    }
}
