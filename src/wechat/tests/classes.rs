//! Every number of WeChat's that we know, and its class: the class alone decides what is done.

use serde_json::json;

use crate::wechat::{Class, Error};

const TABLE: &[(Class, &[i64])] = &[
    (Class::Busy, &[-1]),
    (Class::TokenInvalid, &[40001, 40014, 42001, 41001]),
    (Class::RateMinute, &[45011, 44990, 44991]),
    (Class::QuotaDay, &[45009, 44993, 85406]),
    (Class::CodeInvalid, &[40029, 40163, 41008]),
    (Class::UserBlocked, &[40226]),
    (Class::NotSubscribed, &[43101]),
    (Class::TemplateBanned, &[43107]),
    (Class::Concurrent, &[43108]),
    (
        Class::BadContent,
        &[
            47003, 45168, 47001, 44002, 40097, 40129, 40169, 41030, 40037, 40003, 43104, 40165, 40212, 85096,
            85401, 85402, 87008, 87020,
        ],
    ),
    (
        Class::Config,
        &[
            40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 48001, 48004, 50002, 50004, 50007, 61004,
            89503, 89506, 89507, 85079, 85407, 85408,
        ],
    ),
    (Class::SessionStale, &[87007, 87009]),
    (Class::Away, &[61010]),
];

#[test]
fn every_number_has_the_class_that_the_table_says() {
    for (class, codes) in TABLE {
        for code in *codes {
            let error = Error::sort(json!({ "errcode": code })).unwrap_err();
            assert_eq!((error.class, error.errcode), (*class, Some(*code)));
        }
    }
    assert!(Error::sort(json!({ "errcode": 0 })).is_ok());
    assert!(Error::sort(json!({})).is_ok());
}

#[test]
fn what_the_table_does_not_name_is_unknown() {
    let named: Vec<i64> = TABLE
        .iter()
        .flat_map(|(_, codes)| codes.iter().copied())
        .collect();
    for code in (40_000..90_000).filter(|code| !named.contains(code)) {
        let error = Error::sort(json!({ "errcode": code })).unwrap_err();
        assert_eq!(error.class, Class::Unknown(code));
    }
}
