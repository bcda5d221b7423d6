//! Who may what: every operation as every role, as nobody, as another woman and as the other hospital.
//!
//! The list comes from the documents and the expectation from the policy table; an operation that is in one and not in
//! the other fails. If you added an operation and came here: give it a row in `people/policy.rs`.

use std::collections::BTreeMap;

use muan::base::{Act, Role};
use muan::people::policy::{self, Party};
use poem::http::Method;
use serde_json::{Value, json};

use crate::openapi::{act_of, documents, operations};
use crate::support::App;
use crate::support::client::Client;
use crate::support::walk;

/// A body that the document would take: required members only, the first word of each list of words.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return sample(document, &document["components"]["schemas"][name]);
    }
    if let Some(all) = schema["allOf"].as_array() {
        return sample(document, &all[0]);
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    match schema["type"].as_str().unwrap_or_default() {
        "object" => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let members = required.iter().map(|name| {
                let name = name.as_str().unwrap();
                (name.to_owned(), sample(document, &schema["properties"][name]))
            });
            Value::Object(members.collect())
        }
        "array" => json!([]),
        "boolean" => json!(true),
        "integer" | "number" => json!(1),
        "string" => match schema["format"].as_str().unwrap_or_default() {
            "uuid" => json!("01900000-0000-7000-8000-000000000000"),
            "date-time" => json!("2026-03-01T00:00:00Z"),
            "date" | "naive-date" | "naive_date" => json!("1996-03-12"),
            "decimal" => json!("1"),
            "dermatome" => json!("T8"),
            _ => json!("x"),
        },
        _ => json!({}),
    }
}

pub struct Operation {
    pub id: String,
    pub act: Act,
    pub method: Method,
    path: String,
    body: Option<Value>,
}

/// Every operation of a document.
pub fn all(document: &Value) -> Vec<Operation> {
    operations(document)
        .into_iter()
        .map(|(method, path, operation)| {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let content = operation["requestBody"]["content"].as_object();
            let body = content
                .and_then(|kinds| kinds.values().next())
                .map(|kind| sample(document, &kind["schema"]));
            let act = act_of(&id).unwrap_or_else(|| panic!("{id} is no act"));
            let needed = operation["parameters"].as_array().into_iter().flatten();
            let query: Vec<String> = needed
                .filter(|p| p["in"] == "query" && p["required"] == true)
                .map(|p| {
                    let value = sample(document, &p["schema"]);
                    format!(
                        "{}={}",
                        p["name"].as_str().unwrap(),
                        value.as_str().map_or(value.to_string(), str::to_owned)
                    )
                })
                .collect();
            let path = path
                .trim_start_matches("/api/patient/v1")
                .trim_start_matches("/api/staff/v1")
                .to_owned();
            let path = if query.is_empty() {
                path
            } else {
                format!("{path}?{}", query.join("&"))
            };
            Operation {
                id,
                act,
                method: method.parse().unwrap(),
                path,
                body,
            }
        })
        .collect()
}

impl Operation {
    pub async fn tried_by(&self, client: &Client, path: &str) -> crate::support::client::Answer {
        let key = crate::support::client::fresh_key();
        let headers = [("idempotency-key", key.as_str()), ("if-match", "\"1\"")];
        client
            .send(self.method.clone(), path, &headers, self.body.clone())
            .await
    }

    /// The path with ids that name nothing.
    pub fn anywhere(&self) -> String {
        let mut path = self.path.clone();
        while let (Some(open), Some(close)) = (path.find('{'), path.find('}')) {
            path.replace_range(open..=close, "01900000-0000-7000-8000-000000000000");
        }
        path
    }
}

/// Whether the door opened: what a rule or a check says behind it is another matter.
fn let_in(answer: &crate::support::client::Answer) -> bool {
    ![403, 405, 500].contains(&answer.status) && answer.code() != "http.unauthenticated"
}

pub fn ends_the_session(act: Act) -> bool {
    matches!(
        act,
        Act::PeopleLogOut | Act::PeopleStepUp | Act::PeopleChangePassword
    )
}

