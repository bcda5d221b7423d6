//! Limits of doses, settings and measured values, one table.
//!
//! Beyond a *soft* limit a value is taken once it is confirmed; beyond a *hard* one a setting is refused, a dose that
//! was given needs a reason and a second person, and a measured value is still a fact. Each row names its source;
//! rows with `confirmed: false` await a clinician. Not here: what a row is applied to (`rules`).

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::content::Unconfirmed;

/// A pair of bounds in thousandths, both included; an absent one is open.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    low: Option<i64>,
    high: Option<i64>,
}

impl Span {
    fn holds(self, value: Decimal) -> bool {
        self.low.is_none_or(|low| value >= Decimal::new(low, 3))
            && self.high.is_none_or(|high| value <= Decimal::new(high, 3))
    }
}

/// How a value stands to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As usual.
    Usual,
    /// To be confirmed.
    Soft,
    /// Beyond what is sensible.
    Hard,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What it limits.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    soft: Span,
    hard: Span,
    /// Where it comes from.
    pub source: &'static str,
    /// Whether a clinician confirmed it, or the source was read.
    pub confirmed: bool,
}

impl Limit {
    /// How a value stands to it.
    pub fn judge(&self, value: Decimal) -> Verdict {
        if !self.hard.holds(value) {
            Verdict::Hard
        } else if !self.soft.holds(value) {
            Verdict::Soft
        } else {
            Verdict::Usual
        }
    }

    /// Bounds for a message: `{name, unit, min?, max?, hard_min?, hard_max?}`, decimals as strings.
    pub fn params(&self) -> Value {
        let mut params = json!({ "name": self.name, "unit": self.unit });
        let bounds = [
            ("min", self.soft.low),
            ("max", self.soft.high),
            ("hard_min", self.hard.low),
            ("hard_max", self.hard.high),
        ];
        if let Some(members) = params.as_object_mut() {
            for (key, bound) in bounds {
                if let Some(thousandths) = bound {
                    let text = Decimal::new(thousandths, 3).normalize().to_string();
                    members.insert(key.to_owned(), Value::String(text));
                }
            }
        }
        params
    }
}

macro_rules! bound {
    (_) => {
        None
    };
    ($thousandths:expr) => {
        Some($thousandths)
    };
}

macro_rules! limits {
    ($($id:ident: $name:literal, $unit:literal, soft $sl:tt..$sh:tt, hard $hl:tt..$hh:tt, $source:literal $(, $known:ident)?;)*) => {
        $(
            #[doc = concat!($name, ", ", $unit, ". Source: ", $source, ".")]
            pub const $id: Limit = Limit {
                name: $name,
                unit: $unit,
                soft: Span { low: bound!($sl), high: bound!($sh) },
                hard: Span { low: bound!($hl), high: bound!($hh) },
                source: $source,
                confirmed: limits!(@known $($known)?),
            };
        )*

        /// The whole table.
        pub const ALL: &[Limit] = &[$($id,)*];
    };
    (@known) => { false };
    (@known confirmed) => { true };
}

