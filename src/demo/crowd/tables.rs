//! The tables that a made-up woman has rows in.

use super::bulk::{self, End, ROWS, Table};
use crate::base::error::Result;
use crate::db::Tx;

/// The tables in the order in which rows refer to each other.
pub struct Rows {
    pub(super) patient: Table,
    pub(super) episode: Table,
    pub(super) key: Table,
    pub(super) lesson: Table,
    pub(super) response: Table,
    pub(super) review: Table,
    pub(super) consent: Table,
    pub(super) labor: Table,
    pub(super) record: Table,
    pub(super) delivery: Table,
    pub(super) newborn: Table,
    pub(super) observation: Table,
    pub(super) complication: Table,
    pub(super) point: Table,
    pub(super) reply: Table,
    /// How each labor ended; written last, as in life, so that the figures of its day change once.
    pub(super) ends: Vec<End>,
}

impl Rows {
    /// None of them.
    pub fn new() -> Rows {
        Rows {
            patient: Table::new(
                "patient (id, facility_id, record_number, language, matched, is_test, version, created_at)",
            ),
            episode: Table::new(
                "episode (id, facility_id, patient_id, edd, gravidity, parity, fetuses, stage, is_test, enrolled_at, \
                 closed_at, version, created_at)",
            ),
            key: Table::new("data_key (id, facility_id, record, class, wrapped, kek_id, alg, created_at)"),
            lesson: Table::new(
                "lesson_progress (episode_id, facility_id, patient_id, slug, version, position, seconds, completed_at, \
                 passed_at, updated_at)",
            ),
            response: Table::new(
                "response (id, facility_id, patient_id, episode_id, questionnaire, name, after_loss, status, content, \
                 authored_at, completed_at, version)",
            ),
            review: Table::new(
                "review (id, facility_id, patient_id, episode_id, response_id, phase, level, urgent, status, state, \
                 due_at, created_at)",
            ),
            consent: Table::new(
                "consent (id, facility_id, patient_id, episode_id, procedure_class, template_code, template_id, locale, \
                 basis, medium, state, revision, requested, prepared_by_id, failed_rounds, signed_at, activated_at, \
                 created_at)",
            ),
            labor: Table::new(
                "labor (id, facility_id, patient_id, episode_id, admitted_at, admission, state, requested_at, \
                 first_dose_at, close_reason, record_id, delivery_id, is_test, version, created_at, on_ward)",
            ),
            record: Table::new(
                "analgesia_record (id, facility_id, labor_id, number, technique, indication, first_dose_at, resited, \
                 placements, abandoned, excepted, outside_limits, document, staff_id, at)",
            ),
            delivery: Table::new(
                "delivery (id, facility_id, labor_id, number, mode, birth_place, born_at, cs_decision_at, blood_loss_ml, \
                 gestation_days, parity, document, staff_id, at)",
            ),
            newborn: Table::new(
                "newborn (id, facility_id, delivery_id, baby_no, born_at, outcome, weight_g, apgar1, apgar5, apgar10, \
                 asphyxia_apgar, asphyxia_proposal2013)",
            ),
            observation: Table::new(
                "labor_observation (id, facility_id, labor_id, observed_at, pain_tenths, bromage, alarms, document, \
                 staff_id, recorded_at)",
            ),
            complication: Table::new(
                "labor_complication (id, facility_id, labor_id, code, severity, onset_at, resolved_at, staff_id, \
                 recorded_at)",
            ),
            point: Table::new(
                "follow_up (id, facility_id, patient_id, episode_id, labor_id, point, form, after_loss, delivery_mode, \
                 born_at, opens, due, overdue_at, complete, answered_at, created_at)",
            ),
            reply: Table::new("survey_reply (id, facility_id, labor_id, response_id, overall, by_staff, at)"),
            ends: Vec::new(),
        }
    }

    /// Writes all that is there, a table after those that it refers to.
    pub async fn write(&mut self, tx: &mut Tx) -> Result<usize> {
        let mut rows = 0;
        for table in [
            &mut self.patient,
            &mut self.episode,
            &mut self.key,
            &mut self.lesson,
            &mut self.response,
            &mut self.review,
            &mut self.consent,
            &mut self.labor,
            &mut self.record,
            &mut self.delivery,
            &mut self.newborn,
            &mut self.observation,
            &mut self.complication,
            &mut self.point,
            &mut self.reply,
        ] {
            rows += table.write(tx).await?;
        }
        for ends in std::mem::take(&mut self.ends).chunks(ROWS) {
            bulk::end_labors(tx, ends).await?;
        }
        Ok(rows)
    }
}
