//! The copy of everything held on her leaves nothing out in silence.

use std::collections::{BTreeMap, BTreeSet};

use muan::demo::messages::REMINDER;
use serde_json::{Value, json};

use crate::quality::cases::graded;
use crate::support::App;
use crate::support::cast::Woman;

/// Where the copy tells of the rows of a table.
enum Told {
    /// In this part.
    Part(&'static str),
    /// Named among what is withheld.
    Withheld(&'static str),
    /// Nowhere, for this reason.
    Not(&'static str),
}

use Told::{Not, Part, Withheld};

/// Every table whose rows belong to a woman or to her account.
const TABLES: [(&str, Told); 43] = [
    ("adverse_event", Withheld("adverse_event_reports")),
    ("agreement_act", Part("agreements")),
    ("alert", Part("alerts")),
    (
        "assignment",
        Not("when which form is open: the steps of the pregnancy and her responses tell it"),
    ),
    ("attachment", Part("attachments")),
    ("class_booking", Part("classes")),
    ("consent", Part("consents")),
    ("consent_authority", Part("authorities")),
    ("consent_signature", Part("consents")),
    ("data_request", Part("requests")),
    ("device_session", Part("sessions")),
    ("episode", Part("pregnancies")),
    ("follow_up", Part("follow_ups")),
    ("guardian_agreement", Part("guardian_agreements")),
    ("identity_check", Part("identity_checks")),
    (
        "identity_tries",
        Not("counts wrong guesses at who she is, for as long as they lock"),
    ),
    (
        "invitation",
        Not("a digest of a code that binds her account once, with its times"),
    ),
    ("journal_entry", Part("read_by")),
    ("labor", Part("labors")),
    ("legal_hold", Withheld("legal_holds")),
    ("lesson_progress", Part("lessons")),
    ("managed_case", Part("managed_cases")),
    ("notice", Part("notices")),
    (
        "notice_delivery",
        Not("how a notice was sent, without a word of it; gone after half a year"),
    ),
    ("patient", Part("profile")),
    (
        "patient_name_prefix",
        Not("keyed digests of her name, which the profile tells"),
    ),
    ("quiz_attempt", Part("quiz_attempts")),
    ("record_access", Part("openings")),
    ("record_copy", Part("copies")),
    ("record_seal", Withheld("record_seals")),
    ("referral", Part("managed_cases")),
    ("response", Part("responses")),
    ("restriction", Part("restrictions")),
    (
        "retention",
        Not("dates that the time of keeping is counted from: those of her visits and labors"),
    ),
    ("review", Part("decisions")),
    ("risk_color", Part("risk_colors")),
    ("risk_suggestion", Part("risk_suggestions")),
    ("session", Part("sessions")),
    ("signer_check", Part("signer_checks")),
    ("subscription_entry", Part("message_permissions")),
    ("survey_text", Part("suggestion_checks")),
    (
        "task",
        Not("work that waits for staff: what it is about stands in its own part"),
    ),
    ("wechat_event", Part("wechat_events")),
];

/// Tables that have a column for a woman or her account.
fn hers() -> BTreeSet<String> {
    let list: toml::Table = toml::from_str(include_str!("columns.toml")).unwrap();
    let tables: BTreeMap<String, BTreeMap<String, Vec<String>>> = list["columns"].clone().try_into().unwrap();
    let belongs = |columns: &BTreeMap<String, Vec<String>>| {
        let mut all = columns.values().flatten();
        all.any(|column| column == "patient_id" || column == "account_id")
    };
    let hers = tables.into_iter().filter(|(_, columns)| belongs(columns));
    hers.map(|(table, _)| table).collect()
}

async fn everything(she: &Woman) -> Value {
    she.get("/me/export").await.expect(200)
}

#[tokio::test]
async fn every_table_of_hers_is_told_or_withheld_or_left_out_for_a_reason() {
    let app = App::new().await;
    let copy = everything(&app.mei().await).await;
    let withheld: Vec<&Value> = copy["withheld"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["what"])
        .collect();
    let mut known = BTreeSet::new();
    for (table, told) in &TABLES {
        known.insert((*table).to_owned());
        match told {
            Part(part) => assert!(!copy[*part].is_null(), "{table}: there is no part {part}"),
            Withheld(what) => assert!(withheld.contains(&&json!(what)), "{table}: {what} is not named"),
            Not(reason) => assert!(reason.len() > 20, "{table}"),
        }
    }
    assert_eq!(
        known,
        hers(),
        "a new table of hers: tell it in her copy, name it as withheld, or say here why it is left out"
    );
}

#[tokio::test]
async fn she_reads_in_her_language_why_something_is_withheld() {
    let app = App::new().await;
    let mei = app.mei().await;
    let mut texts = BTreeSet::new();
    for language in ["zh-CN", "en"] {
        let copy = mei.speaking(language).get("/me/export").await.expect(200);
        for one in copy["withheld"].as_array().unwrap() {
            let text = one["text"].as_str().unwrap();
            assert_ne!(one["what"], text, "{one}");
            assert!(one["reason"].is_string(), "{one}");
            texts.insert(text.to_owned());
        }
    }
    assert_eq!(texts.len(), 10, "{texts:?}");
}

#[tokio::test]
async fn her_copy_tells_her_sessions_checks_colors_and_whom_she_authorized() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let path = |what: &str| format!("/patients/{}/{what}", mei.patient_id);
        let seen = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
        lin.post(&path("identity-checks"), seen).await.expect(201);
        let authority = json!({
            "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
            "matter": "neuraxial_labor_analgesia", "scope": ["sign"],
            "ends_at": app.clock.now() + chrono::Duration::days(7),
            "document_ref": "病案 卷二", "patient_signed": true,
        });
        lin.post(&path("authorities"), authority).await.expect(201);
        graded(&app, &mei.patient_id, "orange", true).await;

        let copy = everything(&mei).await;
        let session = &copy["sessions"][0];
        assert!(
            session["began_at"].is_string() && session["device"].is_string(),
            "{session}"
        );
        assert!(session["ended_at"].is_null(), "{session}");
        let check = copy["identity_checks"].as_array().unwrap().last().unwrap();
        assert_eq!(check["method"], "in_person");
        assert_eq!(check["role"], "midwife");
        assert_eq!(check["identifiers"], json!(["name", "id_document"]));
        assert_eq!(copy["authorities"][0]["agent"], "王强");
        assert_eq!(copy["risk_colors"][0]["color"], "orange");
        let told = copy.to_string();
        for hidden in ["token_hash", "code_hash", "身份证 0012", "purple", "血小板"] {
            assert!(!told.contains(hidden), "{hidden} is told");
        }
    }
}

#[tokio::test]
async fn the_record_of_a_woman_who_allowed_a_message_is_copied_too() {
    let app = App::new().await;
    let mei = app.mei().await;
    let allowed = json!({ "template": REMINDER, "accepted": true });
    mei.post("/me/subscriptions", allowed).await.expect(204);
    let copy = mei.post("/me/copies", json!({})).await.expect(201);
    let items = copy["items"].as_array().unwrap();
    assert!(
        items.iter().any(|one| one["kind"] == "message_permissions"),
        "{copy}"
    );
}