// Bounds in thousandths of the unit.
limits! {
    ROPIVACAINE_SOLUTION: "ropivacaine, epidural solution", "%", soft 50..150, hard 20..200, "CN-EP/GK";
    BUPIVACAINE_SOLUTION: "bupivacaine or levobupivacaine, epidural solution", "%", soft 40..125, hard 20..250, "CN-EP/GK";
    SUFENTANIL_SOLUTION: "sufentanil, epidural solution", "µg/ml", soft 200..600, hard 100..1000, "CN-EP/GK";
    FENTANYL_SOLUTION: "fentanyl, epidural solution", "µg/ml", soft 1000..3000, hard 500..5000, "CN-EP/GK";
    LIDOCAINE_TWO_HOURS: "lidocaine within 2 h", "mg", soft _..200000, hard _..500000, "GK";
    TEST_DOSE: "lidocaine test dose", "mg", soft _..60000, hard _..100000, "GK";
    SUFENTANIL_INTRATHECAL: "sufentanil, intrathecal", "µg", soft _..5000, hard _..10000, "GK";
    FENTANYL_INTRATHECAL: "fentanyl, intrathecal", "µg", soft _..25000, hard _..50000, "GK";
    ROPIVACAINE_INTRATHECAL: "ropivacaine, intrathecal", "mg", soft _..4000, hard _..8000, "GK";
    BUPIVACAINE_INTRATHECAL: "bupivacaine or levobupivacaine, intrathecal", "mg", soft _..3000, hard _..6000, "GK";
    EPHEDRINE_BOLUS: "ephedrine bolus", "mg", soft _..15000, hard _..50000, "GK";
    EPHEDRINE_TOTAL: "ephedrine in all", "mg", soft _..30000, hard _.._, "GK";
    PHENYLEPHRINE_BOLUS: "phenylephrine bolus", "µg", soft _..250000, hard _..500000, "GK";
    PHENYLEPHRINE_TOTAL: "phenylephrine in all", "µg", soft _..1000000, hard _.._, "GK";
    LIPID_PER_KG: "lipid emulsion 20 % in all", "ml/kg", soft _.._, hard _..12000, "GK";
    LOADING_VOLUME: "loading dose", "ml", soft 5000..20000, hard _.._, "GK";

    BACKGROUND: "background", "ml/h", soft _..10000, hard 0..15000, "GK";
    PIEB_VOLUME: "programmed bolus", "ml", soft _..12000, hard 0..15000, "GK";
    PIEB_INTERVAL: "interval of programmed boluses", "min", soft 30000..60000, hard 20000..120000, "GK";
    BOLUS_VOLUME: "patient's bolus", "ml", soft _..10000, hard 0..15000, "GK";
    LOCKOUT: "lockout", "min", soft 10000..45000, hard 5000..60000, "GK";
    HOURLY_LIMIT: "hourly limit", "ml/h", soft _..30000, hard 0..40000, "GK";
    SOLUTION_TOTAL: "solution", "ml", soft _..200000, hard 0..500000, "GK";

    ROPIVACAINE_PER_HOUR: "ropivacaine at the hourly limit", "mg/h", soft _..28000, hard _..60000, "ropivacaine label/GK";
    BUPIVACAINE_PER_HOUR: "bupivacaine or levobupivacaine at the hourly limit", "mg/h", soft _..20000, hard _..40000, "GK";
    SUFENTANIL_PER_HOUR: "sufentanil at the hourly limit", "µg/h", soft _..15000, hard _.._, "GK";
    FENTANYL_PER_HOUR: "fentanyl at the hourly limit", "µg/h", soft _..60000, hard _.._, "GK";
    ROPIVACAINE_DAY: "ropivacaine within 24 h", "mg", soft _..400000, hard _..800000, "ropivacaine label", confirmed;
    BUPIVACAINE_DAY: "bupivacaine and levobupivacaine within 24 h", "mg", soft _..300000, hard _..400000, "bupivacaine label/GK";

    NEEDLE_ATTEMPTS: "punctures", "", soft _..3000, hard 1000..20000, "GK";
    LOR_DEPTH: "depth of the loss of resistance", "cm", soft 3000..8000, hard 1500..15000, "GK";
    CATHETER_DEPTH: "catheter in the space", "cm", soft 2000..8000, hard 2000..8000, "GK";
    WEIGHT: "her weight", "kg", soft 40000..130000, hard 25000..250000, "GK";
    PUMP_GIVEN: "given by the pump", "ml", soft 0..2000000, hard 0..2000000, "GK";
    PCA_DEMANDS: "demands", "", soft 0..500000, hard 0..500000, "GK";

    SBP: "systolic pressure", "mmHg", soft 90000..159000, hard 0..300000, "GK";
    DBP: "diastolic pressure", "mmHg", soft _..109000, hard 0..200000, "GK";
    HR: "pulse", "bpm", soft 50000..130000, hard 0..300000, "GK";
    SPO2: "saturation", "%", soft 95000..100000, hard 0..100000, "GK";
    RR: "breaths", "/min", soft 10000..28000, hard 0..80000, "GK";
    // A fever after birth is a finding that calls, not a value to be confirmed.
    TEMPERATURE_AFTER_BIRTH: "temperature after birth", "°C", soft 34000..43000, hard 34000..43000, "GK";
    TEMPERATURE: "temperature", "°C", soft 35000..37999, hard 28000..44000, "GK";
    FHR: "fetal heart", "bpm", soft 110000..160000, hard 0..240000, "GK";
    TOCO: "contractions in 10 min", "", soft _..5000, hard 0..10000, "GK";
    PVR: "urine left", "ml", soft _..2000000, hard 0..2000000, "GK";

    STAGE: "stage of labor", "min", soft 0..3000000, hard 0..3000000, "GK";
    BLOOD_LOSS_VAGINAL: "blood loss of a vaginal birth", "ml", soft _..499000, hard 0..15000000, "OB-QC-2019/GK";
    BLOOD_LOSS_CESAREAN: "blood loss of a cesarean", "ml", soft _..999000, hard 0..15000000, "OB-QC-2019/GK";
    BIRTH_WEIGHT: "birth weight", "g", soft 1500000..4500000, hard 300000..7000000, "GK";
    CORD_PH: "cord pH", "", soft 6500..7600, hard 6500..7600, "GK";
    CORD_BE: "cord base excess", "mmol/l", soft (-30000)..15000, hard (-30000)..15000, "GK";
    CORD_LACTATE: "cord lactate", "mmol/l", soft 0..25000, hard 0..25000, "GK";
}

