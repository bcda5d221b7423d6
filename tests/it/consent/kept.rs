//! What of a consent never changes and never goes, whoever asks the database (CE-030, CE-041).

use muan::db::{Q, Sql};
use serde_json::json;

use super::ceremony::Ceremony;
use super::over_time::Ward;
use super::signers::person;
use crate::people::retention::held;
use crate::support::App;

/// Tables of the slice that hold work in progress: a code that is used up, and the consent, whose state moves on.
const MOVING: [&str; 2] = ["consent", "consent_code"];

/// Every table of consents.
const TABLES: Sql = Sql::Per {
    sqlite: "select name from sqlite_master where type = 'table' and name like 'consent%' order by name",
    pg: "select cast(table_name as text) from information_schema.tables \
         where table_schema = 'public' and table_type = 'BASE TABLE' and table_name like 'consent%' order by table_name",
};

/// The triggers, each with its table.
const TRIGGERS: Sql = Sql::Per {
    sqlite: "select name from sqlite_master where type = 'trigger'",
    pg: "select cast(tgname as text) from pg_trigger where not tgisinternal",
};

/// What the database says to a statement; none where it does it, or where there is nothing to do.
async fn refusal(app: &App, text: &str) -> Option<String> {
    let mut tx = app.ctx.db.begin().await.unwrap();
    tx.q(text.to_owned())
        .run()
        .await
        .err()
        .map(|error| error.to_string())
}

/// An active consent with a question, a talk, a proof by a code, an acknowledgement switched, a bedside confirmation.
async fn full(app: App) -> Ceremony {
    let mei = app.mei().await;
    let ceremony = Ceremony::of(app, mei).await;
    ceremony.is_released().await;
    ceremony.is_talked_over().await;
    let off = json!({ "allowed": false });
    ceremony
        .mei
        .put_bare(&ceremony.path("/acknowledgement"), off)
        .await
        .expect(200);
    ceremony.is_ready().await;
    let me = ceremony.mei.get("/me").await.expect(200);
    let claim = json!({
        "name": "梅秀英", "record_number": me["record_number"], "birth_date": "1996-03-12",
    });
    let proof = json!({ "method": "record_match", "record": claim });
    ceremony
        .mei
        .post(&ceremony.path("/identity"), proof)
        .await
        .expect(201);
    ceremony.becomes_active(0).await;
    let ward = Ward::of(ceremony).await;
    ward.ceremony.is_confirmed().await;
    ward.ceremony.app.work().await;
    ward.ceremony
}

#[tokio::test]
async fn no_row_of_what_is_kept_can_be_changed_or_taken_away() {
    for app in App::each().await {
        let ceremony = full(app).await;
        let app = &ceremony.app;
        let mut view = app.ctx.view();
        let tables: Vec<(String,)> = view.q(TABLES).all().await.unwrap();
        let triggers: Vec<(String,)> = view.q(TRIGGERS).all().await.unwrap();
        let has = |name: String| triggers.contains(&(name,));
        let mut tried = Vec::new();
        for (table,) in tables {
            if MOVING.contains(&table.as_str()) {
                continue;
            }
            assert!(has(format!("{table}_no_update")), "{table} can be changed");
            assert!(has(format!("{table}_no_delete")), "{table} can be emptied");
            let (rows,): (i64,) = view
                .q(format!("select count(*) from {table}"))
                .one()
                .await
                .unwrap();
            if rows == 0 {
                continue;
            }
            for text in [
                format!("update {table} set facility_id = facility_id"),
                format!("delete from {table}"),
            ] {
                let said = refusal(app, &text).await.unwrap_or_default();
                assert!(said.contains("immutable"), "{text}: {said}");
            }
            tried.push(table);
        }
        for table in [
            "consent_question",
            "consent_identity",
            "consent_signature",
            "consent_evidence",
        ] {
            assert!(
                tried.iter().any(|one| one == table),
                "{table} had no row: {tried:?}"
            );
        }
        let said = refusal(app, "delete from consent").await.unwrap_or_default();
        assert!(!said.is_empty());
        assert!(has("consent_no_delete".to_owned()));
    }
}

