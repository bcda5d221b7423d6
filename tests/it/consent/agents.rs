//! Whom she authorizes in writing.

use serde_json::json;

use super::ceremony::Ceremony;
use super::signers::{ADULT, person, refused};

#[tokio::test]
async fn an_agent_signs_within_a_written_authority_and_not_beyond_it() {
    let ceremony = Ceremony::drafted_born(ADULT).await;
    let signing = json!({ "basis": "agent", "reason": "双手骨折，不能写字。" });
    refused(
        &ceremony.released_to(true, signing.clone()).await,
        "consent.authority_missing",
    );
    let lin = ceremony.app.lin().await;
    let path = format!("/patients/{}/authorities", ceremony.mei.patient_id);
    let ends_at = ceremony.app.clock.now() + chrono::Duration::days(7);
    let authority = |scope: &str, signed: bool| {
        json!({
            "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
            "matter": "neuraxial_labor_analgesia", "scope": [scope], "ends_at": ends_at,
            "document_ref": "病案 卷二", "patient_signed": signed,
        })
    };
    assert_eq!(lin.post(&path, authority("sign", false)).await.status, 422);
    lin.post(&path, authority("withdraw", true)).await.expect(201);
    refused(
        &ceremony.released_to(true, signing.clone()).await,
        "consent.authority_missing",
    );
    lin.post(&path, authority("sign", true)).await.expect(201);
    let released = ceremony.released_to(true, signing).await.expect(200);
    assert_eq!(released["basis"], "agent");
    ceremony.is_ready().await;
    let brother = person("agent", "王刚", "兄弟");
    ceremony.sees(&brother).await;
    refused(
        &ceremony.signs(Some(&brother), 1).await,
        "consent.authority_missing",
    );
    let husband = person("agent", "王强", "丈夫");
    ceremony.sees(&husband).await;
    let signed = ceremony.signs(Some(&husband), 2).await.expect(201);
    assert_eq!(signed["state"], "patient_signed");
}

#[tokio::test]
async fn an_authority_ends_with_its_period() {
    let ceremony = Ceremony::drafted_born(ADULT).await;
    let lin = ceremony.app.lin().await;
    let path = format!("/patients/{}/authorities", ceremony.mei.patient_id);
    let ends_at = ceremony.app.clock.now() + chrono::Duration::days(1);
    let body = json!({
        "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
        "matter": "neuraxial_labor_analgesia", "scope": ["sign"], "ends_at": ends_at,
        "document_ref": "病案 卷二", "patient_signed": true,
    });
    lin.post(&path, body).await.expect(201);
    let signing = json!({ "basis": "agent", "reason": "双手骨折，不能写字。" });
    ceremony.released_to(true, signing).await.expect(200);
    ceremony.is_ready().await;
    ceremony.app.clock.advance(2 * 86_400);
    let ceremony = Ceremony {
        zhao: ceremony.app.zhao().await,
        ..ceremony
    };
    let husband = person("agent", "王强", "丈夫");
    ceremony.sees(&husband).await;
    refused(
        &ceremony.signs(Some(&husband), 1).await,
        "consent.authority_missing",
    );
}
