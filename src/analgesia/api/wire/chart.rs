//! A labor whole: the end of analgesia, the birth, and everything together.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

use super::{
    AlarmOut, ComplicationOut, CorrectionOut, DueOut, LaborOut, ObservationOut, PainOut, RecordOut,
    RequestOut, TimeOutOut,
};
use crate::analgesia::model::{
    Amount, Asphyxia, Baby, Chart, CloseReason, Delivery, DeliveryVersion, JudgedBaby, Stop, StopVersion,
    is_late,
};
use crate::analgesia::rules::{NextHeparin, Totals, as_read, next_heparin, totals};
use crate::base::id::{ObservationId, StaffId};
use crate::people::model::AsphyxiaDefinition;

/// A labor is closed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CloseIn {
    /// Why.
    pub reason: CloseReason,
}

/// The end of analgesia as it was last written.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct StopOut {
    /// Its id, by which the end of analgesia is taken back.
    pub id: Uuid,
    /// When it was written down.
    pub written_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// It was first written down more than half an hour later.
    pub late: bool,
    /// What.
    #[oai(flatten)]
    pub stop: Stop,
}

impl From<StopVersion> for StopOut {
    fn from(v: StopVersion) -> StopOut {
        StopOut {
            id: v.id,
            written_at: v.at,
            by: v.by,
            late: is_late(v.stop.stop_at, v.first_at),
            stop: v.stop,
        }
    }
}

/// When low-molecular-weight heparin may be given again.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NextHeparinOut {
    /// Prophylactic, not before; none when it is decided by hand.
    pub prophylactic_at: Option<DateTime<Utc>>,
    /// Therapeutic, not before; none when it is decided by hand.
    pub therapeutic_at: Option<DateTime<Utc>>,
    /// The puncture was bloody or she bled much: anesthesiologist and obstetrician set the time by hand.
    pub by_hand: bool,
    /// The catheter came out less than 12 h after the last prophylactic dose.
    pub removed_early: bool,
}

impl From<NextHeparin> for NextHeparinOut {
    fn from(n: NextHeparin) -> NextHeparinOut {
        NextHeparinOut {
            prophylactic_at: n.prophylactic_at,
            therapeutic_at: n.therapeutic_at,
            by_hand: n.by_hand,
            removed_early: n.removed_early,
        }
    }
}

/// What was given in all, by the record and by what was read off the running bag since.
#[derive(Object)]
pub struct TotalsOut {
    /// Local anesthetics, mg.
    pub local_anesthetic_mg: Amount,
    /// Opioids, µg.
    pub opioid_ug: Amount,
    /// Pointers of the sums at the end of analgesia that say something else.
    pub differs: Vec<String>,
}

