//! Labor on the way: admission, block, pain scores, birth, and what comes after.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};

use super::walk::{Stopped, Walker, Woman, text};
use crate::content::forms::RECHECK;

type Result<T> = std::result::Result<T, Stopped>;

/// The bags that hang on the pumps: their batch and the last day of their use.
const BAGS: (&str, &str) = ("B2026001", "2027-12-31");

/// How a birth ended.
#[derive(Clone, Copy, Debug)]
pub struct Birth {
    /// The word of the record.
    pub mode: &'static str,
    /// At one and five minutes.
    pub apgar: (i64, i64),
}

/// A calm birth.
pub const CALM: Birth = Birth {
    mode: "spontaneous_vaginal",
    apgar: (9, 10),
};

impl Walker<'_> {
    fn ago(&self, minutes: i64) -> DateTime<Utc> {
        self.ctx.clock.now() - Duration::minutes(minutes)
    }

    /// The bags for the pumps come, and stand in the register of supplies.
    pub async fn stock(&self) -> Result<Value> {
        let body = json!({
            "kind": "drug", "name": "0.1% 罗哌卡因 + 0.4 µg/ml 舒芬太尼 100 ml", "batch": BAGS.0, "supplier": "医院药学部",
            "unit": "袋", "expires_on": BAGS.1, "controlled": true, "received": "200",
        });
        Ok(self
            .post(&self.anesthesiologist().await?, "/supplies", body)
            .await?
            .body)
    }

    /// She comes in; the midwife writes what she finds.
    pub async fn admit(&self, woman: &mut Woman) -> Result<Value> {
        let body = json!({
            "patient": woman.patient, "admitted_at": self.now(), "labor_stage": "active", "cervical_dilation_cm": "5",
            "station": -1, "membranes": "intact", "fhr_baseline": 140, "fhr_category": "I", "iv_access": true,
        });
        let admitted = self.post(&self.midwife().await?, "/labors", body).await?.body;
        woman.labor = text(&admitted, "/id").or_else(|_| text(&admitted, "/labor/id"))?;
        self.wait(1).await?;
        Ok(admitted)
    }

    /// The midwife goes through her answers with her again; the anesthesiologist looks at what is new.
    pub async fn recheck(&self, woman: &mut Woman, answers: &Map<String, Value>) -> Result<()> {
        let forms = &self.ctx.content.forms;
        let form = &forms.current(RECHECK).ok_or(Stopped::Lacking("form"))?.form;
        let mut answers = answers.clone();
        let today = json!({
            "pe.bp_known": true, "pe.bp_date": self.today(), "pe.sbp": 116, "pe.dbp": 72, "inf.temp_c": 36.7,
            "lab.plt": 205, "lab.plt_at": self.ago(120), "fas.solid_at": self.ago(480), "fas.fluid_at": self.ago(90),
        });
        answers.extend(today.as_object().cloned().unwrap_or_default());
        answers.retain(|item, _| form.has_item(item));
        let body = json!({ "questionnaire": RECHECK, "content": form.response_from_flat(&answers) });
        let path = format!("/patients/{}/responses", woman.patient);
        self.post(&self.midwife().await?, &path, body).await?;
        self.queued(woman).await?;
        let plan = json!({ "technique": "epidural", "asa_class": 2 });
        let decision =
            json!({ "outcome": "cleared", "summary": "入院复核：可以使用分娩镇痛。", "plan": plan });
        self.decide(woman, decision).await?;
        self.wait(1).await
    }

    /// She asks on her phone.
    pub async fn request(&self, woman: &Woman) -> Result<Value> {
        Ok(self
            .post(&woman.phone, "/labors/current/request", json!({ "vas": "8" }))
            .await?
            .body)
    }

    /// Anesthesiologist and midwife stop and check; the block is placed; the pump runs.
    pub async fn block(&self, woman: &Woman) -> Result<Value> {
        let path = format!("/labors/{}", woman.labor);
        let word = json!({ "act": "analgesia.time_out", "subject": woman.labor });
        let attestation = text(
            &self
                .post(&self.midwife().await?, "/attestations", word)
                .await?
                .body,
            "/attestation",
        )?;
        let checks = [
            "identity",
            "consent_valid",
            "allergies",
            "anticoagulant_interval",
            "platelets_seen",
            "iv_access",
            "monitoring_on",
            "resuscitation_ready",
            "lipid_emulsion_ready",
            "still_wants",
        ];
        let checks: Map<String, Value> = checks
            .iter()
            .map(|name| ((*name).to_owned(), json!(true)))
            .collect();
        let body = json!({ "checks": checks, "decision_at": self.now(), "attestation": attestation });
        self.post(&self.anesthesiologist().await?, &format!("{path}/time-out"), body)
            .await?;
        self.observe(woman, "8").await?;
        self.wait(20 * 60).await?;
        let etag = self.etag(&self.anesthesiologist().await?, &path).await?;
        let body = json!({
            "indication": "labor", "technique": "epidural", "interspace": "L3-4", "position": "lateral",
            "needle_attempts": 1, "lor_depth_cm": "5", "catheter_depth_cm": "4", "catheter_site": "epidural",
            "test_dose": {
                "given_at": self.ago(6), "drug": "lidocaine", "amount": "45", "volume_ml": "3", "result": "negative",
            },
            "paresthesia": false, "blood": false, "csf": false,
            "puncture_at": self.ago(12), "catheter_at": self.ago(8), "first_dose_at": self.ago(2),
            "doses": [{
                "given_at": self.ago(2), "drug": "ropivacaine", "route": "epidural", "use": "labor", "loading": true,
                "amount": "8", "volume_ml": "8", "concentration": "0.1",
            }],
            "pump": {
                "modes": ["pieb", "pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "opioid": "sufentanil",
                "opioid_ug_ml": "0.4", "pieb_volume_ml": "8", "pieb_interval_min": 40, "bolus_volume_ml": "8",
                "lockout_min": 15, "hourly_limit_ml_h": "28", "solution_total_ml": "100",
                "reservoir": { "label": "0.1% 罗哌卡因 + 0.4 µg/ml 舒芬太尼", "batch": BAGS.0, "expires_on": BAGS.1 },
                "started_at": self.ago(1),
            },
        });
        Ok(self
            .put(
                &self.anesthesiologist().await?,
                &format!("{path}/analgesia"),
                Some(&etag),
                body,
            )
            .await?
            .body)
    }

    /// A pain score at the peak of a contraction, with the signs of life.
    pub async fn observe(&self, woman: &Woman, vas: &str) -> Result<Value> {
        let body = json!({ "observations": [{
            "observed_at": self.now(), "vas": vas, "vas_context": "contraction", "sbp": 118, "dbp": 72, "hr": 84,
            "spo2": 98, "fhr": 142, "bromage": 0,
        }] });
        Ok(self
            .post(
                &self.midwife().await?,
                &format!("/labors/{}/observations", woman.labor),
                body,
            )
            .await?
            .body)
    }

    /// The baby is born.
    pub async fn deliver(&self, woman: &Woman, birth: Birth) -> Result<Value> {
        let path = format!("/labors/{}", woman.labor);
        let etag = self.etag(&self.midwife().await?, &path).await?;
        let mut body = json!({
            "mode": birth.mode, "birth_place": "here", "second_stage_min": 55, "first_stage_min": 480,
            "third_stage_min": 8, "second_stage_start": self.ago(60), "blood_loss_ml": 260, "oxytocin": false,
            "episiotomy": false, "tear": 1,
            "babies": [{
                "baby_no": 1, "sex": "female", "born_at": self.ago(5), "weight_g": 3260, "outcome": "alive",
                "apgar1": birth.apgar.0, "apgar5": birth.apgar.1, "nicu": false, "breastfeeding_first_hour": true,
            }],
        });
        if birth.apgar.1 < 8 {
            body["babies"][0]["apgar10"] = json!(9);
        }
        if birth.mode == "cesarean_intrapartum" {
            body["cs_decision_at"] = json!(self.ago(30));
            body["cs_anesthesia"] = json!("epidural_topup");
            body["cs_indication"] = json!("胎儿窘迫");
            body["analgesia_before_conversion"] = json!(true);
            body["blood_loss_ml"] = json!(480);
        }
        let delivered = self
            .put(
                &self.midwife().await?,
                &format!("{path}/delivery"),
                Some(&etag),
                body,
            )
            .await?
            .body;
        self.wait(1).await?;
        Ok(delivered)
    }

    /// The pump stops, the catheter comes out whole.
    pub async fn stop(&self, woman: &Woman) -> Result<Value> {
        let body = json!({
            "stop_at": self.ago(2), "reason": "delivered", "last_dose_at": self.ago(20), "local_anesthetic_mg": "42",
            "opioid_ug": "16", "catheter_removed_at": self.ago(1), "tip_intact": true, "puncture_site": "干燥，无红肿",
            "bromage": 0,
        });
        Ok(self
            .post(
                &self.anesthesiologist().await?,
                &format!("/labors/{}/stop", woman.labor),
                body,
            )
            .await?
            .body)
    }

    /// Within four hours of her last dose she raises both legs, which is added to what was written of the end.
    pub async fn raise_legs(&self, woman: &Woman, mut stop: Value) -> Result<Value> {
        if let Some(stop) = stop.as_object_mut() {
            stop.retain(|member, _| !["id", "written_at", "by", "late"].contains(&member.as_str()));
            stop.insert("leg_raise".to_owned(), json!("able"));
            stop.insert("leg_raise_at".to_owned(), json!(self.now()));
        }
        Ok(self
            .post(
                &self.midwife().await?,
                &format!("/labors/{}/stop", woman.labor),
                stop,
            )
            .await?
            .body)
    }

    /// She answers a follow-up form on her phone. `changes` go over the answers of a woman who is well.
    pub async fn follow_up(&self, woman: &Woman, form: &str, changes: &Map<String, Value>) -> Result<Value> {
        let mut answers = well(form);
        for (item, value) in changes {
            answers.insert(item.clone(), value.clone());
        }
        self.form(woman, form, &answers, false).await
    }

    /// She answers the survey.
    pub async fn survey(&self, woman: &Woman, overall: i64) -> Result<Value> {
        let mut answers = Map::new();
        answers.insert("sat.overall".to_owned(), json!(overall.to_string()));
        self.form(woman, "satisfaction", &answers, false).await
    }
}

