//! Which of her requests nobody has answered.

use chrono::{DateTime, Utc};

use super::stopping::{is_neuraxial, standing_end};
use crate::analgesia::model::{Record, Request, Stop};

/// Since when she waits for an answer: from her first request on until the first dose, and after it from the first one since
/// something was given or placed anew, or analgesia ended. `told_at` is when the first dose was first written down: whoever
/// wrote a request before that may have written it late.
pub fn waits_since(
    requests: &[Request],
    record: Option<&Record>,
    told_at: Option<DateTime<Utc>>,
    stop: Option<&Stop>,
) -> Option<DateTime<Utc>> {
    let asked = requests.iter().map(|request| request.requested_at);
    let (Some(first), Some(told_at)) = (record.and_then(|record| record.first_dose_at), told_at) else {
        return asked.min();
    };
    let later = requests.iter().filter(|request| request.recorded_at > told_at);
    let asked = later.map(|request| request.requested_at);
    let given = record.into_iter().flat_map(|record| &record.doses);
    let given = given.filter(|dose| is_neuraxial(dose)).map(|dose| dose.given_at);
    let placed = record.into_iter().flat_map(|record| &record.resitings);
    let answers = given.chain(placed.map(|new| new.at));
    let end = standing_end(record, stop).map(|stop| stop.stop_at);
    let last = answers.chain(end).fold(first, DateTime::max);
    asked.filter(|asked| *asked > last).min()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::base::id::LaborId;

    fn at(time: &str) -> DateTime<Utc> {
        format!("2026-03-02T{time}:00Z").parse().unwrap()
    }

    fn asked(times: &[&str]) -> Vec<Request> {
        let one = |time: &&str| Request {
            id: Uuid::nil(),
            labor: LaborId::from(Uuid::nil()),
            requested_at: at(time),
            recorded_at: at(time),
            by_patient: true,
            vas_tenths: None,
        };
        times.iter().map(one).collect()
    }

    fn record(more: &[&str]) -> Record {
        let dose = |time: &&str| {
            json!({
                "given_at": at(time), "drug": "ropivacaine", "route": "epidural", "use": "labor", "amount": "10",
                "volume_ml": "10", "concentration": "0.1"
            })
        };
        let doses: Vec<_> = ["08:10"].iter().chain(more).map(dose).collect();
        let body = json!({
            "technique": "epidural", "indication": "labor", "first_dose_at": at("08:10"), "doses": doses
        });
        serde_json::from_value(body).unwrap()
    }

    fn waits(times: &[&str], record: Option<&Record>, stop: Option<&Stop>) -> Option<DateTime<Utc>> {
        waits_since(&asked(times), record, record.map(|_| at("08:20")), stop)
    }

    #[test]
    fn before_the_first_dose_she_waits_since_she_first_asked() {
        assert_eq!(waits(&["08:00", "08:05"], None, None), Some(at("08:00")));
        assert_eq!(waits(&[], None, None), None);
    }

    #[test]
    fn who_asks_again_under_analgesia_waits_until_something_is_given() {
        let requests = ["08:00", "11:00"];
        assert_eq!(waits(&requests[..1], Some(&record(&[])), None), None);
        assert_eq!(waits(&requests, Some(&record(&[])), None), Some(at("11:00")));
        assert_eq!(
            waits(&requests, Some(&record(&["10:00"])), None),
            Some(at("11:00"))
        );
        assert_eq!(waits(&requests, Some(&record(&["11:10"])), None), None);
        let again = ["08:00", "11:00", "11:20"];
        assert_eq!(waits(&again, Some(&record(&[])), None), Some(at("11:00")));
    }

    #[test]
    fn a_request_that_was_written_down_before_the_first_dose_was_is_answered_by_it() {
        assert_eq!(waits(&["08:15"], Some(&record(&[])), None), None);
    }

    #[test]
    fn the_end_of_analgesia_answers_who_asked_before_it_and_not_who_asks_after_it() {
        let stop: Stop =
            serde_json::from_value(json!({ "stop_at": at("11:30"), "reason": "request" })).unwrap();
        assert_eq!(waits(&["11:00"], Some(&record(&[])), Some(&stop)), None);
        assert_eq!(
            waits(&["12:00"], Some(&record(&[])), Some(&stop)),
            Some(at("12:00"))
        );
    }
}
