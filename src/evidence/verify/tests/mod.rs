//! Whole files through the verifier; those of earlier releases are kept in `tests/fixtures/sealed`.

mod cases;
mod hostile;
mod house;
mod kept;

use super::*;

fn told(case: &cases::Case) -> Report {
    let asked = Asked {
        trust: case.trust.as_ref(),
        newer: case.newer.as_ref().map(String::as_bytes),
        now: case.now,
    };
    verify(&case.file, &asked, &Known::default())
}

fn words(report: &Report) -> [&'static str; 6] {
    let found = &report.dimensions;
    [
        report.overall.word(),
        found.integrity.word(),
        found.authenticity.word(),
        found.time.word(),
        found.evidence.word(),
        found.log.word(),
    ]
}

#[test]
fn every_row_of_the_table_is_told_from_its_file() {
    for case in cases::all() {
        let report = told(&case);
        assert_eq!(words(&report), case.wanted, "{}: {report:#?}", case.name);
        let first = report.messages.first().map(|message| message.code);
        assert_eq!(first, Some(case.message), "{}: {report:#?}", case.name);
    }
}

#[test]
fn every_step_is_told_once_and_in_order_whatever_the_file() {
    // Said only of what is there.
    let sometimes = [Name::Sm2, Name::CheckpointTime];
    let always = Name::ALL.iter().filter(|name| !sometimes.contains(name));
    let always: Vec<Name> = always.copied().collect();
    for case in cases::all() {
        let steps: Vec<Name> = told(&case).steps.iter().map(|step| step.step).collect();
        assert_eq!(steps, always, "{}", case.name);
    }
}

/// The page cannot know what became of a consent; the institution can, and the same file then says it.
#[test]
fn what_the_institution_knows_is_added_to_what_the_file_says() {
    let cases = cases::all();
    let case = cases.iter().find(|case| case.name == "sealed").unwrap();
    let asked = Asked {
        trust: case.trust.as_ref(),
        newer: None,
        now: case.now,
    };
    for &standing in Standing::ALL {
        let known = Known {
            content: Some(Content::MatchesRecord),
            consent: Some(standing),
            ..Known::default()
        };
        let report = verify(&case.file, &asked, &known);
        assert_eq!(report.overall, Overall::Authentic);
        assert_eq!(report.dimensions.consent, standing);
        assert_eq!(report.dimensions.content, Content::MatchesRecord);
    }
    let unknown = Known {
        content: Some(Content::UnknownHere),
        ..Known::default()
    };
    assert_eq!(
        verify(&case.file, &asked, &unknown).overall,
        Overall::Indeterminate
    );
    let alone = cases.iter().find(|case| case.name == "alone").unwrap();
    let recorded = Known {
        log: Some(Log::Included),
        ..Known::default()
    };
    assert_eq!(verify(&alone.file, &asked, &recorded).overall, Overall::Authentic);
}
