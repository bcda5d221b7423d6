//! Birth and the newborn.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Amount;
use super::block::Technique;
use super::event::{ComplicationCode, ComplicationFact};
use crate::base::id::{EpisodeId, LaborId, PatientId, StaffId};
use crate::people::model::AsphyxiaDefinition;

crate::words! {
    /// How she gave birth; a second twin by cesarean makes it a cesarean.
    DeliveryMode {
        /// Spontaneous.
        SpontaneousVaginal = "spontaneous_vaginal",
        /// Forceps.
        Forceps = "forceps",
        /// Vacuum.
        Vacuum = "vacuum",
        /// Breech.
        VaginalBreech = "vaginal_breech",
        /// Planned cesarean.
        CesareanPlanned = "cesarean_planned",
        /// Cesarean after labor had begun.
        CesareanIntrapartum = "cesarean_intrapartum",
    }

    /// Anesthesia of a cesarean.
    CsAnesthesia {
        /// Through the catheter.
        EpiduralTopup = "epidural_topup",
        /// Spinal.
        Spinal = "spinal",
        /// Combined spinal-epidural.
        Cse = "cse",
        /// General.
        General = "general",
        /// Local.
        Local = "local",
    }

    /// Where the child was born.
    BirthPlace {
        /// In this hospital.
        Here = "here",
        /// On the way.
        BeforeArrival = "before_arrival",
        /// In another place.
        Elsewhere = "elsewhere",
    }

    /// Sex of a newborn.
    Sex {
        /// Girl.
        Female = "female",
        /// Boy.
        Male = "male",
        /// Not clear.
        Undetermined = "undetermined",
    }

    /// A newborn's fate.
    BabyOutcome {
        /// Alive.
        Alive = "alive",
        /// No sign of life.
        Stillbirth = "stillbirth",
        /// Born alive and died.
        NeonatalDeath = "neonatal_death",
    }

    /// Neonatal asphyxia by one definition.
    Asphyxia {
        /// None.
        None = "none",
        /// Mild.
        Mild = "mild",
        /// Severe.
        Severe = "severe",
    }
}

impl DeliveryMode {
    /// Whether it is a cesarean.
    pub fn is_cesarean(self) -> bool {
        matches!(
            self,
            DeliveryMode::CesareanPlanned | DeliveryMode::CesareanIntrapartum
        )
    }
}

/// A newborn.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Baby {
    /// 1, 2, …
    pub baby_no: i64,
    /// Sex.
    pub sex: Sex,
    /// Birth.
    pub born_at: DateTime<Utc>,
    /// Weight, g, 300–7000; beyond it `confirmed` with its reason, as the values below.
    pub weight_g: Option<i64>,
    /// Fate.
    pub outcome: BabyOutcome,
    /// Apgar at 1 min, 0–10. Needed of a child born here alive, as the others are, unless `confirmed` names it: then
    /// nobody took it, and the labor's `missing` tells.
    pub apgar1: Option<i64>,
    /// Apgar at 5 min, 0–10.
    pub apgar5: Option<i64>,
    /// Apgar at 10 min, 0–10; needed when it was below 8 at 5 min.
    pub apgar10: Option<i64>,
    /// Umbilical-artery pH, 6.5–7.6.
    pub cord_ph: Option<Amount>,
    /// Base excess, mmol/l, −30…+15.
    pub cord_be: Option<Amount>,
    /// Lactate, mmol/l, 0–25.
    pub cord_lactate: Option<Amount>,
    /// Breathed effectively by itself.
    pub effective_breathing: Option<bool>,
    /// Other causes of a low score were excluded.
    pub other_causes_excluded: Option<bool>,
    /// Resuscitation in words, up to 200 characters.
    pub resuscitation: Option<String>,
    /// Moved to intensive care.
    pub nicu: Option<bool>,
    /// At the breast within the first hour.
    pub breastfeeding_first_hour: Option<bool>,
}

