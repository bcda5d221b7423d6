//! How WeChat pushes events: in what shape, how often it tries, and that nothing keeps them in order.
//!
//! Events wait until somebody has them delivered, so that tests decide when and how; `automatic` has each delivered as it
//! comes, for the demo.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Certificate, Client, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Simulator, cipher, world::letters};
use crate::wechat::Secret;

/// How often a push is tried until it is taken.
const TRIES: u32 = 3;
/// How long WeChat waits for the answer.
const LONGEST: Duration = Duration::from_secs(5);

/// Where events are pushed to.
#[derive(Debug, Clone)]
pub struct Callback {
    /// The address.
    pub url: String,
    /// The token of the signatures.
    pub token: Secret,
    /// The 43 characters of the key: with them the mode is secure, without them plain.
    pub key: Option<Secret>,
    /// Each event is delivered as it comes.
    pub automatic: bool,
}

/// In which order what waits is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As it happened.
    #[default]
    Happened,
    /// The last first.
    Reversed,
}

/// One push and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its event.
    pub event: &'static str,
    /// Whom it is about.
    pub openid: String,
    /// How often it was tried.
    pub tries: u32,
    /// Whether the service took it.
    pub taken: bool,
}

/// An event that waits.
pub(super) struct Event {
    name: &'static str,
    openid: String,
    /// Everything that differs by event.
    members: Map<String, Value>,
    at: DateTime<Utc>,
}

impl Simulator {
    /// Has events pushed to an address, from now on.
    pub fn push_to(&self, callback: Callback) {
        self.world().callback = Some(callback);
    }

    /// Asks the address whether it is ours, as WeChat does before it takes it.
    pub async fn greets(&self, callback: &Callback) -> bool {
        let word = letters(20);
        let mut query = self.signed(callback);
        query.push(("echostr", word.clone()));
        let Some(client) = client() else { return false };
        let Ok(answer) = client.get(&callback.url).query(&query).send().await else {
            return false;
        };
        answer.status() == StatusCode::OK && answer.text().await.is_ok_and(|said| said == word)
    }

    /// She answers the prompt for some templates: `accept`, `reject`, `ban` or `filter` for each.
    pub fn prompted(&self, openid: &str, answers: &[(String, String)]) {
        for (template, answer) in answers {
            if answer == "accept" {
                let mut world = self.world();
                let credits = world
                    .credits
                    .entry((openid.to_owned(), template.clone()))
                    .or_default();
                *credits = credits.saturating_add(1);
            }
        }
        let scene = |entry: &mut Map<String, Value>| {
            entry.insert("PopupScene".to_owned(), json!("0"));
        };
        self.answered("subscribe_msg_popup_event", openid, answers, scene);
    }

    /// She changes her mind on some templates, in WeChat's settings.
    pub fn changed(&self, openid: &str, answers: &[(String, String)]) {
        for (template, answer) in answers {
            if answer == "reject" {
                let credits = (openid.to_owned(), template.clone());
                self.world().credits.insert(credits, 0);
            }
        }
        self.answered("subscribe_msg_change_event", openid, answers, |_| ());
    }

    fn answered(
        &self,
        name: &'static str,
        openid: &str,
        answers: &[(String, String)],
        beside: impl Fn(&mut Map<String, Value>),
    ) {
        self.world().user(openid);
        let entries = answers.iter().map(|(template, answer)| {
            let mut entry = Map::new();
            entry.insert("TemplateId".to_owned(), json!(template));
            entry.insert("SubscribeStatusString".to_owned(), json!(answer));
            beside(&mut entry);
            Value::Object(entry)
        });
        self.queue(name, openid, listed(entries.collect()));
    }

    /// What became of a message.
    pub(super) fn sent(&self, openid: &str, template: &str, msgid: u64) {
        let entry = json!({
            "TemplateId": template, "MsgID": msgid.to_string(), "ErrorCode": "0", "ErrorStatus": "success",
        });
        self.queue("subscribe_msg_sent_event", openid, listed(vec![entry]));
    }

    /// The verdict on a picture or a sound.
    pub(super) fn media_checked(&self, openid: &str, trace_id: &str, suggest: &str) {
        let label = if suggest == "pass" { 100 } else { 20002 };
        let mut members = Map::new();
        members.insert("appid".to_owned(), json!(self.0.settings.app_id));
        members.insert("trace_id".to_owned(), json!(trace_id));
        members.insert("version".to_owned(), json!(2));
        members.insert("errcode".to_owned(), json!(0));
        members.insert("result".to_owned(), json!({ "suggest": suggest, "label": label }));
        members.insert("detail".to_owned(), json!([]));
        self.queue("wxa_media_check", openid, members);
    }