/// The answers of a woman who is well.
pub fn well(form: &str) -> Map<String, Value> {
    let mut answers = Map::new();
    let mut set = |item: &str, value: Value| {
        answers.insert(item.to_owned(), value);
    };
    set("fu.well", json!("good"));
    set("fu.headache", json!("none"));
    set("fu.back", json!("none"));
    set("fu.sense", json!("no"));
    set("fu.motor", json!("no"));
    set("fu.walk", json!("yes"));
    set("fu.bladder", json!("normal"));
    set("fu.saddle", json!("no"));
    set("fu.feverish", json!("no"));
    set("fu.alarm", json!(["none"]));
    set("fu.site", json!(["normal"]));
    set("fu.bleeding", json!("normal"));
    set("fu.breathe", json!("no"));
    set("fu.feeding", json!("breast"));
    set("fu.contact", json!(false));
    if form == "follow-up-f24" || form == "follow-up-f72" {
        set("fu.nausea", json!("none"));
        set("fu.itch", json!("none"));
        set("fu.dizzy", json!("none"));
    }
    if form == "follow-up-f24" {
        set("fu.pain_delivery", json!(8));
        set("fu.pain_worst_after", json!(3));
    } else {
        set("fu.bowel", json!("yes"));
        set("fu.sleep", json!("ok"));
    }
    if form != "follow-up-f42" {
        set("fu.feeding_help", json!(false));
    } else {
        set("fu.back_old", json!("same"));
    }
    answers
}