/// A birth.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Delivery {
    /// How.
    pub mode: DeliveryMode,
    /// Where.
    pub birth_place: BirthPlace,
    /// When the cesarean was decided on; needed for one in labor here.
    pub cs_decision_at: Option<DateTime<Utc>>,
    /// Its anesthesia; needed for one in labor here.
    pub cs_anesthesia: Option<CsAnesthesia>,
    /// Why, up to 500 characters; needed for one in labor here.
    pub cs_indication: Option<String>,
    /// Whether analgesia had been given before; needed for one in labor.
    pub analgesia_before_conversion: Option<bool>,
    /// First stage, min, 0–3000.
    pub first_stage_min: Option<i64>,
    /// Second stage, min, 0–3000.
    pub second_stage_min: Option<i64>,
    /// Third stage, min, 0–3000.
    pub third_stage_min: Option<i64>,
    /// When the second stage began.
    pub second_stage_start: Option<DateTime<Utc>>,
    /// Blood loss within 24 h, ml, 0–15 000; more is taken when `confirmed` names it, with its reason.
    pub blood_loss_ml: Option<i64>,
    /// Labor was helped by oxytocin.
    pub oxytocin: Option<bool>,
    /// Episiotomy.
    pub episiotomy: Option<bool>,
    /// Degree of the tear, 0 none – 4.
    pub tear: Option<i64>,
    /// Newborns, at least one.
    pub babies: Vec<Baby>,
    /// Pointers of the unusual values that were checked, and of the scores that nobody took.
    #[oai(default)]
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// Why they are right, 1–500 characters; needed with a value beyond the range that its member names.
    pub confirmed_reason: Option<String>,
    /// Why the version before was not so, 2–500 characters; needed when something of it is changed or left out.
    pub correction_reason: Option<String>,
}

/// A newborn with what is computed of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JudgedBaby {
    /// As recorded.
    pub baby: Baby,
    /// By the Apgar score alone, the national indicator's reading; none without a score at 1 min.
    pub asphyxia_apgar: Option<Asphyxia>,
    /// By the consensus of 2016; none without a cord pH.
    pub asphyxia_consensus2016: Option<Asphyxia>,
    /// By the proposal of 2013; none while pH, breathing or other causes are not known.
    #[serde(default)]
    pub asphyxia_proposal2013: Option<bool>,
    /// A low score without a cord gas.
    #[serde(default)]
    pub low_apgar_score: bool,
    /// pH below 7.00 or base excess below −12 together with lactate of 6 or more.
    pub cord_gas_high_risk: bool,
}

/// One version of the birth; the last one counts, earlier ones stay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeliveryVersion {
    /// Its id.
    pub id: Uuid,
    /// 1, 2, …
    pub number: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// When the first version was; what completes it comes hours later.
    #[serde(default)]
    pub first_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// Birth of the first baby.
    pub born_at: DateTime<Utc>,
    /// Minutes from the decision on a cesarean to the birth.
    pub decision_to_delivery_min: Option<i64>,
    /// What.
    pub delivery: Delivery,
    /// Newborns with what is computed of them.
    pub babies: Vec<JudgedBaby>,
}

/// How a mother came out of labor, by the complications that were recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mother {
    /// Alive.
    Well,
    /// She was resuscitated, came to intensive care, has permanent harm, or a complication that kills cost her more than
    /// treatment on the ward.
    NearMiss,
    /// She died.
    Died,
}

impl Mother {
    /// Reads the gravest complication as the store ranks it: 2 death, 1 nearly.
    pub fn of(gravest: Option<i64>) -> Mother {
        match gravest {
            Some(2..) => Mother::Died,
            Some(1) => Mother::NearMiss,
            _ => Mother::Well,
        }
    }
}

