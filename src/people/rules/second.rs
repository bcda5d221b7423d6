//! What somebody who holds a document of hers may know beside its code: the second item, and what is told for it.

use chrono::NaiveDate;

use crate::people::model::Patient;

/// Family names of two characters that are in use; any other one is the first character.
const DOUBLE: [&str; 32] = [
    "欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "尉迟", "长孙", "慕容", "令狐", "宇文", "东方", "南宫",
    "独孤", "夏侯", "端木", "公孙", "轩辕", "呼延", "百里", "东郭", "申屠", "太史", "西门", "澹台", "濮阳",
    "淳于", "单于", "钟离", "闻人", "万俟", "完颜",
];

/// Whether it is the last four of her identity document or her birth date (CE §13.1), as people write them.
pub fn is_second_item(patient: &Patient, said: &str) -> bool {
    let said = said.trim();
    let born = patient.birth_date.is_some() && patient.birth_date == date(said);
    let four = said.len() == 4 && said.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let last = patient
        .id_number
        .as_deref()
        .and_then(|number| number.get(number.len().checked_sub(4)?..));
    born || (four && last.is_some_and(|last| last.eq_ignore_ascii_case(said)))
}

/// `1996-03-12`, `1996/3/12`, `1996年3月12日`, `19960312`.
fn date(said: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = said
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        [whole] if whole.len() == 8 && whole.len() == said.len() => {
            NaiveDate::parse_from_str(whole, "%Y%m%d").ok()
        }
        _ => None,
    }
}

/// Her name as whoever checks a document is told it: the family name, the rest as stars whose number says nothing.
pub fn family_name(name: &str) -> String {
    let double = DOUBLE.iter().find(|double| name.starts_with(**double));
    let first: String = match double {
        Some(double) if name.chars().count() > 2 => (*double).to_owned(),
        _ => name.chars().take(1).collect(),
    };
    format!("{first}**")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mei() -> Patient {
        Patient {
            id: uuid::Uuid::nil().into(),
            facility_id: uuid::Uuid::nil().into(),
            account_id: None,
            record_number: "2026000001".into(),
            name: Some("梅秀英".into()),
            birth_date: NaiveDate::from_ymd_opt(1996, 3, 12),
            id_type: None,
            id_number: Some("11010119960312002x".into()),
            phone: None,
            phone_confirmed: false,
            height_cm: None,
            language: "zh-CN".into(),
            emergency_contact: None,
            level: 2,
            matched: true,
            is_test: false,
            version: 1,
        }
    }

    #[test]
    fn the_second_item_is_the_birth_date_or_the_last_four_as_people_write_them() {
        for right in [
            "1996-03-12",
            "1996/3/12",
            "1996年3月12日",
            "19960312",
            " 002X ",
            "002x",
        ] {
            assert!(is_second_item(&mei(), right), "{right}");
        }
        for wrong in [
            "",
            "1996-03-13",
            "12-03-1996",
            "9603",
            "2x",
            "0312",
            "1996031",
            "x002",
            "1996 03",
            "年月日",
        ] {
            assert!(!is_second_item(&mei(), wrong), "{wrong}");
        }
        let nobody = Patient {
            birth_date: None,
            id_number: None,
            ..mei()
        };
        for nothing in ["", "    ", "0000"] {
            assert!(!is_second_item(&nobody, nothing));
        }
    }

    #[test]
    fn only_the_family_name_is_told() {
        for (name, told) in [
            ("梅秀英", "梅**"),
            ("梅秀", "梅**"),
            ("欧阳娜", "欧阳**"),
            ("东方", "东**"),
            ("阿依古丽·买买提", "阿**"),
            ("", "**"),
        ] {
            assert_eq!(family_name(name), told);
        }
    }
}
