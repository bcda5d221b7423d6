//! The pump's program: settings, all of them refusable. Source: CN-EP; limits in `limits`.

use rust_decimal::Decimal;
use serde_json::json;

use super::Sheet;
use crate::analgesia::limits::{self, Limit};
use crate::analgesia::model::{Amount, Drug, Pump, PumpMode, Record};
use crate::episode::model::day;

/// Checks a program: what its modes need, each setting, and what it could give within an hour.
pub fn check_pump(sheet: &mut Sheet, pump: &Pump) {
    modes(sheet, pump);
    settings(sheet, pump);
    solution(sheet, pump);
    reservoir(sheet, pump);
    delivered(sheet, pump, "/pump");
}

/// Checks what earlier bags gave: facts by now, so that no setting of theirs is refused.
pub fn check_earlier(sheet: &mut Sheet, record: &Record) {
    for (index, pump) in record.earlier_pumps.iter().flatten().enumerate() {
        let at = format!("/earlier_pumps/{index}");
        sheet.need(pump.given_ml.is_some(), &format!("{at}/given_ml"));
        delivered(sheet, pump, &at);
    }
}

/// Keeps what the bag before gave when another one replaces it and its writer does not say so: the sum of a day counts
/// both.
pub fn carry_pumps(before: &Record, now: &mut Record) {
    if now.earlier_pumps.is_some() {
        return;
    }
    let mut earlier = before.earlier_pumps.clone().unwrap_or_default();
    let replaced = before.pump.as_ref().filter(|pump| {
        positive(pump.given_ml)
            && !now
                .pump
                .as_ref()
                .is_some_and(|running| is_same_bag(pump, running))
    });
    earlier.extend(replaced.cloned());
    now.earlier_pumps = (!earlier.is_empty()).then_some(earlier);
}

/// Another batch, another start or a counter that went back is another bag; the rest may be a correction.
fn is_same_bag(before: &Pump, now: &Pump) -> bool {
    let counts_on = before
        .given_ml
        .zip(now.given_ml)
        .is_none_or(|(then, now)| now >= then);
    let began = before
        .started_at
        .zip(now.started_at)
        .is_none_or(|(then, now)| then == now);
    before.reservoir.batch == now.reservoir.batch && counts_on && began
}

fn positive(amount: Option<Amount>) -> bool {
    amount.is_some_and(|a| a.0 > Decimal::ZERO)
}

fn modes(sheet: &mut Sheet, pump: &Pump) {
    sheet.need(!pump.modes.is_empty(), "/pump/modes");
    if pump.modes.contains(&PumpMode::Pieb) {
        sheet.need(positive(pump.pieb_volume_ml), "/pump/pieb_volume_ml");
        sheet.need(pump.pieb_interval_min.is_some(), "/pump/pieb_interval_min");
    }
    if pump.modes.contains(&PumpMode::Pcea) {
        sheet.need(positive(pump.bolus_volume_ml), "/pump/bolus_volume_ml");
        sheet.need(pump.lockout_min.is_some(), "/pump/lockout_min");
    }
    if pump.modes.contains(&PumpMode::Cei) {
        sheet.need(positive(pump.background_ml_h), "/pump/background_ml_h");
    }
    // Without either she has nothing between, or instead of, programmed boluses.
    let reachable = positive(pump.bolus_volume_ml) || positive(pump.background_ml_h);
    sheet.agree(reachable, "/pump");
}

