//! The block, what was given, and the versions of the record.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Amount, Pump};
use crate::base::id::StaffId;

crate::words! {
    /// Neuraxial technique.
    Technique {
        /// Epidural.
        Epidural = "epidural",
        /// Combined spinal-epidural.
        Cse = "cse",
        /// Dural puncture epidural.
        Dpe = "dpe",
        /// Single spinal.
        SpinalSingle = "spinal_single",
    }

    /// Where the needle went in.
    Interspace {
        /// Refused for all techniques.
        T12L1 = "T12-L1",
        /// Epidural only, to be confirmed.
        L1L2 = "L1-2",
        /// Usual for an epidural; to be confirmed when the dura is meant to be passed.
        L2L3 = "L2-3",
        /// Usual.
        L3L4 = "L3-4",
        /// Usual.
        L4L5 = "L4-5",
        /// Lowest.
        L5S1 = "L5-S1",
    }

    /// How she lay or sat.
    Position {
        /// On her side.
        Lateral = "lateral",
        /// Sitting.
        Sitting = "sitting",
    }

    /// What the block was for.
    Indication {
        /// Pain of labor during a planned vaginal birth.
        Labor = "labor",
        /// Instrumental birth only.
        Instrumental = "instrumental",
        /// Cesarean only.
        Cesarean = "cesarean",
        /// Repair or removal of the placenta only.
        Repair = "repair",
    }

    /// Where the catheter lies.
    CatheterSite {
        /// As meant.
        Epidural = "epidural",
        /// In the spinal fluid: no epidural program, no loading dose.
        Intrathecal = "intrathecal",
    }

    /// A drug of labor analgesia and its emergencies.
    Drug {
        /// Local anesthetic, mg.
        Ropivacaine = "ropivacaine",
        /// Local anesthetic, mg.
        Bupivacaine = "bupivacaine",
        /// Local anesthetic, mg.
        Levobupivacaine = "levobupivacaine",
        /// Local anesthetic, mg.
        Lidocaine = "lidocaine",
        /// Local anesthetic for an urgent cesarean, mg.
        Chloroprocaine = "chloroprocaine",
        /// Opioid, µg.
        Sufentanil = "sufentanil",
        /// Opioid, µg.
        Fentanyl = "fentanyl",
        /// Against low pressure, mg.
        Ephedrine = "ephedrine",
        /// Against low pressure, µg.
        Phenylephrine = "phenylephrine",
        /// Lipid emulsion 20 %, ml.
        LipidEmulsion = "lipid_emulsion",
        /// Against respiratory depression, µg.
        Naloxone = "naloxone",
    }

    /// Which way a dose went.
    Route {
        /// Into the epidural space.
        Epidural = "epidural",
        /// Into the spinal fluid.
        Intrathecal = "intrathecal",
        /// Into a vein.
        Intravenous = "intravenous",
        /// Into tissue.
        Infiltration = "infiltration",
    }

    /// What a dose was for.
    DoseUse {
        /// Pain of labor: the limits of labor apply.
        Labor = "labor",
        /// Anesthesia for an operation: they do not.
        Anesthesia = "anesthesia",
        /// Treatment of an effect.
        Treatment = "treatment",
    }

    /// What a test dose showed.
    TestResult {
        /// Nothing.
        Negative = "negative",
        /// The catheter is in a vein.
        PositiveIv = "positive_iv",
        /// The catheter is in the spinal fluid.
        PositiveIt = "positive_it",
    }

    /// Relief that is not neuraxial.
    OtherMethod {
        /// Opioid into a vein.
        IntravenousOpioid = "intravenous_opioid",
        /// Nitrous oxide or another inhaled agent.
        Inhaled = "inhaled",
        /// Pudendal block.
        Pudendal = "pudendal",
        /// Local infiltration.
        Infiltration = "infiltration",
        /// Without medicine.
        NonPharmacological = "non_pharmacological",
    }
}

/// A dose that was given.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Dose {
    /// When.
    pub given_at: DateTime<Utc>,
    /// What.
    pub drug: Drug,
    /// Which way.
    pub route: Route,
    /// What for.
    #[oai(rename = "use")]
    #[serde(rename = "use")]
    pub purpose: DoseUse,
    /// A loading dose of the solution.
    #[oai(default)]
    #[serde(default)]
    pub loading: bool,
    /// How much: mg of local anesthetics and ephedrine, µg of opioids, phenylephrine and naloxone, ml of lipid.
    pub amount: Amount,
    /// Volume, ml.
    pub volume_ml: Option<Amount>,
    /// Concentration: % of a local anesthetic, µg/ml of an opioid.
    pub concentration: Option<Amount>,
    /// It was written down more than half an hour later; the service tells, what is sent here does not count.
    pub late: Option<bool>,
}

/// A test dose.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct TestDose {
    /// When.
    pub given_at: DateTime<Utc>,
    /// Lidocaine as a rule.
    pub drug: Drug,
    /// How much, mg.
    pub amount: Amount,
    /// Volume, ml.
    pub volume_ml: Option<Amount>,
    /// Epinephrine in it, µg.
    pub epinephrine_ug: Option<Amount>,
    /// What it showed.
    pub result: TestResult,
    /// It was written down more than half an hour later; the service tells, what is sent here does not count.
    pub late: Option<bool>,
}

