//! What is never readable in the database (CE-238).

use muan::db::Q;
use serde_json::json;

use super::retention::held;
use crate::consent::signers::person;
use crate::support::App;
use crate::support::walk;

/// All that the database keeps, as bytes and as hexadecimal digits.
async fn everything(app: &App) -> Vec<u8> {
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
            for written in [word.to_owned(), hex::encode(word)] {
                let bytes = written.as_bytes();
                let found = kept.windows(bytes.len()).any(|window| window == bytes);
                assert!(!found, "{word} stands in clear");
            }
        }
    }
}
