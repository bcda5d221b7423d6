//! Reading and searching.

use serde_json::{Value, json};

use super::{answered, found, next, resource};
use crate::support::App;

#[tokio::test]
async fn what_it_can_do_is_told_without_a_session() {
    let app = App::new().await;
    let statement = resource(app.nobody().fhir().get("/metadata").await);
    assert_eq!(statement["resourceType"], "CapabilityStatement");
    assert_eq!(statement["fhirVersion"], "4.0.1");
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    for operation in &muan::fhir::OPERATIONS {
        let told = resources
            .iter()
            .find(|one| one["type"] == operation.resource())
            .unwrap_or_else(|| panic!("{} is not told", operation.path));
        let names: Vec<&Value> = ["interaction", "operation"]
            .iter()
            .flat_map(|list| told[*list].as_array().into_iter().flatten())
            .flat_map(|one| [&one["code"], &one["name"]])
            .collect();
        let name = match operation.path.rsplit_once('/').unwrap() {
            (_, "{id}") => "read",
            (_, name) if name.starts_with('$') => &name[1..],
            _ => "search-type",
        };
        assert!(names.contains(&&json!(name)), "{name} of {}", operation.path);
    }
}

#[tokio::test]
async fn forms_are_read_page_by_page_and_hers_are_those_asked_of_her() {
    let app = App::new().await;
    let (mei, zhao) = (app.mei().await, app.zhao().await);
    let mut seen = Vec::new();
    let mut path = Some("/Questionnaire?_count=5".to_owned());
    while let Some(here) = path {
        let page = resource(zhao.fhir().get(&here).await);
        assert!(found(&page).len() <= 5);
        seen.extend(
            found(&page)
                .iter()
                .map(|form| form["id"].as_str().unwrap().to_owned()),
        );
        path = next(&page);
    }
    let forms = &app.ctx.content.forms;
    let mut all: Vec<String> = forms
        .all()
        .map(|entry| match forms.is_current(entry) {
            true => entry.name.clone(),
            false => format!("{}-v{}", entry.name, entry.version),
        })
        .collect();
    assert_eq!(seen, all, "each version of a form once, in order");
    let page = resource(mei.fhir().get("/Questionnaire?_count=100").await);
    all.retain(|name| {
        ![
            "facility-readiness",
            "pre-analgesia-staff",
            "pregnancy-risk-screening",
        ]
        .contains(&name.as_str())
    });
    let hers: Vec<&str> = found(&page)
        .iter()
        .map(|form| form["id"].as_str().unwrap())
        .collect();
    assert_eq!(hers, all);
    assert_eq!(page["entry"][0]["search"]["mode"], "match");

    let form = resource(mei.fhir().get("/Questionnaire/pre-analgesia").await);
    let same = mei.get("/questionnaires/pre-analgesia").await.expect(200);
    assert_eq!(form, same, "one document, wherever it is read");
    let url = form["url"].as_str().unwrap();
    let page = resource(
        zhao.fhir()
            .get(&format!("/Questionnaire?url={url}&version=1.0.0"))
            .await,
    );
    assert_eq!(found(&page), [&form]);
    let page = resource(zhao.fhir().get("/Questionnaire?version=0.0.1").await);
    assert!(page.get("entry").is_none(), "the standard has no empty lists");
    let page = resource(zhao.fhir().get("/Questionnaire?name=follow-up-f24").await);
    let [older, newest] = found(&page)[..] else {
        panic!("{page}");
    };
    for (form, id, version) in [
        (older, "follow-up-f24-v1.0.0", "1.0.0"),
        (newest, "follow-up-f24", "1.0.1"),
    ] {
        assert_eq!(form["id"], id);
        assert_eq!(form["version"], version);
        let read = resource(zhao.fhir().get(&format!("/Questionnaire/{id}")).await);
        assert_eq!(&read, form);
    }
    resource(zhao.fhir().get("/Questionnaire/pre-analgesia-staff").await);
    mei.fhir()
        .get("/Questionnaire/pre-analgesia-staff")
        .await
        .expect(404);
    zhao.fhir()
        .get("/Questionnaire/pre-analgesia-v0.0.1")
        .await
        .expect(404);
    let older = resource(zhao.fhir().get("/Questionnaire/pre-analgesia-v1.0.0").await);
    assert_eq!(
        older["id"], "pre-analgesia",
        "the newest version goes by its name"
    );
}