fn settings(sheet: &mut Sheet, pump: &Pump) {
    let whole = |n: Option<i64>| n.map(Decimal::from);
    let exact = |a: Option<Amount>| a.map(|a| a.0);
    let rows: [(&str, &Limit, Option<Decimal>); 7] = [
        (
            "/pump/background_ml_h",
            &limits::BACKGROUND,
            exact(pump.background_ml_h),
        ),
        (
            "/pump/pieb_volume_ml",
            &limits::PIEB_VOLUME,
            exact(pump.pieb_volume_ml),
        ),
        (
            "/pump/pieb_interval_min",
            &limits::PIEB_INTERVAL,
            whole(pump.pieb_interval_min),
        ),
        (
            "/pump/bolus_volume_ml",
            &limits::BOLUS_VOLUME,
            exact(pump.bolus_volume_ml),
        ),
        ("/pump/lockout_min", &limits::LOCKOUT, whole(pump.lockout_min)),
        (
            "/pump/hourly_limit_ml_h",
            &limits::HOURLY_LIMIT,
            Some(pump.hourly_limit_ml_h.0),
        ),
        (
            "/pump/solution_total_ml",
            &limits::SOLUTION_TOTAL,
            exact(pump.solution_total_ml),
        ),
    ];
    for (pointer, limit, value) in rows {
        if let Some(value) = value {
            sheet.setting(pointer, limit, value);
        }
    }
    let background = pump.background_ml_h.map_or(Decimal::ZERO, |a| a.0);
    let programmed = match (pump.pieb_volume_ml, pump.pieb_interval_min) {
        (Some(volume), Some(interval)) if interval > 0 => {
            volume.0.saturating_mul(60.into()) / Decimal::from(interval)
        }
        _ => Decimal::ZERO,
    };
    let rate = background.saturating_add(programmed);
    if rate > pump.hourly_limit_ml_h.0 {
        let params = json!({ "rate_ml_h": rate.round_dp(2).normalize().to_string() });
        sheet.refuse("/pump/hourly_limit_ml_h", "inconsistent", params);
    }
}

fn solution(sheet: &mut Sheet, pump: &Pump) {
    let percent = pump.concentration_percent.0;
    let hourly = pump.hourly_limit_ml_h.0;
    let (concentration, by_hour) = match pump.drug {
        Drug::Ropivacaine => (&limits::ROPIVACAINE_SOLUTION, &limits::ROPIVACAINE_PER_HOUR),
        Drug::Bupivacaine | Drug::Levobupivacaine => {
            (&limits::BUPIVACAINE_SOLUTION, &limits::BUPIVACAINE_PER_HOUR)
        }
        _ => {
            let values = json!({ "values": "ropivacaine, bupivacaine, levobupivacaine" });
            return sheet.refuse("/pump/drug", "one_of", values);
        }
    };
    sheet.setting("/pump/concentration_percent", concentration, percent);
    // 1 % is 10 mg/ml. Run on every program: a strong solution can pass its own row.
    let milligrams = hourly.saturating_mul(percent).saturating_mul(Decimal::TEN);
    sheet.setting("/pump/drug", by_hour, milligrams);
    let (Some(opioid), Some(micrograms)) = (pump.opioid, pump.opioid_ug_ml) else {
        sheet.need(
            pump.opioid.is_none() || pump.opioid_ug_ml.is_some(),
            "/pump/opioid_ug_ml",
        );
        sheet.need(
            pump.opioid_ug_ml.is_none() || pump.opioid.is_some(),
            "/pump/opioid",
        );
        return;
    };
    let (concentration, by_hour) = match opioid {
        Drug::Sufentanil => (&limits::SUFENTANIL_SOLUTION, &limits::SUFENTANIL_PER_HOUR),
        Drug::Fentanyl => (&limits::FENTANYL_SOLUTION, &limits::FENTANYL_PER_HOUR),
        _ => {
            let values = json!({ "values": "sufentanil, fentanyl" });
            return sheet.refuse("/pump/opioid", "one_of", values);
        }
    };
    sheet.setting("/pump/opioid_ug_ml", concentration, micrograms.0);
    sheet.setting("/pump/opioid", by_hour, hourly.saturating_mul(micrograms.0));
}

fn reservoir(sheet: &mut Sheet, pump: &Pump) {
    sheet
        .faults
        .text(&pump.reservoir.label, "/pump/reservoir/label", 1, 200);
    sheet
        .faults
        .text(&pump.reservoir.batch, "/pump/reservoir/batch", 1, 60);
    let used_on = day(pump.started_at.unwrap_or(sheet.now));
    let fresh = pump.reservoir.expires_on >= used_on;
    sheet.faults.check(fresh, "/pump/reservoir/expires_on", "expired");
}

fn delivered(sheet: &mut Sheet, pump: &Pump, at: &str) {
    sheet.past(pump.started_at, &format!("{at}/started_at"));
    if let Some(given) = pump.given_ml {
        sheet.measured(&format!("{at}/given_ml"), &limits::PUMP_GIVEN, given.0);
    }
    if let Some(demands) = pump.pca_demands {
        sheet.measured(&format!("{at}/pca_demands"), &limits::PCA_DEMANDS, demands);
    }
    if let Some(boluses) = pump.pca_delivered {
        let possible = pump.pca_demands.is_none_or(|demands| boluses <= demands);
        sheet.agree(boluses >= 0 && possible, &format!("{at}/pca_delivered"));
    }
}
