//! The indicators of several hospitals on the wire.

use chrono::NaiveDate;
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::base::Locale;
use crate::base::id::FacilityId;
use crate::content::messages;
use crate::ctx::Ctx;
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::people::model::AsphyxiaDefinition;
use crate::quality::acts::{self, Alliance, Compared, Total};
use crate::quality::indicators::{DEFINITION_VERSION, Figure};

/// One figure beside those of others.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ComparedFigureOut {
    /// Its code.
    code: String,
    /// Its title in the language asked for.
    title: String,
    /// Fewer than 30 are below the line: nothing is told, so that nobody is known by it.
    hidden: bool,
    /// Cases above the line.
    numerator: Option<i64>,
    /// Cases below it.
    denominator: Option<i64>,
    /// The rate with one decimal, half up.
    value: Option<String>,
    /// What the rate is told per: 100, or 10 000 for what is rare.
    per: i64,
    /// Median of the minutes, of indicators that measure a time.
    median_min: Option<i64>,
    /// Their 90th percentile.
    p90_min: Option<i64>,
}

impl ComparedFigureOut {
    fn of(figure: &Figure, locale: Locale) -> ComparedFigureOut {
        let (code, hidden) = (figure.indicator.code(), figure.is_small());
        let shown = |number: i64| (!hidden).then_some(number);
        let minutes = |percent: usize| figure.percentile(percent).filter(|_| !hidden);
        ComparedFigureOut {
            code: code.to_owned(),
            title: messages::indicator(locale, code),
            hidden,
            numerator: shown(figure.numerator),
            denominator: shown(figure.denominator),
            value: figure.value().filter(|_| !hidden),
            per: figure.indicator.per(),
            median_min: minutes(50),
            p90_min: minutes(90),
        }
    }
}

/// One hospital.
#[derive(Object)]
struct HospitalFiguresOut {
    /// Which.
    facility: FacilityId,
    /// Its name.
    name: String,
    /// The definition of neonatal asphyxia that its rate (N3) goes by.
    asphyxia_definition: AsphyxiaDefinition,
    /// Minutes either side of one hour that a pain score of its rates of relief (N2) counts for.
    one_hour_window_min: i64,
    /// All indicators of the period; those of satisfaction (N4) of another hospital only over months with ten replies each,
    /// from 30 days after the last of them on.
    figures: Vec<ComparedFigureOut>,
}

/// One figure of all hospitals together.
#[derive(Object)]
struct TotalFigureOut {
    /// The figure.
    #[oai(flatten)]
    figure: ComparedFigureOut,
    /// Of so many hospitals: those whose own figure is told. Of the rate of neonatal asphyxia (N3) and of those of pain
    /// relief (N2) only those that go by the same definition, or the same window around one hour, as the caller's.
    hospitals: usize,
}

/// Hospitals that agreed to be compared.
#[derive(Object)]
pub struct AllianceFiguresOut {
    /// The caller's hospital first, the others by name.
    items: Vec<HospitalFiguresOut>,
    /// Each indicator of all together.
    total: Vec<TotalFigureOut>,
    /// Version of the definitions.
    definition_version: String,
}

impl AllianceFiguresOut {
    fn of(all: Alliance, locale: Locale) -> AllianceFiguresOut {
        let one = |one: Compared| HospitalFiguresOut {
            facility: one.facility,
            name: one.name,
            asphyxia_definition: one.chosen.asphyxia,
            one_hour_window_min: one.chosen.window_min,
            figures: one
                .figures
                .iter()
                .map(|one| ComparedFigureOut::of(&one.figure, locale))
                .collect(),
        };
        let total = |total: Total| TotalFigureOut {
            figure: ComparedFigureOut::of(&total.figure, locale),
            hospitals: total.hospitals,
        };
        AllianceFiguresOut {
            items: all.hospitals.into_iter().map(one).collect(),
            total: all.total.into_iter().map(total).collect(),
            definition_version: DEFINITION_VERSION.to_owned(),
        }
    }
}

/// Hospitals side by side.
pub struct ComparedApi;

#[OpenApi]
impl ComparedApi {
    /// The indicators of a period of the hospitals that agreed to be compared; whole months, both days are included
    #[oai(
        path = "/indicators/alliance",
        method = "get",
        operation_id = "quality.alliance_figures"
    )]
    async fn compared(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
    ) -> Result<Json<AllianceFiguresOut>, Failure> {
        let all = acts::alliance_figures(&ctx, &caller.0, from.0, to.0)
            .boxed()
            .await?;
        Ok(Json(AllianceFiguresOut::of(all, caller.0.request.locale)))
    }
}