#[tokio::test]
async fn answers_are_hers_and_her_hospitals() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let id = answered(&app, &mei, json!({})).await;
    let path = format!("/QuestionnaireResponse/{id}");
    let answer = mei.fhir().get(&path).await;
    assert!(
        answer.etag().starts_with("W/\""),
        "weak, unlike the tags of the two APIs"
    );
    let hers = resource(answer);
    assert_eq!(hers["id"], id.as_str());
    assert_eq!(hers["status"], "completed");
    assert_eq!(
        hers["subject"]["reference"],
        format!("Patient/{}", mei.patient_id)
    );
    let kept = mei.get(&format!("/responses/{id}")).await.expect(200);
    assert_eq!(hers["item"], kept["content"]["item"]);
    bai.fhir().get(&path).await.expect(404);
    app.stranger().await.fhir().get(&path).await.expect(404);
    app.qian().await.fhir().get(&path).await.expect(403);

    let lin = app.lin().await;
    assert_eq!(resource(lin.fhir().get(&path).await), hers);
    let search = format!(
        "/QuestionnaireResponse?patient=Patient/{}&status=completed",
        mei.patient_id
    );
    assert_eq!(found(&resource(lin.fhir().get(&search).await)), [&hers]);
    assert_eq!(
        found(&resource(mei.fhir().get("/QuestionnaireResponse").await)),
        [&hers]
    );
    assert_eq!(found(&resource(mei.fhir().get(&search).await)), [&hers]);
    bai.fhir().get(&search).await.expect(404);
    app.stranger().await.fhir().get(&search).await.expect(404);
    lin.fhir().get("/QuestionnaireResponse").await.expect(400);
    let drafts = format!(
        "/QuestionnaireResponse?subject={}&status=in-progress",
        mei.patient_id
    );
    assert!(found(&resource(lin.fhir().get(&drafts).await)).is_empty());

    let staff = format!("{path}.staff");
    lin.fhir().get(&staff).await.expect(404);
    let entered =
        json!({ "answers": { "stf.sbp": 118, "stf.dbp": 74, "stf.bp_at": "2026-03-01T08:00:00Z" } });
    let etag = lin.get(&format!("/responses/{id}")).await.etag();
    lin.put(&format!("/responses/{id}/staff-items"), &etag, entered)
        .await
        .expect(200);
    let beside = resource(lin.fhir().get(&staff).await);
    assert_eq!(
        beside["questionnaire"],
        "https://muan.invalid/fhir/Questionnaire/pre-analgesia-staff|1.0.0"
    );
    mei.fhir().get(&staff).await.expect(404);
    assert_eq!(found(&resource(lin.fhir().get(&search).await)).len(), 2);
    assert_eq!(
        found(&resource(mei.fhir().get("/QuestionnaireResponse").await)).len(),
        1
    );
}

#[tokio::test]
async fn answers_that_were_replaced_cannot_be_taken_for_true() {
    let app = App::new().await;
    let mei = app.mei().await;
    let old = answered(&app, &mei, json!({})).await;
    let body = json!({ "reason": "身高写错了。" });
    let draft = mei
        .post(&format!("/responses/{old}/amendments"), body)
        .await
        .expect(201);
    let new = draft["id"].as_str().unwrap();
    mei.post(&format!("/responses/{new}/submit"), json!({}))
        .await
        .expect(200);
    let status = async |id: &str| {
        resource(mei.fhir().get(&format!("/QuestionnaireResponse/{id}")).await)["status"].clone()
    };
    assert_eq!(status(&old).await, "entered-in-error");
    assert_eq!(status(new).await, "amended");
    let page = resource(mei.fhir().get("/QuestionnaireResponse?status=amended").await);
    assert_eq!(
        found(&page).iter().map(|one| &one["id"]).collect::<Vec<_>>(),
        [&json!(new)]
    );
    let first = resource(mei.fhir().get("/QuestionnaireResponse?_count=1").await);
    assert_eq!(found(&first)[0]["id"], old.as_str());
    let second = resource(mei.fhir().get(&next(&first).unwrap()).await);
    assert_eq!(found(&second)[0]["id"], new);
    assert_eq!(next(&second), None);
}