#[tokio::test]
async fn every_operation_is_open_to_the_roles_of_its_row_and_to_no_other() {
    let app = App::new().await;
    let mei = app.mei().await;
    let mut staff: BTreeMap<&str, (Role, Client)> = BTreeMap::new();
    for role in Role::ALL {
        let name = match role {
            Role::Midwife => "lin",
            Role::Obstetrician => "sun",
            Role::Anesthesiologist => "zhao",
            Role::Quality => "qian",
            Role::Admin => "wu",
        };
        staff.insert(
            name,
            (role, app.staff(crate::support::cast::HOSPITAL, name).await),
        );
    }
    let [hers, theirs] = documents();
    let mut tried = 0;
    for operation in all(&hers) {
        let row = policy::row(operation.act);
        let path = operation.anywhere();
        let nobody = operation.tried_by(&app.nobody(), &path).await;
        let open = row.contains(&Party::Anyone);
        assert!(
            open || nobody.status == 401,
            "{} by nobody: {}",
            operation.id,
            nobody.status
        );
        let lin = operation
            .tried_by(&app.nobody().with_token(&token_of(&app, "lin").await), &path)
            .await;
        assert!(
            open || lin.status == 401,
            "{} with a staff token: {}",
            operation.id,
            lin.status
        );
        if !open && !ends_the_session(operation.act) {
            let mine = operation.tried_by(&mei, &path).await;
            assert!(
                row.contains(&Party::P),
                "{} is on her document and not hers",
                operation.id
            );
            assert!(
                let_in(&mine),
                "{} by her: {} {}",
                operation.id,
                mine.status,
                mine.body
            );
        }
        tried += 1;
    }
    for operation in all(&theirs) {
        let row = policy::row(operation.act);
        let path = operation.anywhere();
        let nobody = operation.tried_by(&app.nobody_of_staff(), &path).await;
        let open = row.contains(&Party::Anyone);
        assert!(
            open || nobody.status == 401,
            "{} by nobody: {}",
            operation.id,
            nobody.status
        );
        if open || ends_the_session(operation.act) {
            tried += 1;
            continue;
        }
        for (name, (role, client)) in &staff {
            let answer = operation.tried_by(client, &path).await;
            if row.contains(&policy::party(*role)) {
                assert!(
                    let_in(&answer),
                    "{} by {name}: {} {}",
                    operation.id,
                    answer.status,
                    answer.body
                );
            } else {
                assert_eq!(answer.status, 403, "{} by {name}: {}", operation.id, answer.body);
            }
        }
        tried += 1;
    }
    // What only the facade offers is tried in its own chapter.
    let elsewhere: Vec<Act> = muan::fhir::OPERATIONS
        .iter()
        .flat_map(|one| [one.hers, one.theirs])
        .flatten()
        .collect();
    let routed = Act::ALL
        .iter()
        .filter(|act| !policy::row(**act).contains(&Party::System) && !elsewhere.contains(act))
        .count();
    assert!(
        tried >= routed,
        "{tried} operations tried, {routed} acts may be requested"
    );
}

async fn token_of(app: &App, username: &str) -> String {
    let body = json!({
        "facility": crate::support::cast::HOSPITAL, "username": username, "password": crate::support::cast::PASSWORD
    });
    let session = app
        .nobody_of_staff()
        .post_bare("/sessions", body)
        .await
        .expect(201);
    session["token"].as_str().unwrap().to_owned()
}

/// The id of the walked world that fills a path's first placeholder.
fn subject<'a>(path: &str, world: &'a walk::World) -> Option<&'a str> {
    let noun = path.trim_start_matches('/').split('/').next()?;
    world.ids.get(noun).map(String::as_str)
}

#[tokio::test]
async fn what_belongs_to_one_hospital_does_not_exist_for_the_other() {
    let app = App::new().await;
    let world = walk::to_the_survey(&app).await;
    let other = crate::support::cast::OTHER_HOSPITAL;
    let strangers = [
        (Role::Anesthesiologist, app.stranger().await),
        (Role::Midwife, app.lu().await),
        (Role::Quality, app.staff(other, "fang").await),
        (Role::Obstetrician, app.staff(other, "tang").await),
        (Role::Admin, app.staff(other, "gao").await),
    ];
    let [_, theirs] = documents();
    let mut tried = 0;
    for operation in all(&theirs)
        .into_iter()
        .filter(|operation| operation.path.contains('{'))
    {
        let Some(id) = subject(&operation.path, &world) else {
            continue;
        };
        let (open, close) = (
            operation.path.find('{').unwrap(),
            operation.path.find('}').unwrap(),
        );
        let mut path = operation.path.clone();
        path.replace_range(open..=close, id);
        for (role, stranger) in &strangers {
            if policy::row(operation.act).contains(&policy::party(*role)) {
                let answer = operation.tried_by(stranger, &path).await;
                let hidden = answer.status == 404
                    || (answer.status == 422 && operation.method != Method::GET)
                    || (answer.status == 400 && operation.method != Method::GET);
                assert!(
                    hidden,
                    "{} of the other hospital by {role:?}: {} {}",
                    operation.id, answer.status, answer.body
                );
                assert!(
                    !answer.body.to_string().contains(&world.patient),
                    "{} tells her id",
                    operation.id
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 30, "only {tried} tried");
    for operation in all(&theirs)
        .into_iter()
        .filter(|o| o.method == Method::GET && !o.path.contains('{'))
    {
        for (role, stranger) in &strangers {
            if policy::row(operation.act).contains(&policy::party(*role)) {
                let answer = operation.tried_by(stranger, &operation.path).await;
                let text = answer.body.to_string();
                let told = world
                    .ids
                    .values()
                    .chain([&world.patient])
                    .any(|id| text.contains(id.as_str()));
                assert!(
                    !told && !text.contains("梅秀英"),
                    "{} tells the other hospital of her: {text}",
                    operation.id
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_one_womans_does_not_exist_for_another() {
    let app = App::new().await;
    let world = walk::to_the_survey(&app).await;
    let bai = app.bai().await;
    let [hers, _] = documents();
    let mut tried = 0;
    for operation in all(&hers)
        .into_iter()
        .filter(|operation| operation.path.contains('{'))
    {
        let Some(id) = subject(&operation.path, &world) else {
            continue;
        };
        let (open, close) = (
            operation.path.find('{').unwrap(),
            operation.path.find('}').unwrap(),
        );
        let mut path = operation.path.clone();
        path.replace_range(open..=close, id);
        let answer = operation.tried_by(&bai, &path).await;
        let hidden = answer.status == 404
            || ([400, 415, 422].contains(&answer.status) && operation.method != Method::GET);
        assert!(
            hidden,
            "{} by another woman: {} {}",
            operation.id, answer.status, answer.body
        );
        tried += 1;
    }
    assert!(tried > 10, "only {tried} tried");
}