/// A new puncture in the same labor; she still counts once.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Resiting {
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub technique: Technique,
    /// Where.
    pub interspace: Option<Interspace>,
    /// Why, up to 500 characters.
    pub reason: String,
    /// Who did it; left out, the writer.
    pub operator: Option<StaffId>,
    /// Who supervised.
    pub supervisor: Option<StaffId>,
}

/// Relief that is not neuraxial.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct OtherAnalgesia {
    /// Which.
    pub method: OtherMethod,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Drug and dose in words, up to 200 characters.
    pub note: Option<String>,
}

/// The analgesia record: what was done, given and set.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Record {
    /// What the block was for.
    pub indication: Option<Indication>,
    /// How; absent when nothing neuraxial was done.
    pub technique: Option<Technique>,
    /// Where.
    pub interspace: Option<Interspace>,
    /// How she lay or sat.
    pub position: Option<Position>,
    /// Who placed the block; left out, whoever held the last time-out, and without one the writer.
    pub operator: Option<StaffId>,
    /// Who supervised; left out with the operator, whoever did at the last time-out.
    pub supervisor: Option<StaffId>,
    /// Punctures, 1–20.
    pub needle_attempts: Option<i64>,
    /// Depth of the loss of resistance, cm, 1.5–15.
    pub lor_depth_cm: Option<Amount>,
    /// Catheter in the space, cm, 2–8.
    pub catheter_depth_cm: Option<Amount>,
    /// Where the catheter lies; epidural if absent.
    pub catheter_site: Option<CatheterSite>,
    /// Test dose.
    pub test_dose: Option<TestDose>,
    /// She felt a nerve.
    pub paresthesia: Option<bool>,
    /// Blood came.
    pub blood: Option<bool>,
    /// Spinal fluid from the epidural needle or catheter: an accidental dural puncture.
    pub csf: Option<bool>,
    /// When the block was decided on.
    pub decision_at: Option<DateTime<Utc>>,
    /// Puncture.
    pub puncture_at: Option<DateTime<Utc>>,
    /// Catheter in place.
    pub catheter_at: Option<DateTime<Utc>>,
    /// First neuraxial dose of this labor; a new puncture does not change it.
    pub first_dose_at: Option<DateTime<Utc>>,
    /// Her weight, kg, for doses by weight.
    pub weight_kg: Option<Amount>,
    /// Everything given so far.
    #[oai(default)]
    #[serde(default)]
    pub doses: Vec<Dose>,
    /// The pump's program as it runs.
    pub pump: Option<Pump>,
    /// Bags and programs before this one, with what each gave. Left out, a bag that is replaced is kept by itself.
    pub earlier_pumps: Option<Vec<Pump>>,
    /// New punctures.
    #[oai(default)]
    #[serde(default)]
    pub resitings: Vec<Resiting>,
    /// Given up without an effective block.
    #[oai(default)]
    #[serde(default)]
    pub abandoned: bool,
    /// Relief that is not neuraxial.
    #[oai(default)]
    #[serde(default)]
    pub other_analgesia: Vec<OtherAnalgesia>,
    /// It began without consent or time-out.
    pub exception: Option<Exception>,
    /// Whoever placed it was not shown to be qualified, and nobody who is could be had.
    pub unqualified: Option<Exception>,
    /// It went on after she had taken her consent back; needed with everything that was given, sited or set after that.
    pub after_withdrawal: Option<Exception>,
    /// Something was given beyond the hard limits.
    pub given_outside_limits: Option<GivenOutside>,
    /// Pointers of the unusual values that were checked, as in `/doses/0/amount`.
    #[oai(default)]
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// Why they are right, 1–500 characters; needed with a value that is taken because it was confirmed.
    pub confirmed_reason: Option<String>,
    /// Why the version before was not so, 2–500 characters; needed when something of it is changed or left out.
    pub correction_reason: Option<String>,
}

impl Technique {
    /// Whether an epidural needle is placed, which may puncture the dura though nobody meant to.
    pub fn has_epidural_needle(self) -> bool {
        self != Technique::SpinalSingle
    }
}

impl Record {
    /// How often an epidural needle was placed: for the first block, and for each that was made anew.
    pub fn placements(&self) -> i64 {
        let again = self.resitings.iter().map(|new| new.technique);
        let all = self.technique.into_iter().chain(again);
        all.filter(|technique| technique.has_epidural_needle()).count() as i64
    }

    /// The batches of the pump's bags, each once.
    pub fn bags(&self) -> BTreeSet<String> {
        let pumps = self.pump.iter().chain(self.earlier_pumps.iter().flatten());
        pumps.map(|pump| pump.reservoir.batch.trim().to_owned()).collect()
    }
}

/// Why it began, or went on, without consent or time-out.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields)]
pub struct Exception {
    /// 1–500 characters.
    pub reason: String,
}

/// Something given beyond the hard limits.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct GivenOutside {
    /// Why, 1–500 characters.
    pub reason: String,
    /// The second person's word for `analgesia.record` on this labor; used up, never kept.
    #[serde(skip)]
    pub attestation: Option<String>,
}

/// One version of the record; the last one is the record, earlier ones stay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordVersion {
    /// Its id.
    pub id: Uuid,
    /// 1, 2, …
    pub number: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// What.
    pub record: Record,
    /// Who confirmed what was given beyond the hard limits.
    pub second: Option<StaffId>,
}
