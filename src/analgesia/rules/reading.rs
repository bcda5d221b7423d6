//! What was read off the pump between two versions of the record: midwives look at it by the hour, the record is written
//! when something changes.

use crate::analgesia::model::{Observation, ObservationRow, Pump, Record};

/// The record with what was last read off its running bag, where that is more than the record says; `seen` is by time.
///
/// A counter does not go back, so the larger one is the later one, also where an older figure was written again with
/// another dose. A reading that was not so is taken back by a correction of the observation.
pub fn as_read(record: &Record, seen: &[ObservationRow]) -> Record {
    let mut read = record.clone();
    let has_earlier = record.earlier_pumps.as_ref().is_some_and(|all| !all.is_empty());
    if let Some(pump) = read.pump.as_mut() {
        let of_bag: Vec<&Observation> = seen
            .iter()
            .map(|row| &row.observation)
            .filter(|one| is_of(one, pump, has_earlier))
            .collect();
        let newest = of_bag.iter().rev();
        pump.given_ml = pump
            .given_ml
            .max(newest.clone().find_map(|one| one.total_given_ml));
        pump.pca_demands = pump
            .pca_demands
            .max(newest.clone().find_map(|one| one.pca_demands));
        pump.pca_delivered = pump
            .pca_delivered
            .max(newest.clone().find_map(|one| one.pca_delivered));
    }
    read
}

/// Whether a reading is of this bag. Where nobody said when it began, it is so only if none ran before.
fn is_of(seen: &Observation, pump: &Pump, has_earlier: bool) -> bool {
    pump.started_at
        .map_or(!has_earlier, |began| seen.observed_at >= began)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn bag(given_ml: Value, started_at: Value) -> Value {
        json!({
            "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "hourly_limit_ml_h": "20",
            "given_ml": given_ml, "started_at": started_at,
            "reservoir": { "label": "x", "batch": "B", "expires_on": "2027-01-01" },
        })
    }

    fn rows(read: &[(&str, &str)]) -> Vec<ObservationRow> {
        let row = |(time, ml): &(&str, &str)| {
            let at = format!("2026-03-02T{time}:00Z");
            let id = "00000000-0000-7000-8000-000000000000";
            serde_json::from_value(json!({
                "id": id, "labor": id, "by": id, "recorded_at": at, "alarms": [],
                "observation": { "observed_at": at, "total_given_ml": ml }
            }))
            .unwrap()
        };
        read.iter().map(row).collect()
    }

    fn given(record: Value, read: &[(&str, &str)]) -> Option<String> {
        let record: Record = serde_json::from_value(record).unwrap();
        let pump = as_read(&record, &rows(read)).pump.unwrap();
        pump.given_ml.map(|ml| ml.to_string())
    }

    #[test]
    fn the_newest_reading_counts_where_it_is_more_than_the_record_says() {
        let record = |ml: Value| json!({ "pump": bag(ml, Value::Null) });
        let read = [("09:00", "20"), ("10:00", "30.5")];
        assert_eq!(given(record(Value::Null), &read).as_deref(), Some("30.5"));
        assert_eq!(given(record(json!("25")), &read).as_deref(), Some("30.5"));
        assert_eq!(given(record(json!("41")), &read).as_deref(), Some("41"));
        assert_eq!(given(record(json!("25")), &[]).as_deref(), Some("25"));
    }

    #[test]
    fn a_reading_of_the_bag_before_is_none_of_this_one() {
        let read = [("09:00", "120"), ("11:00", "8")];
        let second = |began: Value| json!({ "earlier_pumps": [bag(json!("120"), Value::Null)], "pump": bag(Value::Null, began) });
        let began = json!("2026-03-02T10:00:00Z");
        assert_eq!(given(second(began.clone()), &read).as_deref(), Some("8"));
        assert_eq!(given(second(began), &read[..1]), None);
        assert_eq!(given(second(Value::Null), &read), None);
    }
}
