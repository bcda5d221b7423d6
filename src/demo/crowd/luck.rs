//! What chance gives a made-up birth: the same seed, the same births.
//!
//! How often something happens is taken from the pages where they say it (marked with the source); all else is invented, to
//! load the service with and for nothing more. No figure of a crowd says anything about any hospital.

use chrono::{DateTime, Duration, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::analgesia::model::{ComplicationCode as Code, DeliveryMode, Technique};

/// The complications of a block and how often each is: consent card of OAA and `clinical-pathway.md` §4.6.
const COMPLICATIONS: [(Code, f64); 12] = [
    (Code::Hypotension, 1.0 / 50.0),
    (Code::Pdph, 1.0 / 100.0),
    (Code::NerveInjury, 1.0 / 1_000.0),
    (Code::Intravascular, 1.0 / 5_000.0),
    (Code::Last, 1.0 / 10_000.0),
    (Code::HighTotalSpinal, 1.0 / 16_000.0),
    (Code::AbscessMeningitis, 1.0 / 50_000.0),
    (Code::Hematoma, 1.0 / 170_000.0),
    (Code::Unilateral, 0.065),
    (Code::Nausea, 0.1),
    // Below the alert limit of indicator A6.
    (Code::Adp, 0.008),
    // Invented.
    (Code::Pruritus, 0.15),
];
/// 38 °C or more, with a block and without (the same card).
const FEVER: (f64, f64) = (1.0 / 5.5, 1.0 / 17.0);

/// A generator that is the same for the same seed.
pub struct Luck(StdRng);

impl Luck {
    /// Begins.
    pub fn new(seed: u64) -> Luck {
        Luck(StdRng::seed_from_u64(seed))
    }

    /// Whether something happens that does so with this probability.
    pub fn hits(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability)
    }

    /// A number from one to another, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.random_range(least..=most)
    }

    /// A number that is more often small than great.
    pub fn rather_small(&mut self, least: i64, most: i64) -> i64 {
        self.between(least, most).min(self.between(least, most))
    }

    fn minutes(&mut self, least: i64, most: i64) -> Duration {
        Duration::minutes(self.between(least, most))
    }

    /// An id of that moment, as the service makes them.
    pub fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let millis = at.timestamp_millis().unsigned_abs();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.0.random()).into_uuid()
    }

    /// One of several, by weight.
    fn one_of<T: Copy>(&mut self, first: T, others: &[(T, f64)]) -> T {
        let mut left = self.0.random_range(0.0..1.0);
        for (one, weight) in others {
            if left < *weight {
                return *one;
            }
            left -= weight;
        }
        first
    }
}

/// A newborn.
pub struct Newborn {
    pub alive: bool,
    pub weight_g: i64,
    pub apgar1: Option<i64>,
    pub apgar5: Option<i64>,
}

/// A block.
pub struct Block {
    pub technique: Technique,
    pub requested_at: Option<DateTime<Utc>>,
    pub first_dose_at: DateTime<Utc>,
    pub resited: bool,
    pub abandoned: bool,
    pub complications: Vec<(Code, DateTime<Utc>)>,
    /// 1–5, of those who replied.
    pub satisfied: Option<i64>,
}

/// One made-up birth and the way to it.
pub struct Birth {
    pub born_at: DateTime<Utc>,
    pub admitted_at: DateTime<Utc>,
    /// Left before the birth, after a dose.
    pub left: bool,
    pub parity: i64,
    pub gestation_days: i64,
    pub mode: DeliveryMode,
    pub cs_decision_at: Option<DateTime<Utc>>,
    pub blood_loss_ml: Option<i64>,
    pub fever: bool,
    pub block: Option<Block>,
    pub babies: Vec<Newborn>,
    /// When and what she said of her pain, tenths; and when that was written down.
    pub pain: Vec<(DateTime<Utc>, i64, DateTime<Utc>)>,
    pub assessed: bool,
    pub taught: bool,
    pub consented: bool,
}

