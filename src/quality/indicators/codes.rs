//! The closed list of indicators and of what is to be known of a case.

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal of $population:ident;)*) => {
        /// An indicator in one of its readings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Indicator { $($(#[$doc])* $variant,)* }

        impl Indicator {
            /// In the order in which they are published: each literal one before its variants.
            pub const ALL: &'static [Indicator] = &[$(Indicator::$variant,)*];

            /// The code, also the key of its texts in `content/messages`.
            pub fn code(self) -> &'static str {
                match self { $(Indicator::$variant => $word,)* }
            }

            /// Whom it is about.
            pub fn population(self) -> Population {
                match self { $(Indicator::$variant => Population::$population,)* }
            }
        }
    };
}

/// Whom an indicator is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// Mothers who gave birth here at 28 weeks or later, or their newborns.
    Mothers,
    /// Mothers with a neuraxial block, whatever it was for.
    Neuraxial,
    /// Episodes of labor analgesia: a neuraxial dose for the pain of labor in a planned vaginal birth.
    Episodes,
}

// Sources: N, OB: 附件2 of 国卫办医政发〔2025〕12号, 产科专业医疗质量控制指标(2019年版); A: the same, 麻醉专业医疗质量控制
// 指标(2022年版), and local ones; limits within them (30 min, 72 h, 1000 ml) await a clinician's word where no source
// gives them.
codes! {
    /// Neuraxial labor analgesia, conversions included ÷ vaginal deliveries. May exceed 100 %.
    N1Literal = "N1-lit" of Mothers;
    /// The same ÷ vaginal deliveries and intrapartum cesareans: one population above and below.
    N1Trial = "N1-trial" of Mothers;
    /// Vaginal deliveries with labor analgesia ÷ vaginal deliveries.
    ObEpd02 = "OB-EPD-02" of Mothers;
    /// Pain ≤ 3 at one hour ÷ all episodes; a missing score counts as not relieved.
    N2Literal = "N2-lit" of Episodes;
    /// Pain ≤ 3 at one hour ÷ episodes with a valid score.
    N2CompleteCase = "N2-cc" of Episodes;
    /// Newborns with asphyxia, by the definition that the hospital reports by ÷ live newborns of mothers with analgesia.
    N3Literal = "N3-lit" of Episodes;
    /// Satisfied ÷ all episodes; no reply counts as not satisfied.
    N4Literal = "N4-lit" of Episodes;
    /// Satisfied ÷ replies.
    N4Response = "N4-resp" of Episodes;
    /// Replies ÷ episodes.
    N4ResponseRate = "N4-rate" of Episodes;
    /// Cesarean mothers ÷ all mothers (OB-CSR-01).
    A1 = "A1" of Mothers;
    /// Cesareans of first births ÷ first births (OB-PCS-01).
    A2 = "A2" of Mothers;
    /// Conversions to cesarean ÷ episodes.
    A3 = "A3" of Episodes;
    /// Forceps and vacuum ÷ vaginal deliveries.
    A4 = "A4" of Mothers;
    /// The same of those with labor analgesia.
    A4With = "A4-with" of Mothers;
    /// The same of those without.
    A4Without = "A4-without" of Mothers;
    /// Live term newborns with a 5-minute Apgar below 7 ÷ live term newborns.
    A5 = "A5" of Mothers;
    /// Accidental dural punctures ÷ epidural, CSE and DPE placements.
    A6 = "A6" of Neuraxial;
    /// Headache after dural puncture ÷ episodes.
    A7 = "A7" of Episodes;
    /// Re-sited or given up ÷ episodes.
    A8 = "A8" of Episodes;
    /// Headache or nerve deficit of more than 72 h ÷ mothers with a neuraxial block, per 10 000.
    A9 = "A9" of Neuraxial;
    /// Episodes with toxicity, high or total spinal, hematoma, infection, arrest or death ÷ episodes.
    A10 = "A10" of Episodes;
    /// Cesareans in labor with the child born within 30 min of the decision ÷ cesareans in labor.
    A11 = "A11" of Mothers;
    /// Blood loss of 1000 ml or more within 24 h ÷ mothers.
    A12 = "A12" of Mothers;
    /// First dose within 30 min of the request ÷ episodes with a request; with median and 90th percentile.
    A13 = "A13" of Episodes;
    /// Assessed a day or more before admission ÷ episodes.
    A14 = "A14" of Episodes;
    /// All required lessons done before birth ÷ mothers who were registered at least a day before admission.
    A15 = "A15" of Mothers;
    /// A consent in force at the first dose ÷ episodes.
    A16 = "A16" of Episodes;
    /// Follow-up at 24 h complete ÷ due.
    A17At24h = "A17-24h" of Episodes;
    /// Follow-up at 48–72 h complete ÷ due.
    A17At72h = "A17-72h" of Episodes;
    /// Follow-up at 42 days complete ÷ due.
    A17At42d = "A17-42d" of Episodes;
    /// 38 °C or more before the birth ÷ episodes.
    A18 = "A18" of Episodes;
    /// Vaginal deliveries with a neuraxial block, whatever it was for ÷ vaginal deliveries.
    A19 = "A19" of Mothers;
}

