//! Every branch of the templates of the release can be shown.

use super::*;
use crate::base::{Locale, canonical};
use crate::consent::model::RefusalReason;
use crate::content::consents::texts;
use crate::content::{Content, Origin};

#[test]
fn every_branch_of_the_releases_templates_can_be_shown() {
    let content = Content::open(Origin::BuiltIn).unwrap_or_else(|faults| panic!("{faults:?}"));
    for template in content.consents.all() {
        let stage = Stage {
            template,
            hospital: Hospital {
                name: "仁爱妇产医院".into(),
                phone: "010-12345678".into(),
            },
            rules: vec![
                ("R-PLT-2".into(), "Low platelets.".into()),
                ("R-BMI-1".into(), "Weight.".into()),
            ],
            renderer: "typst",
            at: "2026-03-02T01:00:00Z".parse().unwrap(),
        };
        let all = branches(&stage);
        let names: Vec<&str> = all.iter().map(|branch| branch.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "plain",
                "risk:R-PLT-2",
                "risk:R-BMI-1",
                "added",
                "signer:guardian",
                "signer:agent",
                "signer:relative",
                "signer:witness",
                "signer:interpreter",
                "whole",
                "short",
                "refused",
                "withdrawn",
                "bedside",
                "bedside:proxy",
                "paper",
            ]
        );
        for branch in &all {
            let data = data(&stage, branch).unwrap();
            canonical::canonical(&data).unwrap();
            let shown: Vec<String> = texts(&data).into_values().collect();
            let says = |word: &str| shown.iter().any(|text| text.contains(word));
            assert_eq!(
                says("Low platelets."),
                ["risk:R-PLT-2", "whole", "short"].contains(&branch.name.as_str())
            );
            // What is said at the bedside and what stands on paper are no words of the form.
            if matches!(branch.kind, Kind::Bedside { .. } | Kind::Paper) {
                continue;
            }
            let needle = choose(template.locale, "怕打针", "needle");
            assert!(says(needle), "{} {:?}", branch.name, template.locale);
        }
    }
    assert_eq!(content.consents.all().len(), Locale::ALL.len());
}

#[test]
fn the_reasons_of_a_template_are_those_that_she_can_give() {
    assert_eq!(
        RefusalReason::ALL
            .iter()
            .map(|one| one.word())
            .collect::<Vec<_>>(),
        crate::content::consents::REASONS
    );
}
