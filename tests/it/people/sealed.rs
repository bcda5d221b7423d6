//! What is never readable in the database (CE-238).

use muan::ctx::Records;
use muan::db::Q;
use muan::vault::Sealed;
use serde_json::{Value, json};
use uuid::Uuid;

use super::retention::held;
use super::sealing::herself;
use crate::consent::ceremony::Ceremony;
use crate::consent::signers::person;
use crate::support::App;
use crate::support::walk;

/// All that the database keeps, as bytes and as hexadecimal digits.
pub async fn everything(app: &App) -> Vec<u8> {
    let folder = &app.config.data;
    let mut all = Vec::new();
    for name in ["muan.db", "muan.db-wal"] {
        all.extend(std::fs::read(folder.join(name)).unwrap_or_default());
    }
    if all.is_empty() {
        let mut view = app.ctx.view();
        let tables: Vec<(String,)> = view
            .q("select cast(table_name as text) from information_schema.tables \
                where table_schema = 'public' and table_type = 'BASE TABLE'")
            .all()
            .await
            .unwrap();
        for (table,) in tables {
            let rows: Vec<(String,)> = view
                .q(format!("select cast(t.* as text) from {table} t"))
                .all()
                .await
                .unwrap();
            all.extend(rows.into_iter().flat_map(|(row,)| row.into_bytes()));
        }
    }
    all
}

pub fn is_sealed(kept: &[u8], word: &str) {
    for written in [word.to_owned(), hex::encode(word)] {
        let bytes = written.as_bytes();
        let found = memchr::memmem::find(kept, bytes);
        assert!(found.is_none(), "{word} stands in clear");
    }
}

#[tokio::test]
async fn names_numbers_and_words_of_hers_stand_nowhere_in_clear() {
    for app in App::each().await {
        let world = walk::to_the_survey(&app).await;
        let (lin, qian) = (app.lin().await, app.qian().await);
        let husband = person("relative", "王强", "丈夫");
        let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"], "of": husband });
        lin.post(&format!("/patients/{}/identity-checks", world.patient), body)
            .await
            .expect(201);
        held(&qian, &world.patient).await;
        let kept = everything(&app).await;
        assert!(kept.len() > 100_000, "{} bytes were looked at", kept.len());
        for word in [
            "梅秀英",
            "13800000001",
            "1996-03-12",
            "王强",
            "户口簿",
            "家属提出异议",
            "泵管接头松动",
            "可以使用分娩镇痛",
        ] {
            is_sealed(&kept, word);
        }
    }
}

#[tokio::test]
async fn digests_of_what_can_be_guessed_stand_nowhere_in_clear() {
    for app in App::each().await {
        let mei = app.mei().await;
        let copy = mei.post("/me/copies", json!({})).await.expect(201);
        let qian = app.qian().await;
        let seal = qian
            .post("/record-seals", herself(&mei.patient_id))
            .await
            .expect(201);
        let lists = [&copy["items"], &seal["lists"][0]["items"]];
        let kept = everything(&app).await;
        for item in lists.iter().flat_map(|items| items.as_array().unwrap()) {
            is_sealed(&kept, item["sha256"].as_str().unwrap());
        }
    }
}

#[tokio::test]
async fn her_id_number_and_her_hand_are_sealed_and_her_hand_can_be_destroyed_alone() {
    for app in App::each().await {
        let mei = app.mei().await;
        let etag = mei.get("/me").await.etag();
        let number = "110101199603121222";
        let profile = json!({
            "name": "梅秀英", "birth_date": "1996-03-12", "language": "zh-CN",
            "id_document": { "kind": "resident_id", "number": number },
        });
        mei.put("/me", &etag, profile).await.expect(200);
        let ceremony = Ceremony::of(app, mei).await;
        ceremony.is_released().await;
        ceremony.is_ready().await;
        ceremony.becomes_active(0).await;
        let kept = everything(&ceremony.app).await;
        assert!(kept.len() > 100_000, "{} bytes were looked at", kept.len());
        for word in [number, "[40,55,0,-1],[44,62,11,-1]", "[[[40,55,"] {
            is_sealed(&kept, word);
        }
        let mut view = ceremony.app.ctx.view();
        let (act, body, strokes): (Uuid, Sealed, Sealed) = view
            .q("select id, body, strokes from consent_signature where kind = 'patient'")
            .one()
            .await
            .unwrap();
        let keys: Vec<(String,)> = view
            .q("select class from data_key where record = $1 order by class")
            .bind(act)
            .all()
            .await
            .unwrap();
        let keys: Vec<&str> = keys.iter().map(|(class,)| class.as_str()).collect();
        assert_eq!(keys, ["clinical", "strokes"]);
        let drawn: Value = view.open_json(act, "strokes", &strokes).await.unwrap();
        assert_eq!(drawn[0][0], json!([40, 55, 0, -1]));
        let mut tx = ceremony.app.ctx.db.begin().await.unwrap();
        tx.q("delete from data_key where record = $1 and class = 'strokes'")
            .bind(act)
            .run()
            .await
            .unwrap();
        tx.commit().await.unwrap();
        // A process that has not seen the key.
        let mut later = ceremony.app.beside(|_| {}).await.view();
        let said: Value = later.open_json(act, "body", &body).await.unwrap();
        assert!(said["section"]["body"]["strokes_sha256"].is_object(), "{said}");
        assert!(later.open_json::<Value>(act, "strokes", &strokes).await.is_err());
    }
}
