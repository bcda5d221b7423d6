//! What is told of a log whose tree somebody took a part away from, and how soon the hospital knows.

use serde_json::json;

use super::log::head;
use super::tampered::{directly, literal};
use super::{accounts, hospital};
use crate::consent::ceremony::Ceremony;
use crate::consent::given::{first, told};
use crate::consent::verified::is;
use crate::support::App;

#[tokio::test]
async fn a_log_that_lost_a_part_of_its_tree_says_so_and_the_hospital_is_told_within_the_minute() {
    let app = App::new().await;
    accounts(&app, &["a1", "a2", "a3", "a4"]).await;
    let facility = hospital(&app).await;
    let size = head(&app, facility).await.size;
    let qian = app.qian().await;
    let reports = async || {
        let page = qian.get("/adverse-events").await.expect(200);
        page["items"].as_array().unwrap().len()
    };
    let before = reports().await;
    let log = literal(&app, facility);
    directly(
        &app,
        &[&format!(
            "delete from journal_node where facility_id = {log} and level > 0"
        )],
    )
    .await;
    for asked in [
        format!("inclusion?facility={facility}&seq=1&size={size}"),
        format!("consistency?facility={facility}&from=2&to={size}"),
    ] {
        let answer = app.outside().get(&format!("/log/{asked}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (409, "journal.inconsistent"),
            "{asked}"
        );
    }
    muan::app::log::look(&app.ctx).await.unwrap();
    app.work().await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["inconsistent"], 1);
    assert_eq!(reports().await, before + 1);
}

#[tokio::test]
async fn a_seal_whose_proof_was_taken_away_is_told_as_a_log_that_was_changed() {
    for change in [
        "delete from journal_node",
        "delete from journal_chain where entry_id in (select entry_id from consent_seal)",
    ] {
        let ceremony = Ceremony::active().await;
        ceremony.is_settled().await;
        let (app, mei) = (&ceremony.app, &ceremony.mei.client);
        let (pdf, zip) = (ceremony.pdf().await, ceremony.evidence(mei, "").await);
        directly(app, &[change]).await;
        for file in [&pdf, &zip] {
            let report = told(app, file).await;
            is(
                &report,
                json!({ "overall": "not_authentic", "integrity": "intact", "log": "inconsistent" }),
            );
            assert_eq!(first(&report), "log_changed", "{change}");
        }
        is(
            &ceremony.verification(mei).await,
            json!({ "overall": "not_authentic", "log": "inconsistent" }),
        );
        let bare = ceremony.evidence(mei, "").await;
        let off_line = crate::consent::verified::off_line(app, &bare);
        is(&off_line, json!({ "overall": "indeterminate", "log": "missing" }));
    }
}