impl Birth {
    /// What chance makes of a birth at that time.
    pub fn draw(luck: &mut Luck, born_at: DateTime<Utc>) -> Birth {
        let length = luck.rather_small(150, 1_500);
        let admitted_at = born_at - Duration::minutes(length);
        let planned = luck.hits(0.25);
        let mode = match planned {
            true => DeliveryMode::CesareanPlanned,
            false => luck.one_of(
                DeliveryMode::SpontaneousVaginal,
                &[
                    (DeliveryMode::CesareanIntrapartum, 0.12),
                    (DeliveryMode::Forceps, 0.02),
                    (DeliveryMode::Vacuum, 0.02),
                    (DeliveryMode::VaginalBreech, 0.002),
                ],
            ),
        };
        let block = (!planned && luck.hits(0.6)).then(|| Block::draw(luck, admitted_at, born_at, length));
        let fever = luck.hits(if block.is_some() { FEVER.0 } else { FEVER.1 });
        let emergency = mode == DeliveryMode::CesareanIntrapartum && luck.hits(0.97);
        let bleeds = if luck.hits(0.02) {
            (1_000, 2_500)
        } else {
            (150, 900)
        };
        let babies = if luck.hits(0.015) { 2 } else { 1 };
        let term = luck.hits(0.9);
        let dose = block.as_ref().map(|block| block.first_dose_at);
        Birth {
            pain: pain(luck, dose.unwrap_or(admitted_at), born_at, dose.is_some()),
            babies: (0..babies).map(|_| Newborn::draw(luck)).collect(),
            left: block.is_some() && luck.hits(0.002),
            parity: luck.one_of(0, &[(1, 0.35), (2, 0.1)]),
            gestation_days: if term {
                luck.between(259, 290)
            } else {
                luck.between(190, 258)
            },
            cs_decision_at: emergency.then(|| born_at - luck.minutes(10, 60)),
            blood_loss_ml: luck.hits(0.98).then(|| luck.rather_small(bleeds.0, bleeds.1)),
            assessed: luck.hits(0.8),
            taught: luck.hits(0.75),
            consented: luck.hits(0.97),
            born_at,
            admitted_at,
            mode,
            fever,
            block,
        }
    }
}

impl Block {
    fn draw(luck: &mut Luck, admitted_at: DateTime<Utc>, born_at: DateTime<Utc>, length: i64) -> Block {
        let first_dose_at = admitted_at + luck.minutes(length / 5, length * 4 / 5);
        let mut complications = Vec::new();
        for (code, probability) in COMPLICATIONS {
            if luck.hits(probability) {
                let later = matches!(code, Code::Pdph | Code::NerveInjury | Code::AbscessMeningitis);
                let from = if later { born_at } else { first_dose_at };
                complications.push((code, from + luck.minutes(1, 60)));
            }
        }
        let asked = luck.hits(0.95);
        let replied = luck.hits(0.7);
        Block {
            technique: luck.one_of(
                Technique::Epidural,
                &[(Technique::Cse, 0.3), (Technique::Dpe, 0.1)],
            ),
            requested_at: asked.then(|| first_dose_at - Duration::minutes(luck.rather_small(5, 60))),
            resited: luck.hits(0.05),
            abandoned: luck.hits(0.01),
            satisfied: replied.then(|| luck.one_of(5, &[(4, 0.4), (3, 0.1), (2, 0.03), (1, 0.02)])),
            first_dose_at,
            complications,
        }
    }
}

impl Newborn {
    fn draw(luck: &mut Luck) -> Newborn {
        let alive = !luck.hits(0.004);
        let low = luck.hits(0.03);
        let apgar1 = if low {
            luck.between(3, 7)
        } else {
            luck.between(8, 10)
        };
        let apgar5 = (apgar1 + luck.between(0, 2)).min(10);
        let scored = alive && luck.hits(0.995);
        Newborn {
            alive,
            weight_g: luck.between(2_400, 4_100),
            apgar1: scored.then_some(apgar1),
            apgar5: scored.then_some(apgar5),
        }
    }
}

/// With a block half-hourly from the first dose for three hours, else hourly from admission for three.
fn pain(
    luck: &mut Luck,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    block: bool,
) -> Vec<(DateTime<Utc>, i64, DateTime<Utc>)> {
    let (every, rows) = if block { (30, 7) } else { (60, 3) };
    let mut all = Vec::new();
    for n in 1..=rows {
        let at = from + Duration::minutes(n * every) + luck.minutes(-4, 4);
        if at >= until || !luck.hits(0.93) {
            continue;
        }
        let relieved = block && n > 1 && luck.hits(0.87);
        let tenths = if relieved {
            luck.between(0, 6) * 5
        } else {
            luck.between(7, 20) * 5
        };
        let late = if luck.hits(0.03) { 90 } else { 2 };
        all.push((at, tenths, at + Duration::minutes(late)));
    }
    all
}
