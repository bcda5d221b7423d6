//! Every act has its row, and who may never touch what.

use super::*;

#[test]
fn every_act_has_one_row() {
    for act in Act::ALL {
        let rows = TABLE.iter().filter(|(named, _)| named == act).count();
        assert_eq!(rows, 1, "{}", act.word());
    }
}

#[test]
fn the_administrator_never_touches_a_clinical_record() {
    for (act, parties) in TABLE.iter().filter(|(_, parties)| parties.contains(&D)) {
        let word = act.word();
        // An empty form is no record; the self-check is filled in by the administrator.
        let clear = word == "forms.questionnaire" || word.ends_with("readiness");
        assert!(
            word.starts_with("people.") || clear,
            "{word} is open to the administrator: {parties:?}"
        );
    }
}
