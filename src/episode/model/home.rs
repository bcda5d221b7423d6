//! What her home screen shows.

use super::{Episode, Gestation, Step};

crate::words! {
    /// How a pregnancy ended.
    Ending {
        /// A birth that she is congratulated on.
        Birth = "birth",
        /// A birth of which nothing glad is said, and whose mother's phone may be in other hands: she died, or was taken to
        /// another hospital after it.
        Grave = "grave",
        /// A birth of which nothing glad is said: the mother nearly died.
        NearMiss = "near_miss",
        /// A baby died.
        Loss = "loss",
        /// She was taken to another hospital before the birth.
        Transferred = "transferred",
        /// She gave birth elsewhere, and nobody here knows how.
        Elsewhere = "elsewhere",
    }
}

crate::words! {
    /// What staff are told of a woman who does not come to give birth.
    Gone {
        /// She gave birth elsewhere.
        Elsewhere = "elsewhere",
        /// She changed to another hospital before the birth.
        Transferred = "transferred",
    }
}

impl From<Gone> for Ending {
    fn from(gone: Gone) -> Ending {
        match gone {
            Gone::Elsewhere => Ending::Elsewhere,
            Gone::Transferred => Ending::Transferred,
        }
    }
}

crate::words! {
    /// What her home screen speaks of. Each has its words in `content/messages`.
    Situation {
        /// She is pregnant.
        Pregnant = "pregnant",
        /// She is pregnant and said no to analgesia.
        Decided = "decided",
        /// She is in labor.
        InLabor = "in_labor",
        /// A baby is born.
        Born = "born",
        /// After a birth of which nothing glad is said.
        AfterBirth = "after_birth",
        /// A baby died.
        AfterLoss = "after_loss",
        /// She was taken to another hospital.
        Transferred = "transferred",
        /// She gave birth elsewhere.
        Elsewhere = "elsewhere",
        /// Her date is long past, and nobody here knows more.
        Unknown = "unknown",
        /// The pregnancy and what follows it are over.
        Over = "over",
    }
}

/// Where she is, in one answer.
#[derive(Clone, Debug)]
pub struct Journey {
    /// The pregnancy.
    pub episode: Episode,
    /// What the screen speaks of.
    pub situation: Situation,
    /// How far the pregnancy is today; none once there is nothing to count.
    pub gestation: Option<Gestation>,
    /// The steps in the order of the pathway.
    pub steps: Vec<Step>,
    /// Notices that she has not read.
    pub unread: i64,
}
