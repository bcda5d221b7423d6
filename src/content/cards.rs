//! What a notice says outside the house: on a card of WeChat's and in a text message.
//!
//! Both show on a lock screen and pass through other hands: they say that something waits, never what it is about. What
//! WeChat would refuse is found when content and settings are loaded; it refuses the whole message for one value.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Defects;
use super::messages::{self, Notice};
use crate::base::Locale;
use crate::base::clock::clinic_zone;
use crate::config::{Part, Template};
use crate::wechat::fits;

/// Characters of a `thing`.
const LINE: usize = 20;
/// The type of key whose rule every text of ours is written for.
const TEXT: &str = "thing";

/// The values of a card by the template's keys.
pub fn card(
    template: &Template,
    notice: &Notice,
    hospital: &str,
    at: DateTime<Utc>,
    locale: Locale,
) -> BTreeMap<String, String> {
    let value = |part: &Part| match part {
        Part::Title => notice.title.clone(),
        Part::Hospital => hospital.chars().take(LINE).collect(),
        Part::Time => at
            .with_timezone(&clinic_zone())
            .format("%Y年%-m月%-d日 %H:%M")
            .to_string(),
        Part::Hint => hint(locale),
    };
    template
        .keys
        .iter()
        .map(|(part, key)| (key.clone(), value(part)))
        .collect()
}

/// The words of a text message.
pub fn text(notice: &Notice, hospital: &str, locale: Locale) -> String {
    let params = json!({ "hospital": hospital, "title": notice.title });
    messages::field(locale, "sms_notice", Some(&params))
}

fn hint(locale: Locale) -> String {
    messages::field(locale, "card_hint", None)
}

/// Every reason for which WeChat would refuse a message that these templates make.
pub fn faults(templates: &[Template]) -> Vec<String> {
    let mut faults = Vec::new();
    for template in templates {
        let mut check = |ok: bool, what: &str| {
            if !ok {
                faults.push(format!("{}: {what}", template.id));
            }
        };
        check(!template.id.is_empty(), "no id");
        check(!template.keys.is_empty(), "no keys");
        for kind in &template.kinds {
            let known = messages::notice(Locale::default(), kind).is_some();
            check(known, &format!("no notice is of the kind {kind}"));
        }
        for (part, key) in &template.keys {
            // Its name is the hospital's and can't be tried here.
            let right = match part {
                Part::Title | Part::Hospital => key.starts_with(TEXT) && fits(key, "医院"),
                Part::Time => fits(key, "2026年1月5日 09:00"),
                Part::Hint => Locale::ALL.iter().all(|locale| fits(key, &hint(*locale))),
            };
            check(right, &format!("{key} can't take what it is given"));
        }
    }
    faults
}

/// Whether every text fits where it is shown.
pub(super) fn check(defects: &mut Defects) {
    let key = format!("{TEXT}1");
    for locale in Locale::ALL {
        let path = format!("messages/{}.toml", locale.tag());
        for kind in messages::notices() {
            let fitting = messages::notice(locale, kind).is_none_or(|notice| fits(&key, &notice.title));
            defects.check(fitting, &path, &format!("/notices/{kind}/title"), || {
                format!("more than {LINE} characters, or a line break")
            });
        }
        defects.check(fits(&key, &hint(locale)), &path, "/fields/card_hint", || {
            format!("more than {LINE} characters, or a line break")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing of what a card says may tell a stranger what she is treated for.
    const CLINICAL: [&str; 44] = [
        "痛",
        "麻醉",
        "分娩",
        "生产",
        "产后",
        "产妇",
        "孕",
        "胎",
        "宝宝",
        "新生儿",
        "血",
        "热",
        "感染",
        "抑郁",
        "病",
        "药",
        "症",
        "针",
        "导管",
        "手术",
        "风险",
        "异常",
        "同意",
        "拒绝",
        "撤回",
        "pain",
        "labor",
        "birth",
        "deliver",
        "pregnan",
        "baby",
        "anesth",
        "epidural",
        "analges",
        "blood",
        "fever",
        "depress",
        "disease",
        "drug",
        "risk",
        "consent",
        "refus",
        "withdr",
        "surg",
    ];

    #[test]
    fn no_notice_says_what_it_is_about() {
        let mut seen = 0;
        for locale in Locale::ALL {
            for kind in messages::notices() {
                let notice = messages::notice(locale, kind).unwrap();
                let told = format!(
                    "{} {} {} {}",
                    notice.title,
                    notice.body,
                    text(notice, "仁爱医院", locale),
                    hint(locale)
                )
                .to_lowercase();
                for word in CLINICAL {
                    assert!(!told.contains(word), "{kind} says {word}: {told}");
                }
                seen += 1;
            }
        }
        assert!(seen >= 26, "{seen}");
    }

    fn template(part: Part, key: &str) -> Template {
        Template {
            id: "t".to_owned(),
            long_term: false,
            kinds: Vec::new(),
            page: None,
            keys: BTreeMap::from([(part, key.to_owned())]),
        }
    }

    #[test]
    fn a_template_that_wechat_would_refuse_is_found_before_anything_is_sent() {
        let fine = [
            (Part::Title, "thing1"),
            (Part::Hospital, "thing12"),
            (Part::Time, "time2"),
            (Part::Time, "date3"),
            (Part::Hint, "thing4"),
        ];
        let wrong = [
            (Part::Title, "thing"),
            (Part::Title, "phrase1"),
            (Part::Hospital, "number1"),
            (Part::Time, "thing.1"),
            (Part::Hint, "phrase4"),
        ];
        for (part, key) in fine {
            assert_eq!(faults(&[template(part, key)]), Vec::<String>::new(), "{key}");
        }
        for (part, key) in wrong {
            assert_eq!(faults(&[template(part, key)]).len(), 1, "{key}");
        }
        let mut unknown = template(Part::Title, "thing1");
        unknown.kinds = vec!["follow_up_doe".to_owned()];
        assert_eq!(faults(&[unknown]).len(), 1);
    }

    #[test]
    fn every_value_of_a_card_fits_however_long_the_hospitals_name_is() {
        let template = Template {
            keys: BTreeMap::from([
                (Part::Title, "thing1".to_owned()),
                (Part::Hospital, "thing2".to_owned()),
                (Part::Time, "time3".to_owned()),
                (Part::Hint, "thing4".to_owned()),
            ]),
            ..template(Part::Title, "thing1")
        };
        let notice = messages::notice(Locale::En, "follow_up_due").unwrap();
        let at = "2026-03-02T01:05:00Z".parse().unwrap();
        let card = card(&template, notice, &"很长的名字".repeat(9), at, Locale::En);
        assert_eq!(card["time3"], "2026年3月2日 09:05");
        assert!(card.iter().all(|(key, value)| fits(key, value)), "{card:?}");
    }
}
