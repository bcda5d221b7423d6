//! What is done for quality: a part of the list in [`super::act`].

macro_rules! with_quality {
    ($($before:tt)*) => {
        $crate::base::act_labor::with_labor! {
            $($before)*
            /// The indicators of a period.
            QualityIndicators = "quality.indicators";
            /// The cases behind a figure.
            QualityCases = "quality.cases";
            /// The indicators of a period as a table.
            QualityExport = "quality.export";
            /// An indicator over time, with the limits of chance.
            QualityChart = "quality.chart";
            /// The same as a picture.
            QualityChartPicture = "quality.chart_picture";
            /// The hospital states how many births a month had.
            QualityStateBirths = "quality.state_births";
            /// Somebody reports an adverse event.
            QualityReport = "quality.report", keyed;
            /// What was recorded, must be reported and is not yet.
            QualityOffers = "quality.offers";
            /// The adverse events.
            QualityEvents = "quality.events";
            /// One adverse event.
            QualityEvent = "quality.event";
            /// The quality office adds to an adverse event.
            QualityUpdateEvent = "quality.update_event";
            /// The service itself puts something before the quality office.
            QualityIncident = "quality.incident";
            /// A grave report that nobody verified goes further.
            QualityEscalate = "quality.escalate";
            /// A batch of a drug or a consumable is received.
            QualityReceiveSupply = "quality.receive_supply", keyed;
            /// Some of a batch is used, discarded, given back or counted.
            QualityMoveSupply = "quality.move_supply", keyed;
            /// The batches with what is left of them.
            QualitySupplies = "quality.supplies";
            /// One batch with where it went.
            QualitySupply = "quality.supply";
            /// The self-checks of the hospital against the technical requirements.
            QualityReadiness = "quality.readiness";
            /// A self-check of the hospital is filed.
            QualityCheckReadiness = "quality.check_readiness";
        }
    };
}

pub(super) use with_quality;
