//! The templates of subscription messages that the made-up account has: in the settings and at the simulator.

use std::collections::BTreeMap;

use crate::config::{Part, Template};
use crate::wechat::simulator;

/// Asks her to fill something in: each permission is worth one message.
pub const REMINDER: &str = "demo-template-reminder-0123456789abcdefghij";
/// Everything else: one permission holds until she takes it back.
pub const NOTICE: &str = "demo-template-notice-0123456789abcdefghijkl";

/// As the settings have them.
pub fn settings() -> Vec<Template> {
    vec![
        Template {
            id: REMINDER.to_owned(),
            long_term: false,
            kinds: vec!["follow_up_due".to_owned(), "survey_due".to_owned()],
            page: Some("pages/notices/index".to_owned()),
            keys: BTreeMap::from([
                (Part::Title, "thing1".to_owned()),
                (Part::Time, "time2".to_owned()),
                (Part::Hospital, "thing3".to_owned()),
            ]),
        },
        Template {
            id: NOTICE.to_owned(),
            long_term: true,
            kinds: Vec::new(),
            page: Some("pages/notices/index".to_owned()),
            keys: BTreeMap::from([
                (Part::Title, "thing1".to_owned()),
                (Part::Hint, "thing2".to_owned()),
            ]),
        },
    ]
}

/// As WeChat has them.
pub fn at_wechat() -> Vec<simulator::Template> {
    let template = |id: &str, kind, title: &str, content: &str| simulator::Template {
        id: id.to_owned(),
        title: title.to_owned(),
        content: content.to_owned(),
        kind,
        values: BTreeMap::new(),
    };
    vec![
        template(
            REMINDER,
            simulator::Kind::OneTime,
            "待办提醒",
            "事项:{{thing1.DATA}}\n时间:{{time2.DATA}}\n医院:{{thing3.DATA}}",
        ),
        template(
            NOTICE,
            simulator::Kind::LongTerm,
            "消息通知",
            "消息:{{thing1.DATA}}\n说明:{{thing2.DATA}}",
        ),
    ]
}
