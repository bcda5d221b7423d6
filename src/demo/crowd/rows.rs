//! The rows of a made-up woman: every table that the figures of quality read, as the acts of the service leave it.
//!
//! Sealed columns are sealed, under one data key a woman and with what the clear columns say. She has no name, no number and
//! no form that anybody filled in: her antenatal answers are empty.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::bulk::{End, row};
use super::luck::{Birth, Block, Luck};
use super::tables::Rows;
use crate::analgesia::model::DeliveryMode;
use crate::base::clock::clinic_date;
use crate::base::error::Result;
use crate::vault::{NewKey, Vault};

/// Follow-up points with their form, and the hours after birth when they open, are due and are overdue, and how many answer.
const POINTS: [(&str, &str, [i64; 3], f64); 4] = [
    ("f24", "follow-up-f24", [18, 24, 36], 0.93),
    ("f72", "follow-up-f72", [48, 60, 96], 0.88),
    ("f7", "follow-up-f7", [144, 168, 240], 0.8),
    ("f42", "follow-up-f42", [912, 1_008, 1_344], 0.7),
];

/// The hospital, and who writes everything down.
pub struct Place {
    pub facility: Uuid,
    pub staff: Uuid,
    pub lessons: Vec<String>,
}

impl Rows {
    /// Adds one woman with her number.
    pub fn add(
        &mut self,
        vault: &Vault,
        place: &Place,
        luck: &mut Luck,
        number: u64,
        birth: &Birth,
    ) -> Result<()> {
        let enrolled = birth.born_at - Duration::days(100);
        let of = Of {
            key: vault.new_key()?,
            facility: place.facility,
            staff: place.staff,
            patient: luck.id(enrolled),
            episode: luck.id(enrolled),
            labor: luck.id(birth.admitted_at),
        };
        let (facility, patient, episode, labor) = (of.facility, of.patient, of.episode, of.labor);
        self.key.add(row![
            of.key.id,
            facility,
            labor,
            "clinical",
            of.key.wrapped.clone(),
            of.key.kek_id.clone(),
            of.key.algorithm,
            enrolled,
        ]);
        self.patient.add(row![
            patient,
            facility,
            format!("S{number:08}"),
            "zh-CN",
            true,
            false,
            1_i64,
            enrolled
        ]);
        self.episode.add(row![
            episode,
            facility,
            patient,
            clinic_date(birth.born_at) + Duration::days(280 - birth.gestation_days),
            birth.parity + 1,
            birth.parity,
            birth.babies.len() as i64,
            "closed",
            false,
            enrolled,
            birth.born_at + Duration::days(42),
            1_i64,
            enrolled,
        ]);
        self.before_labor(&of, place, luck, birth)?;
        let record = birth
            .block
            .as_ref()
            .map(|block| (luck.id(block.first_dose_at), block));
        let delivery = (!birth.left).then(|| luck.id(birth.born_at));
        let admission = json!({ "labor_stage": "active", "membranes": "intact", "iv_access": true });
        self.labor.add(row![
            labor,
            facility,
            patient,
            episode,
            birth.admitted_at,
            of.sealed(labor, "admission", &admission)?,
            "closed",
            birth.block.as_ref().and_then(|block| block.requested_at),
            birth.block.as_ref().map(|block| block.first_dose_at),
            if birth.left { "transferred" } else { "discharged" },
            record.as_ref().map(|(id, _)| *id),
            delivery,
            false,
            1_i64,
            birth.admitted_at,
            false,
        ]);
        self.ends.push(End {
            labor,
            born_at: delivery.map(|_| birth.born_at),
            closed_at: birth.born_at + Duration::days(if birth.left { 0 } else { 3 }),
        });
        if let Some((id, block)) = record {
            self.block(&of, luck, id, block, birth)?;
        }
        for (n, (at, tenths, recorded_at)) in birth.pain.iter().enumerate() {
            let hot = n == 0 && birth.fever;
            let temp_c = if hot { "38.3" } else { "36.8" };
            let row = json!({
                "observed_at": at, "vas": format!("{}.{}", tenths / 10, tenths % 10), "vas_context": "contraction",
                "sbp": 118, "dbp": 72, "hr": 84, "spo2": 98, "temp_c": temp_c, "fhr": 142, "bromage": 0,
            });
            self.observation.add(row![
                luck.id(*recorded_at),
                facility,
                labor,
                *at,
                *tenths,
                0_i64,
                if hot { r#"["fever"]"# } else { "[]" },
                of.sealed(labor, "observation", &row)?,
                of.staff,
                *recorded_at,
            ]);
        }
        if let Some(delivery) = delivery {
            self.delivered(&of, luck, delivery, birth)?;
        }
        Ok(())
    }

    fn before_labor(&mut self, of: &Of, place: &Place, luck: &mut Luck, birth: &Birth) -> Result<()> {
        let (facility, patient, episode) = (of.facility, of.patient, of.episode);
        let early = birth.admitted_at - Duration::days(luck.between(5, 60));
        for slug in place.lessons.iter().filter(|_| birth.taught) {
            self.lesson.add(row![
                episode,
                facility,
                patient,
                slug.clone(),
                "1",
                100_i64,
                300_i64,
                early,
                early,
                early
            ]);
        }
        if birth.assessed {
            let (response, review) = (luck.id(early), luck.id(early));
            let empty = json!({ "resourceType": "QuestionnaireResponse", "status": "completed" });
            self.response.add(row![
                response,
                facility,
                patient,
                episode,
                "pre-analgesia|made-up",
                "pre-analgesia",
                false,
                "completed",
                of.sealed(response, "content", &empty)?,
                early,
                early,
                1_i64,
            ]);
            self.review.add(row![
                review,
                facility,
                patient,
                episode,
                response,
                "antenatal",
                "none",
                false,
                "complete",
                "decided",
                early,
                early
            ]);
        }
        if birth.consented && birth.block.is_some() {
            self.consent.add(row![
                luck.id(early),
                facility,
                patient,
                episode,
                "neuraxial_labor_analgesia",
                "labor-analgesia",
                "made-up",
                "zh-CN",
                "patient",
                "electronic",
                "fulfilled",
                5_i64,
                true,
                of.staff,
                0_i64,
                early,
                early,
                early,
            ]);
        }
        Ok(())
    }

    fn block(&mut self, of: &Of, luck: &mut Luck, id: Uuid, block: &Block, birth: &Birth) -> Result<()> {
        let (facility, labor, dose) = (of.facility, of.labor, block.first_dose_at);
        let record = json!({
            "record": {
                "technique": block.technique, "indication": "labor", "interspace": "L3-4", "first_dose_at": dose,
                "abandoned": block.abandoned,
            },
            "second": Json::Null,
        });
        self.record.add(row![
            id,
            facility,
            labor,
            1_i64,
            block.technique.word(),
            "labor",
            dose,
            block.resited,
            if block.technique.has_epidural_needle() {
                1 + i64::from(block.resited)
            } else {
                0
            },
            block.abandoned,
            !birth.consented,
            false,
            of.sealed(labor, "record", &record)?,
            of.staff,
            dose,
        ]);
        for (code, onset) in &block.complications {
            let over = *onset + Duration::hours(luck.rather_small(1, 120));
            self.complication.add(row![
                luck.id(*onset),
                facility,
                labor,
                code.word(),
                luck.rather_small(1, 3),
                *onset,
                over,
                of.staff,
                *onset,
            ]);
        }
        if birth.left {
            return Ok(());
        }
        let born = birth.born_at;
        for (point, form, hours, answered) in POINTS {
            let [opens, due, overdue] = hours.map(|hours| born + Duration::hours(hours));
            let complete = luck.hits(answered);
            let at: Option<DateTime<Utc>> = complete.then_some(due);
            self.point.add(row![
                luck.id(born),
                facility,
                of.patient,
                of.episode,
                labor,
                point,
                form,
                false,
                birth.mode.word(),
                born,
                opens,
                due,
                overdue,
                complete,
                at,
                born,
            ]);
        }
        if let Some(overall) = block.satisfied {
            let at = born + Duration::hours(luck.between(24, 600));
            self.reply.add(row![
                luck.id(at),
                facility,
                labor,
                luck.id(at),
                overall,
                false,
                at
            ]);
        }
        Ok(())
    }

    fn delivered(&mut self, of: &Of, luck: &mut Luck, id: Uuid, birth: &Birth) -> Result<()> {
        let born = birth.born_at;
        let mut babies = Vec::new();
        for (number, baby) in (1_i64..).zip(&birth.babies) {
            let outcome = if baby.alive { "alive" } else { "stillbirth" };
            let asphyxia = baby.apgar1.map(|score| match score {
                ..=3 => "severe",
                4..=7 => "mild",
                _ => "none",
            });
            // Nothing but the scores is made up: good ones settle the proposal of 2013, low ones leave it open.
            let scores = baby.apgar1.zip(baby.apgar5);
            let proposal = scores.filter(|(at1, at5)| *at1 > 7 && *at5 > 7).map(|_| false);
            babies.push(json!({
                "baby": {
                    "baby_no": number, "sex": "female", "born_at": born, "weight_g": baby.weight_g, "outcome": outcome,
                    "apgar1": baby.apgar1, "apgar5": baby.apgar5,
                },
                "asphyxia_apgar": asphyxia, "asphyxia_proposal2013": proposal, "cord_gas_high_risk": false,
            }));
            let place = luck.id(born);
            self.newborn.add(row![
                place,
                of.facility,
                id,
                number,
                born,
                outcome,
                baby.weight_g,
                baby.apgar1,
                baby.apgar5,
                baby.apgar5,
                asphyxia,
                proposal,
            ]);
        }
        let minutes = birth.cs_decision_at.map(|at| (born - at).num_minutes());
        let bare: Vec<&Json> = babies.iter().map(|one| &one["baby"]).collect();
        let converted = birth.mode == DeliveryMode::CesareanIntrapartum;
        let delivery = json!({
            "delivery": {
                "mode": birth.mode, "birth_place": "here", "cs_decision_at": birth.cs_decision_at,
                "blood_loss_ml": birth.blood_loss_ml, "babies": bare,
                "analgesia_before_conversion": converted.then_some(birth.block.is_some()),
            },
            "babies": babies, "decision_to_delivery_min": minutes,
        });
        self.delivery.add(row![
            id,
            of.facility,
            of.labor,
            1_i64,
            birth.mode.word(),
            "here",
            born,
            birth.cs_decision_at,
            birth.blood_loss_ml,
            birth.gestation_days,
            birth.parity,
            of.sealed(of.labor, "delivery", &delivery)?,
            of.staff,
            born,
        ]);
        Ok(())
    }
}

/// Whose rows these are.
struct Of {
    key: NewKey,
    facility: Uuid,
    staff: Uuid,
    patient: Uuid,
    episode: Uuid,
    labor: Uuid,
}

impl Of {
    fn sealed(&self, record: Uuid, column: &str, value: &Json) -> Result<Vec<u8>> {
        Ok(self.key.seal(record, column, &serde_json::to_vec(value)?)?.0)
    }
}
