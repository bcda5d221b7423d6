//! What a notice says outside the house: a card in WeChat, or a text message. Nothing of what it is about.

use serde_json::json;

use crate::base::Locale;
use crate::base::error::Result;
use crate::config::Template;
use crate::content::{cards, messages};
use crate::ctx::{Ctx, View};
use crate::episode::model::{Addressed, Notice};
use crate::episode::rules::deliveries::Outcome;
use crate::people::facts as people;
use crate::people::model::Patient;
use crate::sms::{self, Text};
use crate::wechat::{Class, Lang, SubscribeMessage};

/// What is taken out of the house.
pub(super) enum Letter {
    WeChat(SubscribeMessage),
    Sms {
        phone: String,
        title: String,
        hospital: String,
        words: String,
    },
}

fn locale_of(patient: &Patient) -> Locale {
    Locale::parse(&patient.language).unwrap_or_default()
}

/// As a card in WeChat; none where nothing can be said.
pub(super) async fn card(
    view: &mut View,
    to: Addressed,
    template: &Template,
    notice: &Notice,
    patient: &Patient,
) -> Result<Option<Letter>> {
    let locale = locale_of(patient);
    let Some(told) = messages::notice(locale, &notice.kind) else {
        return Ok(None);
    };
    let hospital = people::facility(view, to.facility).await?.name;
    let page = template.page.as_ref().map(|page| {
        let joint = if page.contains('?') { '&' } else { '?' };
        format!("{page}{joint}notice={}", notice.id)
    });
    Ok(Some(Letter::WeChat(SubscribeMessage {
        openid: people::openid(view, to.account).await?,
        template_id: template.id.clone(),
        page,
        lang: match locale {
            Locale::ZhCn => Lang::ZhCn,
            Locale::En => Lang::EnUs,
        },
        data: cards::card(template, told, &hospital, notice.at, locale),
    })))
}

/// As a text message; none without a number that is hers, or where nothing can be said.
pub(super) async fn text(
    view: &mut View,
    to: Addressed,
    notice: &Notice,
    patient: &Patient,
) -> Result<Option<Letter>> {
    let locale = locale_of(patient);
    // A number that nobody confirmed may be another person's.
    let phone = patient.phone.clone().filter(|_| patient.phone_confirmed);
    let (Some(phone), Some(told)) = (phone, messages::notice(locale, &notice.kind)) else {
        return Ok(None);
    };
    let hospital = people::facility(view, to.facility).await?.name;
    Ok(Some(Letter::Sms {
        phone,
        title: told.title.clone(),
        words: cards::text(told, &hospital, locale),
        hospital,
    }))
}

/// Takes it out of the house.
pub(super) async fn send(ctx: &Ctx, letter: Letter) -> Outcome {
    match letter {
        Letter::WeChat(message) => {
            let answer = ctx.wechat.send(&message).await;
            if let Err(error) = &answer {
                tracing::warn!(%error, "WeChat did not take a notice");
                if error.class == Class::TemplateBanned {
                    let template = message.template_id.as_str();
                    tracing::error!(template, "WeChat banned a template: its notices go another way");
                }
            }
            Outcome::of_wechat(answer)
        }
        Letter::Sms {
            phone,
            title,
            hospital,
            words,
        } => {
            let text = Text {
                phone: &phone,
                template: sms::Template::Notice,
                params: json!({ "hospital": hospital, "title": title }),
                words: &words,
            };
            match &ctx.sms {
                Some(gateway) => Outcome::of_sms(gateway.send(text).await),
                None => Outcome::Failed("no_gateway".to_owned()),
            }
        }
    }
}
