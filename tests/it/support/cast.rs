//! The people of every test: Mei, who is pregnant; Lin, midwife; Zhao, anesthesiologist; Sun, obstetrician; Qian of the
//! quality office; Wu, administrator; the Stranger, anesthesiologist of the other hospital, and Ning, a woman there.

use std::ops::Deref;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use muan::base::Role;
use muan::ctx::Ctx;
use muan::db::Q;
use muan::people::admin;
use muan::people::model::Settings;
use muan::people::{StaffDraft, admin::add_staff};
use serde_json::json;

use super::App;
use super::client::Client;

pub const APP_ID: &str = "wx0123456789abcdef";
pub const APP_SECRET: &str = "secret of the simulator";
pub const PASSWORD: &str = "correct horse battery";
pub const HOSPITAL: &str = "renai";
pub const OTHER_HOSPITAL: &str = "xinkang";

/// Two hospitals and their staff.
pub async fn seed(ctx: &Ctx) {
    admin::add_facility(ctx, HOSPITAL, "仁爱妇产医院", "010-12345678", Settings::default())
        .await
        .unwrap();
    admin::add_facility(
        ctx,
        OTHER_HOSPITAL,
        "新康医院",
        "020-87654321",
        Settings::default(),
    )
    .await
    .unwrap();
    let people = [
        (HOSPITAL, "lin", "林静", Role::Midwife, false),
        (HOSPITAL, "sun", "孙岚", Role::Obstetrician, false),
        (HOSPITAL, "zhao", "赵明", Role::Anesthesiologist, true),
        (HOSPITAL, "he", "何远", Role::Anesthesiologist, false),
        (HOSPITAL, "qian", "钱敏", Role::Quality, false),
        (HOSPITAL, "wu", "吴刚", Role::Admin, false),
        (OTHER_HOSPITAL, "stranger", "石川", Role::Anesthesiologist, true),
        (OTHER_HOSPITAL, "lu", "陆萍", Role::Midwife, false),
        (OTHER_HOSPITAL, "fang", "方平", Role::Quality, false),
        (OTHER_HOSPITAL, "tang", "唐蕾", Role::Obstetrician, false),
        (OTHER_HOSPITAL, "gao", "高峰", Role::Admin, false),
    ];
    for (facility, username, name, role, senior) in people {
        let draft = StaffDraft {
            username: username.to_owned(),
            name: name.to_owned(),
            license: (role == Role::Anesthesiologist).then(|| format!("1101100000{username}")),
            title: "主治医师".to_owned(),
            role,
            senior,
            grants: Vec::new(),
            consent_privilege: None,
            disabled: false,
        };
        let new = add_staff(ctx, facility, draft, Some(PASSWORD.to_owned()))
            .await
            .unwrap();
        admin::qualify(ctx, &new.staff).await.unwrap();
    }
    cheapen_passwords(ctx).await;
}

/// The same password hashed at the least cost: a test logs in a dozen times, and a quarter of a run went into that. A hash
/// says by itself what it cost, so that every log-in goes the way of the service.
async fn cheapen_passwords(ctx: &Ctx) {
    let least = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, 1, None).unwrap();
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, least)
        .hash_password(PASSWORD.as_bytes())
        .unwrap()
        .to_string();
    let mut tx = ctx.db.begin().await.unwrap();
    tx.q("update staff set password_hash = $1")
        .bind(hash)
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A woman with her client.
pub struct Woman {
    pub client: Client,
    pub patient_id: String,
    pub openid: String,
}

impl Deref for Woman {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl App {
    /// Midwife.
    pub async fn lin(&self) -> Client {
        self.staff(HOSPITAL, "lin").await
    }

    /// Obstetrician.
    pub async fn sun(&self) -> Client {
        self.staff(HOSPITAL, "sun").await
    }

    /// Senior anesthesiologist.
    pub async fn zhao(&self) -> Client {
        self.staff(HOSPITAL, "zhao").await
    }

    /// Another anesthesiologist of the same hospital.
    pub async fn he(&self) -> Client {
        self.staff(HOSPITAL, "he").await
    }

