//! The birth: what must be there, what is unusual. Sources: OB-QC-2019, CN-NOT; bounds GK.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Sheet;
use crate::analgesia::limits::{self, Limit, Verdict};
use crate::analgesia::model::{
    Baby, BabyOutcome, Birth, BirthPlace, CloseReason, Delivery, DeliveryMode, Mother,
};
use crate::episode::model::Ending;

/// How the pregnancy ended, from its birth here and why its labor was closed; none while neither says.
pub fn ending(birth: Option<&Birth>, closed: Option<CloseReason>) -> Option<Ending> {
    match (birth, closed) {
        (Some(birth), _) if birth.is_loss() => Some(Ending::Loss),
        (Some(_), Some(CloseReason::Transferred)) => Some(Ending::Grave),
        (Some(birth), _) => Some(match birth.mother {
            Mother::Died => Ending::Grave,
            Mother::NearMiss => Ending::NearMiss,
            Mother::Well => Ending::Birth,
        }),
        (None, Some(CloseReason::Transferred)) => Some(Ending::Transferred),
        (None, Some(CloseReason::DeliveredElsewhere)) => Some(Ending::Elsewhere),
        (None, _) => None,
    }
}

/// Checks a birth. One that happened elsewhere may lack what only those present could see.
pub fn check_delivery(sheet: &mut Sheet, delivery: &Delivery) {
    if delivery.mode == DeliveryMode::CesareanIntrapartum {
        let elsewhere = delivery.birth_place != BirthPlace::Here;
        sheet.need(elsewhere || delivery.cs_decision_at.is_some(), "/cs_decision_at");
        sheet.need(elsewhere || delivery.cs_anesthesia.is_some(), "/cs_anesthesia");
        sheet.need(elsewhere || delivery.cs_indication.is_some(), "/cs_indication");
        let known = delivery.analgesia_before_conversion.is_some();
        sheet.need(known, "/analgesia_before_conversion");
    }
    sheet.past(delivery.cs_decision_at, "/cs_decision_at");
    sheet.past(delivery.second_stage_start, "/second_stage_start");
    sheet.note(delivery.cs_indication.as_deref(), "/cs_indication", 500);
    sheet.score(delivery.tear, "/tear", 0, 4);
    for (minutes, pointer) in [
        (delivery.first_stage_min, "/first_stage_min"),
        (delivery.second_stage_min, "/second_stage_min"),
        (delivery.third_stage_min, "/third_stage_min"),
    ] {
        sheet.score(minutes, pointer, 0, i64::MAX);
        if let Some(minutes) = minutes {
            sheet.measured(pointer, &limits::STAGE, minutes);
        }
    }
    blood_loss(sheet, delivery);
    babies(sheet, delivery);
    sheet.explained(delivery.confirmed_reason.as_deref(), "/confirmed_reason");
}

/// What is usual of a birth like this.
fn usual_loss(delivery: &Delivery) -> &'static Limit {
    match delivery.mode.is_cesarean() {
        true => &limits::BLOOD_LOSS_CESAREAN,
        false => &limits::BLOOD_LOSS_VAGINAL,
    }
}

/// Whether she lost more blood than is usual.
pub fn bled_much(delivery: &Delivery) -> bool {
    let lost = delivery.blood_loss_ml;
    lost.is_some_and(|ml| usual_loss(delivery).judge(ml.into()) != Verdict::Usual)
}

fn blood_loss(sheet: &mut Sheet, delivery: &Delivery) {
    let Some(ml) = delivery.blood_loss_ml else { return };
    let limit = usual_loss(delivery);
    sheet.score(Some(ml), "/blood_loss_ml", 0, i64::MAX);
    sheet.measured("/blood_loss_ml", limit, ml);
}

fn babies(sheet: &mut Sheet, delivery: &Delivery) {
    sheet.need(!delivery.babies.is_empty(), "/babies");
    let numbers: BTreeSet<i64> = delivery.babies.iter().map(|baby| baby.baby_no).collect();
    let complete = (1..).zip(&numbers).all(|(expected, number)| expected == *number);
    sheet.agree(complete && numbers.len() == delivery.babies.len(), "/babies");
    for (index, baby) in delivery.babies.iter().enumerate() {
        let at = |member: &str| format!("/babies/{index}/{member}");
        sheet.past(Some(baby.born_at), &at("born_at"));
        for (score, member) in [
            (baby.apgar1, "apgar1"),
            (baby.apgar5, "apgar5"),
            (baby.apgar10, "apgar10"),
        ] {
            sheet.score(score, &at(member), 0, 10);
        }
        for member in unscored(delivery.birth_place, baby) {
            sheet.wanted(false, &at(member));
        }
        measures(sheet, baby, at);
    }
    let decided = delivery
        .cs_decision_at
        .filter(|_| delivery.mode == DeliveryMode::CesareanIntrapartum);
    let babies = delivery.babies.iter().enumerate();
    if let Some((index, last)) = babies.max_by_key(|(_, baby)| baby.born_at) {
        let decided_before = decided.is_none_or(|decided| decided <= last.born_at);
        sheet.agree(decided_before, &format!("/babies/{index}/born_at"));
    }
}

/// When the cesarean brought its first baby. A twin may have come before anybody decided on it.
pub fn born_by_cesarean(delivery: &Delivery, decided: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let births = delivery.babies.iter().map(|baby| baby.born_at);
    births.filter(|at| *at >= decided).min()
}

/// Scores that a newborn should have and has not. A stillborn has none, and nobody may have scored a child born on the
/// way.
pub fn unscored(place: BirthPlace, baby: &Baby) -> Vec<&'static str> {
    if baby.outcome == BabyOutcome::Stillbirth || place != BirthPlace::Here {
        return Vec::new();
    }
    let slow = baby.apgar5.is_some_and(|score| score < 8);
    let scores = [
        (true, baby.apgar1, "apgar1"),
        (true, baby.apgar5, "apgar5"),
        (slow, baby.apgar10, "apgar10"),
    ];
    let absent = scores
        .into_iter()
        .filter(|(asked, score, _)| *asked && score.is_none());
    absent.map(|(.., member)| member).collect()
}

fn measures(sheet: &mut Sheet, baby: &Baby, at: impl Fn(&str) -> String) {
    if let Some(grams) = baby.weight_g {
        sheet.score(Some(grams), &at("weight_g"), 1, i64::MAX);
        sheet.measured(&at("weight_g"), &limits::BIRTH_WEIGHT, grams);
    }
    for (value, member, limit) in [
        (baby.cord_ph, "cord_ph", &limits::CORD_PH),
        (baby.cord_be, "cord_be", &limits::CORD_BE),
        (baby.cord_lactate, "cord_lactate", &limits::CORD_LACTATE),
    ] {
        if let Some(value) = value {
            sheet.measured(&at(member), limit, value.0);
        }
    }
    sheet.note(baby.resuscitation.as_deref(), &at("resuscitation"), 200);
}

#[cfg(test)]
#[path = "birth_tests.rs"]
mod tests;