#[tokio::test]
async fn from_the_release_on_nothing_that_was_shown_changes_or_is_taken_away() {
    for app in App::each().await {
        let mei = app.mei().await;
        let _another = app.bai().await;
        let ceremony = Ceremony::of(app, mei).await;
        ceremony.is_released().await;
        for change in [
            "presented_sha256 = null",
            "presented_sha256 = 'another'",
            "form = 'short'",
            "technique_class = 'another'",
            "template_id = 'another'",
            "patient_id = (select p.id from patient p where p.id <> consent.patient_id limit 1)",
            "episode_id = (select e.id from episode e where e.id <> consent.episode_id limit 1)",
        ] {
            let text = format!("update consent set {change}");
            let said = refusal(&ceremony.app, &text).await.unwrap_or_default();
            assert!(said.contains("frozen"), "{text}: {said}");
        }
    }
}

#[tokio::test]
async fn two_consents_of_hers_are_never_in_force_at_once() {
    for app in App::each().await {
        let mei = app.mei().await;
        let ceremony = Ceremony::of(app, mei).await;
        ceremony.is_released().await;
        ceremony.is_ready().await;
        ceremony.becomes_active(0).await;
        let etag = ceremony.etag().await;
        let body = json!({ "reason": "technique_changed" });
        ceremony
            .zhao
            .post_at(&ceremony.path("/reissue"), &etag, body)
            .await
            .expect(201);
        let text = "update consent set state = 'active' where state = 'draft'";
        let said = refusal(&ceremony.app, text).await.unwrap_or_default();
        assert!(said.to_lowercase().contains("unique"), "{said}");
    }
}

/// What staff check, what she agrees to and what is kept for a dispute, beside the tables of the slice.
const BESIDE: [(&str, &str); 9] = [
    ("identity_check", "method = 'another'"),
    ("signer_check", "kind = 'another'"),
    ("device_session", "asset = 'another'"),
    ("agreement_act", "version = 'another'"),
    ("legal_hold", "items = 'another'"),
    ("legal_hold_release", "at = at"),
    ("destruction_list", "sha256 = 'another'"),
    ("destruction_approval", "at = at"),
    ("destruction", "at = at"),
];

#[tokio::test]
async fn checks_agreements_holds_and_destructions_stay_as_they_were_written() {
    for app in App::each().await {
        let mei = app.mei().await;
        let ceremony = Ceremony::of(app, mei).await;
        ceremony.is_released().await;
        ceremony.is_ready().await;
        ceremony.sees(&person("relative", "王强", "丈夫")).await;
        ceremony.device("PAD-0017").await;
        let (app, patient) = (&ceremony.app, &ceremony.mei.patient_id);
        let qian = app.qian().await;
        let hold = held(&qian, patient).await;
        let release = format!("/legal-holds/{}/release", hold["id"].as_str().unwrap());
        let body = json!({ "reason": "争议已解决。" });
        qian.post(&release, body).await.expect(200);
        let mut view = app.ctx.view();
        let triggers: Vec<(String,)> = view.q(TRIGGERS).all().await.unwrap();
        for (table, change) in BESIDE {
            for trigger in ["no_update", "no_delete"] {
                let name = format!("{table}_{trigger}");
                assert!(triggers.contains(&(name.clone(),)), "{name}");
            }
            let count = format!("select count(*) from {table}");
            let (rows,): (i64,) = view.q(count).one().await.unwrap();
            // Nothing of hers is destroyed within its time.
            assert!(rows > 0 || table.starts_with("destruction"), "{table} has no row");
            if rows > 0 {
                for text in [
                    format!("update {table} set {change}"),
                    format!("delete from {table}"),
                ] {
                    let said = refusal(app, &text).await.unwrap_or_default();
                    assert!(said.contains("immutable"), "{text}: {said}");
                }
            }
        }
        // The check that lets her sign is neither taken back nor tried anew.
        for change in [
            "confirmed_at = null",
            "failures = -1",
            "expires_at = at",
            "staff_id = id",
        ] {
            let text = format!("update identity_check set {change}");
            let said = refusal(app, &text).await.unwrap_or_default();
            assert!(said.contains("immutable"), "{text}: {said}");
        }
    }
}
