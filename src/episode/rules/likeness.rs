//! Whether somebody who is registered is a woman whom the hospital knows.

use chrono::NaiveDate;

use crate::people::model::{IdType, Patient};

/// What is said of a woman at registration.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// Name.
    pub name: &'a str,
    /// Phone.
    pub phone: Option<&'a str>,
    /// Kind and number of the identity document.
    pub id_document: Option<&'a (IdType, String)>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
}

/// How two people compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// One woman.
    Same,
    /// Two women.
    Another,
    /// Somebody has to look.
    Unclear,
}

/// Compares what is said with a record. The number of an identity document decides. A phone does not: a husband gives his
/// for his wife and for his sister, so beside it the name must be the same and nothing speak against it; two women they
/// are when the name differs and the birth date with it.
pub fn is_she(known: &Patient, said: &Said<'_>) -> Likeness {
    if let (Some(number), Some((kind, said))) = (known.id_number.as_deref(), said.id_document) {
        if number == said {
            return Likeness::Same;
        }
        // Two documents of two kinds may be one woman's.
        if known.id_type == Some(*kind) {
            return Likeness::Another;
        }
    }
    if said.phone.is_none() || known.phone.as_deref() != said.phone {
        return Likeness::Another;
    }
    let same_name = known.name.as_deref() == Some(said.name);
    let birth = known.birth_date.zip(said.birth_date);
    match (same_name, birth.map(|(known, said)| known == said)) {
        (true, None | Some(true)) => Likeness::Same,
        (false, Some(false)) => Likeness::Another,
        (true, Some(false)) | (false, None | Some(true)) => Likeness::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Patient {
        Patient {
            id: uuid::Uuid::nil().into(),
            facility_id: uuid::Uuid::nil().into(),
            account_id: None,
            record_number: "2026000001".into(),
            name: Some("梅秀英".into()),
            birth_date: date("1996-03-12"),
            id_type: Some(IdType::Passport),
            id_number: Some("E12345678".into()),
            phone: Some("13800000001".into()),
            phone_confirmed: false,
            height_cm: None,
            language: "zh-CN".into(),
            emergency_contact: None,
            level: 0,
            matched: false,
            is_test: false,
            version: 1,
        }
    }

    fn date(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[test]
    fn a_document_decides_and_a_phone_only_with_what_stands_beside_it() {
        let hers = (IdType::Passport, "E12345678".to_owned());
        let other = (IdType::Passport, "E87654321".to_owned());
        let (same, another, unclear) = (Likeness::Same, Likeness::Another, Likeness::Unclear);
        let (she, sister) = ("梅秀英", "梅秀兰");
        let (family, own) = (Some("13800000001"), Some("13900000009"));
        for (name, phone, document, birth, likeness) in [
            (sister, own, Some(&hers), None, same),
            (she, family, Some(&other), date("1996-03-12"), another),
            (she, family, None, None, same),
            (she, family, None, date("1996-03-12"), same),
            (she, family, None, date("1997-03-12"), unclear),
            (sister, family, None, None, unclear),
            (sister, family, None, date("1996-03-12"), unclear),
            (sister, family, None, date("1998-01-01"), another),
            (she, own, None, date("1996-03-12"), another),
            (she, None, None, None, another),
        ] {
            let said = Said {
                name,
                phone,
                id_document: document,
                birth_date: birth,
            };
            assert_eq!(is_she(&known(), &said), likeness, "{name} {phone:?} {birth:?}");
        }
    }
}
