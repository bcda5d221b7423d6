//! One woman's way through the service, step by step, as the people on it would go: every step is a real operation.
//!
//! The demo's sixty women and the tests' story walk it. Time is the clock's; a step that takes a while moves it.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use poem::Response;
use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::client::{Answer, Client, Unexpected};
use crate::app::work;
use crate::base::clock::clinic_date;
use crate::ctx::Ctx;
use crate::wechat::simulator::Simulator;

/// Why a walk stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// An answer that was not expected.
    #[error(transparent)]
    Answer(#[from] Unexpected),
    /// A job or the sequencer failed.
    #[error("work beside the requests: {0}")]
    Work(#[from] crate::base::Error),
    /// An answer without what the next step needs.
    #[error("no {0} in an answer")]
    Lacking(&'static str),
}

type Result<T> = std::result::Result<T, Stopped>;

/// The service and the people who work in it.
pub struct Walker<'a> {
    /// The service.
    pub ctx: &'a Ctx,
    /// Its public routes.
    pub service: &'a BoxEndpoint<'static, Response>,
    /// WeChat.
    pub simulator: &'a Simulator,
    /// Password of the staff, for log-in and step-up.
    pub password: String,
    /// The hospital's code.
    pub facility: String,
    sessions: Mutex<BTreeMap<&'static str, (DateTime<Utc>, Client)>>,
}

/// A staff session lasts twelve hours: whoever comes back after more than half of it logs in again.
const SHIFT: Duration = Duration::hours(6);

/// Who she is.
#[derive(Clone, Debug)]
pub struct Person {
    /// Her WeChat account.
    pub openid: String,
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Birth date, `YYYY-MM-DD`.
    pub birth_date: String,
    /// Due date, `YYYY-MM-DD`.
    pub edd: String,
}

/// A woman on her way: what she carries from step to step.
pub struct Woman {
    /// Who she is.
    pub person: Person,
    /// Her phone.
    pub phone: Client,
    /// Her record.
    pub patient: String,
    /// Her answers to the assessment.
    pub response: String,
    /// The review of them.
    pub review: String,
    /// Her consent.
    pub consent: String,
    /// Her labor.
    pub labor: String,
}

/// A member of an answer as text.
pub fn text(value: &Value, pointer: &'static str) -> Result<String> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or(Stopped::Lacking(pointer))
}

impl<'a> Walker<'a> {
    /// A hospital whose midwife, obstetrician and anesthesiologist have the user names of the cast.
    pub fn new(
        ctx: &'a Ctx,
        service: &'a BoxEndpoint<'static, Response>,
        simulator: &'a Simulator,
        facility: &str,
        password: &str,
    ) -> Walker<'a> {
        let (facility, password) = (facility.to_owned(), password.to_owned());
        Walker {
            ctx,
            service,
            simulator,
            password,
            facility,
            sessions: Mutex::default(),
        }
    }

    /// The midwife, logged in.
    pub async fn midwife(&self) -> Result<Client> {
        self.on_duty("lin").await
    }

    /// The obstetrician, logged in.
    pub async fn obstetrician(&self) -> Result<Client> {
        self.on_duty("sun").await
    }

    /// The anesthesiologist, logged in.
    pub async fn anesthesiologist(&self) -> Result<Client> {
        self.on_duty("zhao").await
    }

    /// The quality office, logged in.
    pub async fn quality(&self) -> Result<Client> {
        self.on_duty("qian").await
    }

    async fn on_duty(&self, username: &'static str) -> Result<Client> {
        let now = self.ctx.clock.now();
        let mut sessions = self.sessions.lock().await;
        if let Some((since, client)) = sessions.get(username)
            && now - *since < SHIFT
        {
            return Ok(client.clone());
        }
        let body = json!({ "facility": self.facility, "username": username, "password": self.password });
        let session = self.post(&Client::staff(None), "/sessions", body).await?.body;
        let client = Client::staff(Some(text(&session, "/token")?));
        sessions.insert(username, (now, client.clone()));
        Ok(client)
    }

    /// Time passes, and what is due by then is done.
    pub async fn wait(&self, seconds: i64) -> Result<()> {
        self.ctx.clock.advance(seconds);
        work::at_once(self.ctx, "walk").await?;
        Ok(())
    }

    /// She opens the mini-program again, which logs her in anew.
    pub async fn reopen(&self, woman: &mut Woman) -> Result<()> {
        let code = self.simulator.login_code(&woman.person.openid).code;
        let session = self
            .post(
                &Client::patient(None),
                "/sessions",
                json!({ "wechat_code": code }),
            )
            .await?
            .body;
        woman.phone = Client::patient(Some(text(&session, "/token")?));
        Ok(())
    }

    pub(super) async fn post(&self, who: &Client, path: &str, body: Value) -> Result<Answer> {
        Ok(who
            .ask(self.service, Method::POST, path, None, Some(body))
            .await?)
    }

    pub(super) async fn post_at(&self, who: &Client, path: &str, etag: &str, body: Value) -> Result<Answer> {
        Ok(who
            .ask(self.service, Method::POST, path, Some(etag), Some(body))
            .await?)
    }

    pub(super) async fn put(
        &self,
        who: &Client,
        path: &str,
        etag: Option<&str>,
        body: Value,
    ) -> Result<Answer> {
        Ok(who.ask(self.service, Method::PUT, path, etag, Some(body)).await?)
    }

    pub(super) async fn get(&self, who: &Client, path: &str) -> Result<Answer> {
        Ok(who.ask(self.service, Method::GET, path, None, None).await?)
    }

    pub(super) async fn etag(&self, who: &Client, path: &str) -> Result<String> {
        self.get(who, path).await?.etag.ok_or(Stopped::Lacking("ETag"))
    }

    /// Now, as the wire writes it.
    pub fn now(&self) -> String {
        self.ctx
            .clock
            .now()
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }

    /// Today, as a calendar in the clinic shows it.
    pub fn today(&self) -> NaiveDate {
        clinic_date(self.ctx.clock.now())
    }

    /// The midwife registers her; she scans the invitation, agrees, is matched, and enrolls.
    pub async fn register(&self, person: Person) -> Result<Woman> {
        let body = json!({
            "name": person.name, "phone": person.phone, "birth_date": person.birth_date, "edd": person.edd,
            "gravidity": 1, "parity": 0,
        });
        let registered = self.post(&self.midwife().await?, "/patients", body).await?.body;
        let code = self.simulator.login_code(&person.openid).code;
        let body = json!({ "wechat_code": code, "invite": text(&registered, "/invitation/scene")? });
        let session = self.post(&Client::patient(None), "/sessions", body).await?.body;
        let phone = Client::patient(Some(text(&session, "/token")?));
        let agreements = self.get(&phone, "/me/agreements").await?.body;
        for agreement in agreements
            .as_array()
            .into_iter()
            .flatten()
            .filter(|a| a["required"] == true)
        {
            let path = format!("/me/agreements/{}", text(agreement, "/kind")?);
            let body = json!({ "version": agreement["version"], "accepted": true });
            self.put(&phone, &path, None, body).await?;
        }
        let etag = self.etag(&phone, "/me").await?;
        let profile = json!({
            "name": person.name, "birth_date": person.birth_date, "height_cm": "162", "language": "zh-CN",
            "emergency_contact": { "name": "家人", "relation": "丈夫", "phone": "13900000000" },
        });
        let me = self.put(&phone, "/me", Some(&etag), profile).await?.body;
        let pregnancy = json!({
            "facility_id": me["facility_id"], "edd": person.edd, "gravidity": 1, "parity": 0, "fetuses": 1,
            "pre_pregnancy_weight": "54",
        });
        self.put(&phone, "/me/pregnancy", Some("*"), pregnancy).await?;
        self.wait(1).await?;
        Ok(Woman {
            person,
            phone,
            patient: text(&me, "/id")?,
            response: String::new(),
            review: String::new(),
            consent: String::new(),
            labor: String::new(),
        })
    }

    /// She reads a lesson to its end and takes its quiz.
    pub async fn lesson(&self, woman: &Woman, slug: &str) -> Result<Value> {
        let lesson = self.get(&woman.phone, &format!("/lessons/{slug}")).await?.body;
        self.wait(240).await?;
        let progress =
            json!({ "version": lesson["version"], "position": 100, "seconds": 240, "completed": true });
        self.put(&woman.phone, &format!("/lessons/{slug}/progress"), None, progress)
            .await?;
        let known = self
            .ctx
            .content
            .lessons
            .get(slug)
            .ok_or(Stopped::Lacking("lesson"))?;
        let answers: Vec<Value> = known
            .head
            .quiz
            .iter()
            .map(|key| json!({ "id": key.id, "option": key.answer }))
            .collect();
        let attempt = json!({ "version": lesson["version"], "answers": answers });
        Ok(self
            .post(&woman.phone, &format!("/lessons/{slug}/quiz-attempts"), attempt)
            .await?
            .body)
    }

    /// She reads the lessons that consent needs.
    pub async fn required_lessons(&self, woman: &Woman) -> Result<()> {
        let required: Vec<String> = self
            .ctx
            .content
            .lessons
            .required()
            .map(|l| l.head.slug.clone())
            .collect();
        for slug in required {
            self.lesson(woman, &slug).await?;
        }
        Ok(())
    }

    /// She fills in a form: a draft, saved half-way, taken up again, completed and submitted. `answers` is flat.
    pub async fn form(
        &self,
        woman: &Woman,
        name: &str,
        answers: &Map<String, Value>,
        lost_baby: bool,
    ) -> Result<Value> {
        let forms = &self.ctx.content.forms;
        let entry = if lost_baby {
            forms.after_loss(name)
        } else {
            forms.current(name)
        };
        let form = &entry.ok_or(Stopped::Lacking("form"))?.form;
        let draft = self
            .post(&woman.phone, "/responses", json!({ "questionnaire": name }))
            .await?
            .body;
        let path = format!("/responses/{}", text(&draft, "/id")?);
        let half: Map<String, Value> = answers
            .iter()
            .take(answers.len() / 2)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        let etag = self.etag(&woman.phone, &path).await?;
        let content = json!({ "content": form.response_from_flat(&half) });
        self.put(&woman.phone, &path, Some(&etag), content).await?;
        self.wait(120).await?;
        let etag = self.etag(&woman.phone, &path).await?;
        let content = json!({ "content": form.response_from_flat(answers) });
        self.put(&woman.phone, &path, Some(&etag), content).await?;
        let submitted = self
            .post(&woman.phone, &format!("{path}/submit"), json!({}))
            .await?
            .body;
        self.wait(1).await?;
        Ok(submitted)
    }

    /// She answers the assessment; the clinic finds it in its queue.
    pub async fn assessment(&self, woman: &mut Woman, answers: &Map<String, Value>) -> Result<Value> {
        let submitted = self.form(woman, "pre-analgesia", answers, false).await?;
        woman.response = text(&submitted, "/response/id")?;
        self.queued(woman).await?;
        Ok(submitted)
    }

    /// Finds what the clinic has of her in its queue.
    pub(super) async fn queued(&self, woman: &mut Woman) -> Result<()> {
        let mut path = "/reviews?state=waiting&limit=100".to_owned();
        loop {
            let page = self.get(&self.obstetrician().await?, &path).await?.body;
            let found = page["items"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|r| r["review"]["patient_id"] == woman.patient.as_str());
            if let Some(review) = found {
                woman.review = text(review, "/review/id")?;
                return Ok(());
            }
            let cursor = text(&page, "/next_cursor")?;
            path = format!("/reviews?state=waiting&limit=100&cursor={cursor}");
        }
    }

    /// The anesthesiologist claims the review and decides.
    pub async fn decide(&self, woman: &Woman, decision: Value) -> Result<Value> {
        self.post(
            &self.anesthesiologist().await?,
            &format!("/reviews/{}/claim", woman.review),
            json!({}),
        )
        .await?;
        let path = format!("/reviews/{}/decision", woman.review);
        Ok(self
            .post(&self.anesthesiologist().await?, &path, decision)
            .await?
            .body)
    }
}