impl Indicator {
    /// Reads a code.
    pub fn parse(code: &str) -> Option<Indicator> {
        Indicator::ALL
            .iter()
            .copied()
            .find(|indicator| indicator.code() == code)
    }

    /// Whether an episode of labor analgesia is counted in it as such: who drops out of the episodes is listed there.
    pub fn concerns_episodes(self) -> bool {
        self.population() == Population::Episodes
            || matches!(
                self,
                Indicator::N1Literal | Indicator::N1Trial | Indicator::ObEpd02
            )
    }

    /// Whether its cases would show who was satisfied: for the quality office only.
    pub fn is_of_satisfaction(self) -> bool {
        matches!(
            self,
            Indicator::N4Literal | Indicator::N4Response | Indicator::N4ResponseRate
        )
    }

    /// Whether hospitals count it by a window around one hour of their own choice.
    pub fn is_of_pain(self) -> bool {
        matches!(self, Indicator::N2Literal | Indicator::N2CompleteCase)
    }

    /// Whether hospitals count it by definitions of asphyxia of their own choice.
    pub fn is_of_asphyxia(self) -> bool {
        self == Indicator::N3Literal
    }

    /// What the rate is told per: 100, or 10 000 for what is rare.
    pub fn per(self) -> i64 {
        if self == Indicator::A9 { 10_000 } else { 100 }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)*) => {
        /// Why a case is not counted, or what is to be known of it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// All of them.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)*];

            /// The word on the wire, also the key of its text in `content/messages`.
            pub fn word(self) -> &'static str {
                match self { $(Reason::$variant => $word,)* }
            }

            /// Reads a word.
            pub fn parse(word: &str) -> Option<Reason> {
                match word { $($word => Some(Reason::$variant),)* _ => None }
            }
        }
    };
}

reasons! {
    /// A rehearsal's record.
    TestRecord = "test_record";
    /// Born on the way or in another place.
    BornElsewhere = "born_elsewhere";
    /// She left after a dose, before the birth.
    LeftBeforeBirth = "left_before_birth";
    /// Born before 28 weeks: not a delivery in the obstetric definition.
    Before28Weeks = "before_28_weeks";
    /// Analgesia for a planned cesarean: no trial of labor.
    PlannedCesarean = "planned_cesarean";
    /// No valid pain score around one hour.
    NoScore = "no_score";
    /// Born before a score could be taken.
    DeliveredBefore1h = "delivered_before_1h";
    /// No score, because the mother was in danger of her life, or died, within the hour.
    MotherInDanger = "mother_in_danger";
    /// The score was written down more than an hour after it was seen.
    LateEntry = "late_entry";
    /// Not a newborn: no sign of life.
    Stillbirth = "stillbirth";
    /// Below 28 weeks and below 1000 g: not a live birth by definition.
    BelowLiveBirth = "below_live_birth";
    /// An Apgar score is missing.
    ApgarMissing = "apgar_missing";
    /// A low Apgar score, and what else the hospital's definition of asphyxia asks for is not recorded.
    AsphyxiaUndecided = "asphyxia_undecided";
    /// She did not reply.
    NoReply = "no_reply";
    /// She was not asked, because her baby died.
    SurveySuppressed = "survey_suppressed";
    /// Gestation at birth is not known; counted as at least 28 weeks.
    GestationUnknown = "gestation_unknown";
    /// How many children she had is not known.
    ParityUnknown = "parity_unknown";
    /// When the cesarean was decided on is not recorded.
    DecisionTimeMissing = "decision_time_missing";
    /// The blood loss is not recorded; counted as below the limit.
    BloodLossMissing = "blood_loss_missing";
    /// No request was recorded before the first dose.
    RequestMissing = "request_missing";
    /// A complication is over, and since when is not recorded.
    EndMissing = "end_missing";
    /// The time for it is not over yet.
    NotYetDue = "not_yet_due";
}