#[tokio::test]
async fn a_woman_finds_herself_and_staff_the_women_of_their_hospital() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let path = format!("/Patient/{}", mei.patient_id);
    let her = resource(mei.fhir().get(&path).await);
    assert_eq!(her["name"][0]["text"], "梅秀英");
    assert_eq!(her["birthDate"], "1996-03-12");
    assert_eq!(found(&resource(mei.fhir().get("/Patient").await)), [&her]);
    let lin = app.lin().await;
    assert_eq!(resource(lin.fhir().get(&path).await), her);
    bai.fhir().get(&path).await.expect(404);
    app.stranger().await.fhir().get(&path).await.expect(404);
    assert!(found(&resource(app.lu().await.fhir().get("/Patient").await)).is_empty());
    assert_eq!(found(&resource(lin.fhir().get("/Patient").await)).len(), 2);
    let record = her["identifier"][0]["value"].as_str().unwrap();
    for wanted in [
        format!("identifier={record}"),
        "name=梅".to_owned(),
        "phone=13800000001".to_owned(),
    ] {
        assert_eq!(
            found(&resource(lin.fhir().get(&format!("/Patient?{wanted}")).await)),
            [&her],
            "{wanted}"
        );
    }
    assert!(found(&resource(mei.fhir().get("/Patient?name=白").await)).is_empty());
    let first = resource(lin.fhir().get("/Patient?_count=1").await);
    let second = resource(lin.fhir().get(&next(&first).unwrap()).await);
    assert_ne!(found(&first)[0]["id"], found(&second)[0]["id"]);
}

#[tokio::test]
async fn who_looked_stands_in_the_journal_and_the_journal_in_the_facade() {
    let app = App::new().await;
    let mei = app.mei().await;
    let id = answered(&app, &mei, json!({})).await;
    let lin = app.lin().await;
    resource(lin.fhir().get(&format!("/QuestionnaireResponse/{id}")).await);
    let qian = app.qian().await;
    let search = format!("/AuditEvent?patient={}&_count=3", mei.patient_id);
    let page = resource(qian.fhir().get(&search).await);
    let newest = found(&page)[0];
    assert_eq!(newest["subtype"][0]["code"], "forms.read_staff");
    assert_eq!(newest["agent"][0]["role"][0]["coding"][0]["code"], "midwife");
    assert_eq!(
        newest["entity"][0]["what"]["identifier"]["value"],
        format!("response:{id}")
    );
    let lin_id = newest["agent"][0]["who"]["identifier"]["value"].as_str().unwrap();
    let one = format!("/AuditEvent/{}", newest["id"].as_str().unwrap());
    assert_eq!(&resource(qian.fhir().get(&one).await), newest);
    app.staff(crate::support::cast::OTHER_HOSPITAL, "fang")
        .await
        .fhir()
        .get(&one)
        .await
        .expect(404);
    let of_lin = resource(
        qian.fhir()
            .get(&format!("/AuditEvent?agent={lin_id}&date=ge2026-03-02"))
            .await,
    );
    assert!(found(&of_lin).len() > 1);
    let before = resource(qian.fhir().get("/AuditEvent?date=lt2026-03-01T00:00:00Z").await);
    assert!(found(&before).is_empty());
    let day = "/AuditEvent?date=ge2026-03-02&date=lt2026-03-03&_count=2";
    let page = resource(qian.fhir().get(day).await);
    assert_eq!(
        found(&resource(qian.fhir().get(&next(&page).unwrap()).await)).len(),
        2
    );
    qian.fhir()
        .get("/AuditEvent?date=ge2026-03-02&date=ge2026-03-03")
        .await
        .expect(400);
    qian.fhir().get("/AuditEvent?date=2026").await.expect(400);
    lin.fhir().get("/AuditEvent").await.expect(403);
    mei.fhir().get("/AuditEvent").await.expect(403);
}