/// Rows that await a clinician, for the list of content to be confirmed.
pub fn unconfirmed() -> impl Iterator<Item = Unconfirmed> {
    ALL.iter()
        .filter(|limit| !limit.confirmed)
        .map(|limit| Unconfirmed {
            kind: "limit",
            name: "analgesia".to_owned(),
            place: limit.name.to_owned(),
            claim: limit.params().to_string(),
            source: limit.source.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn judges(limit: Limit, value: &str, verdict: Verdict) {
        assert_eq!(
            limit.judge(value.parse().unwrap()),
            verdict,
            "{} {value}",
            limit.name
        );
    }

    /// Values on a bound are usual or soft; the next one is not.
    #[test]
    fn every_bound_of_the_solutions_is_included() {
        for (limit, hard_low, soft_low, soft_high, hard_high, step) in [
            (ROPIVACAINE_SOLUTION, "0.02", "0.05", "0.15", "0.2", "0.001"),
            (BUPIVACAINE_SOLUTION, "0.02", "0.04", "0.125", "0.25", "0.001"),
            (SUFENTANIL_SOLUTION, "0.1", "0.2", "0.6", "1.0", "0.01"),
            (FENTANYL_SOLUTION, "0.5", "1", "3", "5", "0.1"),
            (PIEB_INTERVAL, "20", "30", "60", "120", "1"),
            (LOCKOUT, "5", "10", "45", "60", "1"),
            (LOR_DEPTH, "1.5", "3", "8", "15", "0.1"),
        ] {
            let step: Decimal = step.parse().unwrap();
            let at = |text: &str| text.parse::<Decimal>().unwrap();
            assert_eq!(limit.judge(at(hard_low) - step), Verdict::Hard, "{}", limit.name);
            assert_eq!(limit.judge(at(hard_low)), Verdict::Soft, "{}", limit.name);
            assert_eq!(limit.judge(at(soft_low) - step), Verdict::Soft, "{}", limit.name);
            assert_eq!(limit.judge(at(soft_low)), Verdict::Usual, "{}", limit.name);
            assert_eq!(limit.judge(at(soft_high)), Verdict::Usual, "{}", limit.name);
            assert_eq!(limit.judge(at(soft_high) + step), Verdict::Soft, "{}", limit.name);
            assert_eq!(limit.judge(at(hard_high)), Verdict::Soft, "{}", limit.name);
            assert_eq!(limit.judge(at(hard_high) + step), Verdict::Hard, "{}", limit.name);
        }
    }

    #[test]
    fn every_upper_bound_of_doses_and_settings_is_included() {
        for (limit, soft, hard) in [
            (LIDOCAINE_TWO_HOURS, 200, 500),
            (TEST_DOSE, 60, 100),
            (SUFENTANIL_INTRATHECAL, 5, 10),
            (FENTANYL_INTRATHECAL, 25, 50),
            (ROPIVACAINE_INTRATHECAL, 4, 8),
            (BUPIVACAINE_INTRATHECAL, 3, 6),
            (EPHEDRINE_BOLUS, 15, 50),
            (PHENYLEPHRINE_BOLUS, 250, 500),
            (BACKGROUND, 10, 15),
            (PIEB_VOLUME, 12, 15),
            (BOLUS_VOLUME, 10, 15),
            (HOURLY_LIMIT, 30, 40),
            (SOLUTION_TOTAL, 200, 500),
            (ROPIVACAINE_PER_HOUR, 28, 60),
            (BUPIVACAINE_PER_HOUR, 20, 40),
            (ROPIVACAINE_DAY, 400, 800),
            (BUPIVACAINE_DAY, 300, 400),
        ] {
            let tenth = Decimal::new(1, 1);
            assert_eq!(limit.judge(soft.into()), Verdict::Usual, "{}", limit.name);
            assert_eq!(
                limit.judge(Decimal::from(soft) + tenth),
                Verdict::Soft,
                "{}",
                limit.name
            );
            assert_eq!(limit.judge(hard.into()), Verdict::Soft, "{}", limit.name);
            assert_eq!(
                limit.judge(Decimal::from(hard) + tenth),
                Verdict::Hard,
                "{}",
                limit.name
            );
        }
    }

    #[test]
    fn totals_and_opioids_by_the_hour_have_no_hard_bound() {
        judges(EPHEDRINE_TOTAL, "30", Verdict::Usual);
        judges(EPHEDRINE_TOTAL, "30.1", Verdict::Soft);
        judges(PHENYLEPHRINE_TOTAL, "1001", Verdict::Soft);
        judges(SUFENTANIL_PER_HOUR, "15.1", Verdict::Soft);
        judges(FENTANYL_PER_HOUR, "60", Verdict::Usual);
        judges(LIPID_PER_KG, "12", Verdict::Usual);
        judges(LIPID_PER_KG, "12.1", Verdict::Hard);
    }

    #[test]
    fn a_message_gets_the_bounds_as_texts() {
        let params = ROPIVACAINE_SOLUTION.params();
        assert_eq!(params["min"], "0.05");
        assert_eq!(params["hard_max"], "0.2");
        assert!(EPHEDRINE_TOTAL.params().get("hard_max").is_none());
    }

    #[test]
    fn what_no_source_was_read_for_awaits_a_clinician() {
        assert!(unconfirmed().any(|row| row.place == "lockout"));
        assert!(!unconfirmed().any(|row| row.place == ROPIVACAINE_DAY.name));
    }
}
