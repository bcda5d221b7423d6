//! The answers of a healthy woman to the assessment.

use serde_json::{Map, Value, json};

use super::walk::Person;

/// All that the antenatal form asks of her, with her name and dates.
pub fn answers(person: &Person) -> Map<String, Value> {
    let mut answers = Map::new();
    let herself = json!({
        "id.name": person.name, "id.birth_date": person.birth_date, "id.phone": person.phone,
        "id.filled_by": "self", "id.language": "mandarin", "id.read_ok": "yes",
        "preg.edd": person.edd, "preg.gravida": 1, "preg.para": 0, "preg.uterine_surgery": ["none"],
        "preg.fetus_count": 1, "preg.presentation": "cephalic", "preg.fetal_movement": "normal",
        "preg.planned_mode": "vaginal", "preg.placenta": "normal", "preg.conditions": ["none"],
        "preg.height_cm": 162.0, "preg.weight_kg": 66.0, "preg.prepreg_weight_kg": 54.0,
    });
    let health = json!({
        "ana.prior": ["none"], "ana.family_problem": "no",
        "bld.signs": ["none"], "bld.dx": ["none"], "bld.drug": ["none"],
        "spn.cond": ["none"], "spn.surgery": "none", "spn.leg": "no", "spn.skin": ["none"],
        "neu.cond": ["none"], "neu.recent": ["none"], "neu.new_headache": false,
        "car.cond": ["none"], "car.exercise": "I", "car.red_flag": ["none"],
        "pul.cond": ["none"], "oth.cond": ["none"],
        "pe.bp_known": false, "pe.symptom": ["none"],
        "alg.agent": ["none"], "inf.symptom": ["none"], "inf.known": ["none"],
        "air.mallampati": "1", "air.mouth_open": "three", "air.neck": "free",
        "prf.wish": "want", "prf.fear": ["none"], "hab.substance": ["none"],
    });
    for part in [herself, health] {
        if let Value::Object(members) = part {
            answers.extend(members);
        }
    }
    answers
}