#[tokio::test]
async fn laboratory_values_are_told_once_checked_and_scores_to_those_who_read_assessments() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let sampled = json!({ "lab.plt": 200, "lab.plt_at": "2026-02-25T01:00:00Z" });
    let id = answered(&app, &mei, sampled).await;
    let (lin, zhao) = (app.lin().await, app.zhao().await);
    let search = format!("/Observation?patient={}", mei.patient_id);
    let names = |page: &Value| -> Vec<String> {
        let all = found(page).into_iter();
        all.map(|one| one["code"]["coding"][0]["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let scores = ["score.age", "score.bmi_now", "score.bmi_pre", "score.ga_weeks"];
    assert_eq!(names(&resource(zhao.fhir().get(&search).await)), scores);
    assert!(
        names(&resource(mei.fhir().get("/Observation").await)).is_empty(),
        "nobody has compared it"
    );

    let confirmed = json!({ "link_ids": ["lab.plt"] });
    lin.post(&format!("/responses/{id}/verifications"), confirmed)
        .await
        .expect(201);
    let page = resource(mei.fhir().get("/Observation").await);
    assert_eq!(names(&page), ["lab.plt"]);
    let platelets = found(&page)[0].clone();
    assert_eq!(platelets["id"], format!("{id}.lab.plt"));
    assert_eq!(
        platelets["valueQuantity"],
        json!({ "value": 200, "unit": "×10⁹/L", "system": "http://unitsofmeasure.org", "code": "10*9/L" })
    );
    assert_eq!(platelets["effectiveDateTime"], "2026-02-25T01:00:00.000Z");
    assert_eq!(found(&resource(lin.fhir().get(&search).await)), [&platelets]);
    let first = resource(zhao.fhir().get(&format!("{search}&_count=3")).await);
    let second = resource(zhao.fhir().get(&next(&first).unwrap()).await);
    assert_eq!(
        (found(&first).len(), found(&second).len(), next(&second)),
        (3, 2, None)
    );
    let weight = resource(zhao.fhir().get(&format!("{search}&code=score.bmi_now")).await);
    assert_eq!(found(&weight)[0]["valueQuantity"]["value"], json!(25.1));
    let score = format!("/Observation/{id}.score.bmi-now");
    assert_eq!(&resource(zhao.fhir().get(&score).await), found(&weight)[0]);
    mei.fhir().get(&score).await.expect(404);
    lin.fhir().get(&score).await.expect(404);
    lin.fhir().get("/Observation").await.expect(400);
    let one = format!("/Observation/{id}.lab.plt");
    assert_eq!(resource(mei.fhir().get(&one).await), platelets);
    for other in [&bai.client, &app.stranger().await, &app.ning().await.client] {
        other.fhir().get(&one).await.expect(404);
        other.fhir().get(&search).await.expect(404);
    }

    let staff = json!({ "answers": { "lab.fib": 4.2, "lab.coag_at": "2026-02-26T01:00:00Z" } });
    let etag = lin.get(&format!("/responses/{id}")).await.etag();
    lin.put(&format!("/responses/{id}/staff-items"), &etag, staff)
        .await
        .expect(200);
    assert_eq!(
        names(&resource(lin.fhir().get(&search).await)),
        ["lab.fib", "lab.plt"]
    );
    assert_eq!(
        names(&resource(mei.fhir().get("/Observation").await)),
        ["lab.plt"],
        "what staff entered is theirs"
    );
}