    fn queue(&self, name: &'static str, openid: &str, members: Map<String, Value>) {
        let event = Event {
            name,
            openid: openid.to_owned(),
            members,
            at: self.now(),
        };
        let mut world = self.world();
        world.waiting.push_back(event);
        if world.callback.as_ref().is_some_and(|callback| callback.automatic) {
            let simulator = self.clone();
            tokio::spawn(async move { simulator.deliver(Order::Happened, 1).await });
        }
    }

    /// Pushes what waits, each event so many times over; what is not taken in three tries is lost, as WeChat loses it.
    pub async fn deliver(&self, order: Order, times: usize) -> Vec<Delivery> {
        let (callback, mut events) = {
            let mut world = self.world();
            let Some(callback) = world.callback.clone() else {
                return Vec::new();
            };
            (callback, world.waiting.drain(..).collect::<Vec<_>>())
        };
        if order == Order::Reversed {
            events.reverse();
        }
        let mut deliveries = Vec::new();
        for event in events {
            for _ in 0..times {
                deliveries.push(self.push(&callback, &event).await);
            }
        }
        deliveries
    }

    async fn push(&self, callback: &Callback, event: &Event) -> Delivery {
        let mut delivery = Delivery {
            event: event.name,
            openid: event.openid.clone(),
            tries: 0,
            taken: false,
        };
        let (Some(client), Some((query, body))) = (client(), self.written(callback, event)) else {
            return delivery;
        };
        while delivery.tries < TRIES && !delivery.taken {
            delivery.tries += 1;
            // The same bytes at each try, with the moment and the signature of the first.
            let request = client.post(&callback.url).query(&query).json(&body);
            delivery.taken = is_taken(request).await;
        }
        delivery
    }

    fn written(&self, callback: &Callback, event: &Event) -> Option<(Vec<(&'static str, String)>, Value)> {
        let at = event.at.timestamp();
        let mut message = Map::new();
        message.insert("ToUserName".to_owned(), json!("gh_simulator"));
        message.insert("FromUserName".to_owned(), json!(event.openid));
        // A text in some events and a number in others, as it comes from WeChat.
        let is_text = event.name.starts_with("subscribe_msg");
        let at = if is_text { json!(at.to_string()) } else { json!(at) };
        message.insert("CreateTime".to_owned(), at);
        message.insert("MsgType".to_owned(), json!("event"));
        message.insert("Event".to_owned(), json!(event.name));
        message.extend(event.members.clone());
        let message = Value::Object(message);
        let mut query = self.signed(callback);
        query.push(("openid", event.openid.clone()));
        let Some(key) = &callback.key else {
            return Some((query, message));
        };
        let random: [u8; 16] = rand::random();
        let sealed = cipher::pushed(
            key.expose(),
            random,
            &message.to_string(),
            &self.0.settings.app_id,
        )?;
        let mut words = vec![callback.token.expose(), sealed.as_str()];
        words.extend(
            query
                .iter()
                .filter(|(name, _)| ["timestamp", "nonce"].contains(name))
                .map(|(_, value)| value.as_str()),
        );
        let signature = cipher::signature(&words);
        query.push(("encrypt_type", "aes".to_owned()));
        query.push(("msg_signature", signature));
        Some((query, json!({ "ToUserName": "gh_simulator", "Encrypt": sealed })))
    }

    fn signed(&self, callback: &Callback) -> Vec<(&'static str, String)> {
        let (timestamp, nonce) = (self.now().timestamp().to_string(), letters(10));
        let signature = cipher::signature(&[callback.token.expose(), &timestamp, &nonce]);
        vec![
            ("signature", signature),
            ("timestamp", timestamp),
            ("nonce", nonce),
        ]
    }
}

/// One entry stands for itself, several stand in an array.
fn listed(mut entries: Vec<Value>) -> Map<String, Value> {
    let list = match entries.len() {
        1 => entries.remove(0),
        _ => Value::Array(entries),
    };
    Map::from_iter([("List".to_owned(), list)])
}

async fn is_taken(request: reqwest::RequestBuilder) -> bool {
    let Ok(answer) = request.send().await else {
        return false;
    };
    answer.status() == StatusCode::OK
        && answer
            .text()
            .await
            .is_ok_and(|said| ["", "success"].contains(&said.as_str()))
}

fn client() -> Option<Client> {
    // Whoever came first has installed one already; either serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The services of the demo and the tests speak plain HTTP.
    Client::builder()
        .no_proxy()
        .timeout(LONGEST)
        .tls_certs_only(std::iter::empty::<Certificate>())
        .build()
        .ok()
}
