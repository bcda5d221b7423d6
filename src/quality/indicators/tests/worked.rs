//! The worked examples.

use super::*;

fn june() -> (Vec<Birth>, Vec<Reply>) {
    let converted = Birth {
        mode: DeliveryMode::CesareanIntrapartum,
        babies: vec![baby(7, 9)],
        ..eased(3, &[(62, 5)])
    };
    let births = vec![
        eased(1, &[(60, 2)]),
        eased(2, &[(58, 3)]),
        converted,
        Birth {
            babies: vec![baby(10, 10)],
            ..eased(4, &[(30, 4), (70, 3)])
        },
        eased(5, &[]),
        birth(6),
        Birth {
            babies: vec![baby(6, 9)],
            ..birth(7)
        },
        Birth {
            mode: DeliveryMode::CesareanPlanned,
            ..birth(8)
        },
        Birth {
            mode: DeliveryMode::Forceps,
            babies: vec![baby(8, 9)],
            ..eased(9, &[(44, 2), (80, 6)])
        },
        Birth {
            babies: vec![baby(9, 10), baby(4, 8)],
            ..eased(10, &[(60, 0)])
        },
        Birth {
            mode: DeliveryMode::CesareanIntrapartum,
            babies: vec![baby(8, 9)],
            ..birth(11)
        },
        Birth {
            babies: vec![stillborn()],
            ..eased(12, &[(60, 1)])
        },
    ];
    let said = [(1, 5), (2, 4), (3, 4), (4, 3), (9, 5), (10, 5), (12, 2)];
    let replies = said
        .iter()
        .filter_map(|(n, score)| {
            let labor = LaborId(Uuid::from_u128(*n));
            births
                .iter()
                .find(|birth| birth.labor == labor)
                .map(|birth| reply(birth, *score))
        })
        .collect();
    (births, replies)
}

#[test]
fn the_first_worked_example_comes_out() {
    let (births, replies) = june();
    expect(
        &births,
        &replies,
        &[
            (Indicator::N1Literal, 8, 9, "88.9"),
            (Indicator::N1Trial, 8, 11, "72.7"),
            (Indicator::ObEpd02, 7, 9, "77.8"),
            (Indicator::N2Literal, 5, 8, "62.5"),
            (Indicator::N2CompleteCase, 5, 6, "83.3"),
            (Indicator::N3Literal, 2, 8, "25.0"),
            (Indicator::N4Literal, 5, 8, "62.5"),
            (Indicator::N4Response, 5, 7, "71.4"),
            (Indicator::N4ResponseRate, 7, 8, "87.5"),
            (Indicator::A1, 3, 12, "25.0"),
            (Indicator::A3, 1, 8, "12.5"),
        ],
    );
}

#[test]
fn the_first_worked_example_has_three_scores_in_four() {
    let (births, replies) = june();
    let figure = figure(&births, &replies, Indicator::N2Literal);
    assert_eq!(figure.completeness, (6, 8));
    assert_eq!(figure.completeness(), Some("75.0".to_owned()));
}

/// Births of the second worked example by year of birth.
fn boundary() -> (Vec<Birth>, Vec<Birth>, Vec<Reply>) {
    let on = |born: &str, birth: Birth| {
        let moved = at(born) - birth.born_at;
        Birth {
            born_at: at(born),
            first_dose_at: birth.first_dose_at.map(|dose| dose + moved),
            pain: birth
                .pain
                .iter()
                .map(|one| score(one.at + moved, one.tenths))
                .collect(),
            ..birth
        }
    };
    let a = Birth {
        babies: vec![baby(8, 9)],
        ..on("2025-03-02T08:00:00Z", eased(1, &[(45, 4), (75, 3)]))
    };
    let b = on("2025-04-11T08:00:00Z", eased(2, &[]));
    let b = Birth {
        first_dose_at: Some(b.born_at - Duration::minutes(30)),
        technique: Some(Technique::Cse),
        babies: vec![baby(3, 6)],
        ..b
    };
    // 23:50 on New Year's Eve in Shanghai; born at 02:10 on New Year's Day.
    let dose = at("2025-12-31T15:50:00Z");
    let c = Birth {
        born_at: at("2025-12-31T18:10:00Z"),
        first_dose_at: Some(dose),
        pain: vec![score(dose + Duration::minutes(60), 20)],
        ..eased(3, &[])
    };
    let d = on("2025-05-01T08:00:00Z", birth(4));
    let e = Birth {
        mode: DeliveryMode::Forceps,
        technique: Some(Technique::SpinalSingle),
        ..on("2025-07-09T08:00:00Z", birth(5))
    };
    let f = on("2025-08-08T08:00:00Z", birth(6));
    let g = Birth {
        babies: vec![baby(10, 10)],
        ..on("2025-09-09T08:00:00Z", eased(7, &[(59, 3), (61, 7)]))
    };
    let replies = vec![reply(&a, 4), reply(&g, 5), reply(&c, 5)];
    (vec![a, b, d, e, f, g], vec![c], replies)
}

#[test]
fn the_second_worked_example_comes_out() {
    let (of_2025, of_2026, replies) = boundary();
    expect(
        &of_2025,
        &replies,
        &[
            (Indicator::N1Literal, 3, 6, "50.0"),
            (Indicator::N1Trial, 3, 6, "50.0"),
            (Indicator::ObEpd02, 3, 6, "50.0"),
            (Indicator::N2Literal, 1, 3, "33.3"),
            (Indicator::N2CompleteCase, 1, 2, "50.0"),
            (Indicator::N3Literal, 1, 3, "33.3"),
            (Indicator::N4Literal, 2, 3, "66.7"),
            (Indicator::N4Response, 2, 2, "100.0"),
        ],
    );
    expect(
        &of_2026,
        &replies,
        &[
            (Indicator::N1Literal, 1, 1, "100.0"),
            (Indicator::N2Literal, 1, 1, "100.0"),
            (Indicator::N3Literal, 0, 1, "0.0"),
            (Indicator::N4Literal, 1, 1, "100.0"),
        ],
    );
}