impl From<Totals> for TotalsOut {
    fn from(t: Totals) -> TotalsOut {
        TotalsOut {
            local_anesthetic_mg: Amount(t.local_anesthetic_mg),
            opioid_ug: Amount(t.opioid_ug),
            differs: t.differs.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// A newborn with what is computed of it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct BabyOut {
    /// By the Apgar score alone.
    pub asphyxia_apgar: Option<Asphyxia>,
    /// By the consensus of 2016; absent without a cord pH.
    pub asphyxia_consensus2016: Option<Asphyxia>,
    /// By the proposal of 2013; absent while pH, breathing or other causes are not known.
    pub asphyxia_proposal2013: Option<bool>,
    /// A low score without a cord gas: shown as 低Apgar评分, not as asphyxia.
    pub low_apgar_score: bool,
    /// pH below 7.00 or base excess below −12 together with lactate of 6 or more.
    pub cord_gas_high_risk: bool,
    /// As recorded.
    #[oai(flatten)]
    pub baby: Baby,
}

impl From<JudgedBaby> for BabyOut {
    fn from(j: JudgedBaby) -> BabyOut {
        BabyOut {
            asphyxia_apgar: j.asphyxia_apgar,
            asphyxia_consensus2016: j.asphyxia_consensus2016,
            asphyxia_proposal2013: j.asphyxia_proposal2013,
            low_apgar_score: j.low_apgar_score,
            cord_gas_high_risk: j.cord_gas_high_risk,
            baby: j.baby,
        }
    }
}

/// The birth as it is now.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DeliveryOut {
    /// Its id, by which the birth is taken back.
    pub id: Uuid,
    /// Which version, 1, 2, …; earlier ones stay.
    pub number: i64,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// It was first written down more than half an hour later.
    pub late: bool,
    /// Birth of the first baby.
    pub born_at: DateTime<Utc>,
    /// From the decision on a cesarean in labor to the birth, min; 30 or less is the target.
    pub decision_to_delivery_min: Option<i64>,
    /// Newborns with what is computed of them.
    pub newborns: Vec<BabyOut>,
    /// As recorded.
    #[oai(flatten)]
    pub delivery: Delivery,
}

impl From<DeliveryVersion> for DeliveryOut {
    fn from(v: DeliveryVersion) -> DeliveryOut {
        DeliveryOut {
            id: v.id,
            number: v.number,
            written_at: v.at,
            by: v.by,
            late: is_late(v.born_at, v.first_at),
            born_at: v.born_at,
            decision_to_delivery_min: v.decision_to_delivery_min,
            newborns: v.babies.into_iter().map(Into::into).collect(),
            delivery: v.delivery,
        }
    }
}

/// A labor, whole.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ChartOut {
    /// The labor.
    #[oai(flatten)]
    pub labor: LaborOut,
    /// Her requests, first to last.
    pub requests: Vec<RequestOut>,
    /// Time-outs, first to last.
    pub time_outs: Vec<TimeOutOut>,
    /// The analgesia record.
    pub analgesia: Option<RecordOut>,
    /// Observations by time.
    pub observations: Vec<ObservationOut>,
    /// Complications by onset.
    pub complications: Vec<ComplicationOut>,
    /// The end of analgesia.
    pub stop: Option<StopOut>,
    /// What was given in all by doses and bags, once there is a record.
    pub totals: Option<TotalsOut>,
    /// The definition of asphyxia that the hospital reports by.
    pub reporting_definition: AsphyxiaDefinition,
    /// When heparin may be given again, once the catheter is out.
    pub next_heparin: Option<NextHeparinOut>,
    /// The birth.
    pub delivery: Option<DeliveryOut>,
    /// Corrections, first to last.
    pub corrections: Vec<CorrectionOut>,
    /// Her own words on her pain, first to last.
    pub pain_reports: Vec<PainOut>,
    /// Alarms by time.
    pub alarms: Vec<AlarmOut>,
    /// The observation that is her baseline.
    pub baseline: Option<ObservationId>,
    /// What is due, and what comes next, the soonest first.
    pub due: Vec<DueOut>,
    /// Pointers of what must be filled in before the record is complete.
    pub missing: Vec<String>,
}

impl From<Chart> for ChartOut {
    fn from(c: Chart) -> ChartOut {
        let stop = c.stop.as_ref().map(|version| &version.stop);
        let record = c.record.as_ref().map(|version| &version.record);
        let birth = c.delivery.as_ref().map(|version| &version.delivery);
        let next = stop
            .zip(record)
            .and_then(|(stop, record)| next_heparin(stop, record, birth));
        let totals = record.map(|record| totals(&as_read(record, &c.observations), stop));
        ChartOut {
            totals: totals.map(Into::into),
            reporting_definition: c.reporting_definition,
            labor: c.labor.into(),
            requests: c.requests.into_iter().map(Into::into).collect(),
            time_outs: c.time_outs.into_iter().map(Into::into).collect(),
            analgesia: c.record.map(Into::into),
            observations: c.observations.into_iter().map(Into::into).collect(),
            complications: c.complications.into_iter().map(Into::into).collect(),
            stop: c.stop.map(Into::into),
            next_heparin: next.map(Into::into),
            delivery: c.delivery.map(Into::into),
            corrections: c.corrections.into_iter().map(Into::into).collect(),
            pain_reports: c.pain_reports.into_iter().map(Into::into).collect(),
            alarms: c.alarms.into_iter().map(Into::into).collect(),
            baseline: c.baseline,
            due: c.due.into_iter().map(Into::into).collect(),
            missing: c.missing.into_iter().map(str::to_owned).collect(),
        }
    }
}