    /// Quality office.
    pub async fn qian(&self) -> Client {
        self.staff(HOSPITAL, "qian").await
    }

    /// Administrator.
    pub async fn wu(&self) -> Client {
        self.staff(HOSPITAL, "wu").await
    }

    /// Anesthesiologist of the other hospital.
    pub async fn stranger(&self) -> Client {
        self.staff(OTHER_HOSPITAL, "stranger").await
    }

    /// Midwife of the other hospital.
    pub async fn lu(&self) -> Client {
        self.staff(OTHER_HOSPITAL, "lu").await
    }

    /// A staff member, logged in.
    pub async fn staff(&self, facility: &str, username: &str) -> Client {
        let body = json!({ "facility": facility, "username": username, "password": PASSWORD });
        let session = self
            .nobody_of_staff()
            .post_bare("/sessions", body)
            .await
            .expect(201);
        self.nobody_of_staff()
            .with_token(session["token"].as_str().unwrap())
    }

    /// Mei: registered by Lin, invited, logged in, agreed, enrolled at 33 weeks with her first child.
    pub async fn mei(&self) -> Woman {
        let lin = self.lin().await;
        self.woman(&lin, "o-mei", "梅秀英", "13800000001", "1996-03-12")
            .await
    }

    /// Bai: another woman of the same hospital.
    pub async fn bai(&self) -> Woman {
        let lin = self.lin().await;
        self.woman(&lin, "o-bai", "白如雪", "13800000002", "1994-07-01")
            .await
    }

    /// Ning: a woman of the other hospital.
    pub async fn ning(&self) -> Woman {
        let lu = self.lu().await;
        self.woman(&lu, "o-ning", "宁小燕", "13800000003", "1998-11-23")
            .await
    }

    /// A woman, logged in by WeChat only.
    pub async fn newcomer(&self, openid: &str) -> Client {
        let code = self.simulator.login_code(openid).code;
        let session = self
            .nobody()
            .post_bare("/sessions", json!({ "wechat_code": code }))
            .await
            .expect(201);
        self.nobody().with_token(session["token"].as_str().unwrap())
    }

    /// She gives the agreements.
    pub async fn agrees(&self, client: &Client) {
        for agreement in client.get("/me/agreements").await.expect(200).as_array().unwrap() {
            if agreement["required"] == true {
                let path = format!("/me/agreements/{}", agreement["kind"].as_str().unwrap());
                client
                    .put_bare(
                        &path,
                        json!({ "version": agreement["version"], "accepted": true }),
                    )
                    .await
                    .expect(200);
            }
        }
    }

    /// A woman whom a midwife registers, with her birth date.
    pub async fn woman(
        &self,
        midwife: &Client,
        openid: &str,
        name: &str,
        phone: &str,
        birth_date: &str,
    ) -> Woman {
        let edd = (self.clock.now() + chrono::Duration::days(49))
            .date_naive()
            .to_string();
        let body = json!({ "name": name, "phone": phone, "birth_date": birth_date, "edd": edd });
        let registered = midwife.post("/patients", body).await.expect(201);
        let scene = registered["invitation"]["scene"].as_str().unwrap();
        let code = self.simulator.login_code(openid).code;
        let body = json!({ "wechat_code": code, "invite": scene });
        let session = self.nobody().post_bare("/sessions", body).await.expect(201);
        let client = self.nobody().with_token(session["token"].as_str().unwrap());
        self.agrees(&client).await;
        let me = client.get("/me").await;
        let etag = me.etag();
        let profile =
            json!({ "name": name, "birth_date": birth_date, "height_cm": "162", "language": "zh-CN" });
        let me = client.put("/me", &etag, profile).await.expect(200);
        let facility = me["facility_id"].clone();
        let pregnancy =
            json!({ "facility_id": facility, "edd": edd, "gravidity": 1, "parity": 0, "fetuses": 1 });
        let answer = client.put("/me/pregnancy", "*", pregnancy).await;
        answer.expect(200);
        self.work().await;
        Woman {
            client,
            patient_id: me["id"].as_str().unwrap().to_owned(),
            openid: openid.to_owned(),
        }
    }
}