/// A birth as the indicators need it.
#[derive(Clone, Debug)]
pub struct Birth {
    /// The labor.
    pub labor: LaborId,
    /// The pregnancy.
    pub episode: EpisodeId,
    /// Whose.
    pub patient: PatientId,
    /// When she was admitted.
    pub admitted_at: DateTime<Utc>,
    /// Her first request for analgesia.
    pub requested_at: Option<DateTime<Utc>>,
    /// Birth of the first baby.
    pub born_at: DateTime<Utc>,
    /// How.
    pub mode: DeliveryMode,
    /// Where.
    pub birth_place: BirthPlace,
    /// Gestation at birth, days.
    pub gestation_days: Option<i64>,
    /// Parity before this birth; none where nobody asked her.
    pub parity: Option<i64>,
    /// She was taken to another hospital after the birth.
    pub moved: bool,
    /// She took her consent back after the first dose, and gave none again.
    pub took_back: bool,
    /// A rehearsal's record.
    pub is_test: bool,
    /// First neuraxial dose with the indication `labor`.
    pub first_dose_at: Option<DateTime<Utc>>,
    /// The neuraxial block of this labor, whatever it was for.
    pub technique: Option<Technique>,
    /// A dose was given through it.
    pub dosed: bool,
    /// How often an epidural needle was placed.
    pub placements: i64,
    /// The block was made anew in this labor.
    pub resited: bool,
    /// It had no effect and was given up.
    pub abandoned: bool,
    /// When a cesarean was decided on.
    pub cs_decision_at: Option<DateTime<Utc>>,
    /// Blood loss within 24 h, ml.
    pub blood_loss_ml: Option<i64>,
    /// How the mother came out of it.
    pub mother: Mother,
    /// Pain scores.
    pub pain: Vec<PainScore>,
    /// 38 °C or more was measured before the birth.
    pub fever: bool,
    /// Complications of this labor.
    pub complications: Vec<ComplicationFact>,
    /// Newborns.
    pub babies: Vec<BabyFacts>,
}

impl Birth {
    /// Whether a baby died: nothing of hers may speak of a baby, of feeding or of satisfaction then.
    pub fn is_loss(&self) -> bool {
        self.babies.iter().any(|baby| baby.outcome != BabyOutcome::Alive)
    }
}

impl Birth {
    /// Complications of a kind.
    pub fn complicated_by(&self, code: ComplicationCode) -> impl Iterator<Item = &ComplicationFact> {
        self.complications.iter().filter(move |one| one.code == code)
    }
}

/// A labor that ended here after a dose and before the birth.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// The labor.
    pub labor: LaborId,
    /// Whose.
    pub patient: PatientId,
    /// When it was closed.
    pub at: DateTime<Utc>,
}

/// A pain score as the indicators need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PainScore {
    /// When it was observed.
    pub at: DateTime<Utc>,
    /// Tenths, 0–100.
    pub tenths: i64,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
}

/// A newborn as the indicators need it.
#[derive(Clone, Debug)]
pub struct BabyFacts {
    /// Birth.
    pub born_at: DateTime<Utc>,
    /// Fate; only a stillbirth was not born alive.
    pub outcome: BabyOutcome,
    /// Weight, g.
    pub weight_g: Option<i64>,
    /// Apgar at 1 min.
    pub apgar1: Option<i64>,
    /// Apgar at 5 min.
    pub apgar5: Option<i64>,
    /// Apgar at 10 min.
    pub apgar10: Option<i64>,
    /// Whether it had asphyxia by the Apgar score; none without a score at 1 min.
    pub asphyxia_apgar: Option<bool>,
    /// The same by the consensus of 2016; none without a cord pH.
    pub asphyxia_consensus2016: Option<bool>,
    /// The same by the proposal of 2013; none where pH, breathing or other causes of a low score are not recorded, and of a
    /// newborn that was recorded before this was kept beside the sealed record.
    pub asphyxia_proposal2013: Option<bool>,
}

impl BabyFacts {
    /// Whether it had asphyxia by a definition; none where that can't be said.
    pub fn asphyxia(&self, by: AsphyxiaDefinition) -> Option<bool> {
        match by {
            AsphyxiaDefinition::Apgar => self.asphyxia_apgar,
            AsphyxiaDefinition::Consensus2016 => self.asphyxia_consensus2016,
            AsphyxiaDefinition::Proposal2013 => self.asphyxia_proposal2013,
        }
    }
}
