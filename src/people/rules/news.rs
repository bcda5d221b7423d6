//! Which entries of the journal staff are told of at once.

use serde_json::Value;

use crate::base::Act;
use crate::people::model::{NewsKind, Urgency};

/// The acts that may be news.
pub const TOLD: [Act; 24] = [
    Act::FormsSubmit,
    Act::FormsEnter,
    Act::AssessmentAssess,
    Act::EpisodeSetRiskColor,
    Act::FollowupRaise,
    Act::FollowupEscalate,
    Act::ConsentSign,
    Act::ConsentActivated,
    Act::ConsentRefuse,
    Act::ConsentWithdraw,
    Act::AnalgesiaAdmit,
    Act::AnalgesiaRequest,
    Act::AnalgesiaRecord,
    Act::AnalgesiaObserve,
    Act::AnalgesiaComplication,
    Act::AnalgesiaStop,
    Act::AnalgesiaDeliver,
    Act::AnalgesiaClose,
    Act::AnalgesiaRemind,
    Act::AnalgesiaEscalate,
    Act::AnalgesiaTakeAlarm,
    Act::AnalgesiaCloseAlarm,
    Act::AnalgesiaCorrect,
    Act::AnalgesiaReportPain,
];

/// Whether an entry is news to those who treat her, and how soon they look. The survey is none: it is anonymous to them.
pub fn news(act: &str, detail: &Value) -> Option<(NewsKind, Urgency)> {
    let act = TOLD.into_iter().find(|told| told.word() == act)?;
    let word = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
    match act {
        Act::FormsSubmit | Act::FormsEnter => {
            let form = word("form");
            let name = form.rsplit('/').next().unwrap_or(form);
            let anonymous = name.split('|').next() == Some("satisfaction");
            (!anonymous).then_some((NewsKind::Submission, Urgency::Routine))
        }
        Act::AssessmentAssess => {
            let waits = word("state") != "decided";
            let urgent = detail.get("urgent").and_then(Value::as_bool) == Some(true);
            let urgency = match word("level") {
                _ if urgent => Urgency::Now,
                "consult" | "absolute" => Urgency::Soon,
                _ => return None,
            };
            waits.then_some((NewsKind::HighRisk, urgency))
        }
        Act::EpisodeSetRiskColor => match word("color") {
            "red" => Some((NewsKind::HighRisk, Urgency::Now)),
            "orange" => Some((NewsKind::HighRisk, Urgency::Soon)),
            _ => None,
        },
        Act::FollowupRaise | Act::FollowupEscalate => Some(match word("level") {
            "red" => (NewsKind::RedFlag, Urgency::Now),
            "orange" => (NewsKind::RedFlag, Urgency::Soon),
            _ => (NewsKind::RedFlag, Urgency::Routine),
        }),
        // One of several who sign is none yet: nobody can countersign.
        Act::ConsentSign if detail.get("waiting").is_some() => None,
        Act::ConsentSign => Some((NewsKind::Signature, Urgency::Soon)),
        Act::ConsentActivated => Some((NewsKind::Signature, Urgency::Routine)),
        Act::ConsentRefuse => Some((NewsKind::Withdrawal, Urgency::Soon)),
        Act::ConsentWithdraw => Some((
            NewsKind::Withdrawal,
            match word("phase") {
                "during" => Urgency::Now,
                _ => Urgency::Soon,
            },
        )),
        Act::AnalgesiaRequest => Some((NewsKind::Request, Urgency::Now)),
        Act::AnalgesiaEscalate => Some((NewsKind::Alarm, Urgency::Now)),
        Act::AnalgesiaComplication | Act::AnalgesiaRemind => Some((NewsKind::Alarm, called(detail))),
        Act::AnalgesiaObserve | Act::AnalgesiaStop | Act::AnalgesiaCorrect | Act::AnalgesiaReportPain
            if calls(detail) =>
        {
            Some((NewsKind::Alarm, called(detail)))
        }
        Act::AnalgesiaAdmit
        | Act::AnalgesiaRecord
        | Act::AnalgesiaObserve
        | Act::AnalgesiaStop
        | Act::AnalgesiaDeliver
        | Act::AnalgesiaClose
        | Act::AnalgesiaTakeAlarm
        | Act::AnalgesiaCloseAlarm
        | Act::AnalgesiaCorrect
        | Act::AnalgesiaReportPain => Some((NewsKind::Labor, Urgency::Routine)),
        _ => None,
    }
}

/// Whether something that was seen in labor calls somebody.
fn calls(detail: &Value) -> bool {
    detail.get("alarms").and_then(Value::as_i64).unwrap_or(0) > 0
}

fn called(detail: &Value) -> Urgency {
    match detail.get("urgent").and_then(Value::as_bool) {
        Some(true) => Urgency::Now,
        _ => Urgency::Soon,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_urgent_comes_now_and_the_survey_never() {
        let submitted = |form: &str| news("forms.submit", &json!({ "form": form }));
        assert_eq!(
            submitted("https://muan.invalid/fhir/Questionnaire/pre-analgesia|1.0.0"),
            Some((NewsKind::Submission, Urgency::Routine))
        );
        assert_eq!(
            submitted("https://muan.invalid/fhir/Questionnaire/satisfaction|1.0.0"),
            None
        );
        let assessed = |level: &str, urgent: bool, state: &str| {
            let detail = json!({ "level": level, "urgent": urgent, "state": state });
            news("assessment.assess", &detail).map(|(_, urgency)| urgency)
        };
        assert_eq!(assessed("caution", false, "waiting"), None);
        assert_eq!(assessed("caution", true, "waiting"), Some(Urgency::Now));
        assert_eq!(assessed("absolute", false, "waiting"), Some(Urgency::Soon));
        assert_eq!(assessed("absolute", false, "decided"), None);
        let raised = |level: &str| news("followup.raise", &json!({ "level": level }));
        assert_eq!(raised("red"), Some((NewsKind::RedFlag, Urgency::Now)));
        assert_eq!(raised("yellow"), Some((NewsKind::RedFlag, Urgency::Routine)));
        let withdrawn = |phase: &str| news("consent.withdraw", &json!({ "phase": phase }));
        assert_eq!(withdrawn("during"), Some((NewsKind::Withdrawal, Urgency::Now)));
        assert_eq!(withdrawn("before"), Some((NewsKind::Withdrawal, Urgency::Soon)));
        assert_eq!(news("people.audit", &json!({})), None);
    }

    #[test]
    fn the_ward_hears_of_a_request_an_alarm_and_every_change() {
        let seen = |alarms: i64, urgent: bool| {
            news(
                "analgesia.observe",
                &json!({ "alarms": alarms, "urgent": urgent }),
            )
        };
        assert_eq!(seen(0, false), Some((NewsKind::Labor, Urgency::Routine)));
        assert_eq!(seen(1, false), Some((NewsKind::Alarm, Urgency::Soon)));
        assert_eq!(seen(1, true), Some((NewsKind::Alarm, Urgency::Now)));
        let asked = news("analgesia.request", &json!({ "by_patient": true }));
        assert_eq!(asked, Some((NewsKind::Request, Urgency::Now)));
        let born = news("analgesia.deliver", &json!({ "number": 1 }));
        assert_eq!(born, Some((NewsKind::Labor, Urgency::Routine)));
    }
}
