use super::*;

fn at(hour: u32) -> DateTime<Utc> {
    format!("2026-03-02T{hour:02}:00:00Z").parse().unwrap()
}

fn staff(number: u128) -> StaffId {
    StaffId(uuid::Uuid::from_u128(number))
}

fn listed(version: &str, locale: Locale, editor: Option<StaffId>) -> Listed {
    Listed {
        id: format!("{version} {} {}", locale.tag(), editor.is_some()),
        code: "labor-analgesia".into(),
        version: version.into(),
        locale,
        title: String::new(),
        editor,
    }
}

fn shipped(version: &str, locale: Locale) -> Listed {
    listed(version, locale, None)
}

fn own(version: &str, locale: Locale) -> Listed {
    listed(version, locale, Some(staff(1)))
}

fn event(one: &Listed, state: TemplateState, effective: Option<u32>) -> TemplateEvent {
    TemplateEvent {
        id: uuid::Uuid::from_u128(9),
        template: one.id.clone(),
        state,
        staff: staff(2),
        material_change: None,
        reason: None,
        effective_at: effective.map(at),
        predecessor: None,
        at: at(1),
    }
}

fn state_of(all: &[TemplateStanding], one: &Listed) -> TemplateState {
    all.iter()
        .find(|standing| standing.template == *one)
        .unwrap()
        .state
}

fn current(all: &[TemplateStanding], locale: Locale, hour: u32) -> Option<&Listed> {
    in_effect(all, "labor-analgesia", locale, at(hour)).map(|one| &one.template)
}

#[test]
fn every_pair_without_a_row_is_refused() {
    for state in TemplateState::ALL {
        for by in [Step::Review, Step::Publish, Step::Retire, Step::Recall] {
            let row = STEPS
                .iter()
                .find(|(one, from, _)| *one == by && from.contains(state));
            match (step(*state, by), row) {
                (Ok(to), Some((_, _, expected))) => assert_eq!(to, *expected),
                (Err(Refusal::TemplateState { current }), None) => assert_eq!(current, *state),
                (answer, row) => panic!("{state:?} {by:?}: {answer:?} against {row:?}"),
            }
        }
    }
    let rows: usize = STEPS.iter().map(|(_, from, _)| from.len()).sum();
    assert_eq!(rows, 5);
    assert!(
        STEPS
            .iter()
            .all(|(_, from, to)| from.iter().all(|from| from < to)),
        "only forward"
    );
}

#[test]
fn the_newest_of_the_release_is_in_effect_without_a_word_of_the_hospital() {
    let release = vec![
        shipped("1.0.0", Locale::ZhCn),
        shipped("1.10.0", Locale::ZhCn),
        shipped("1.9.0", Locale::ZhCn),
        shipped("1.10.0", Locale::En),
    ];
    let all = standings(release.clone(), Vec::new(), &[], at(9));
    assert_eq!(current(&all, Locale::ZhCn, 9), Some(&release[1]));
    assert_eq!(current(&all, Locale::En, 9), Some(&release[3]));
    assert_eq!(state_of(&all, &release[0]), Retired);
}

#[test]
fn a_version_of_the_hospital_takes_the_place_of_the_releases_from_its_time_on() {
    let release = shipped("1.0.0", Locale::ZhCn);
    let mine = own("1.1.0", Locale::ZhCn);
    let events = [event(&mine, InReview, None), event(&mine, Published, Some(9))];
    let all = |hour| standings(vec![release.clone()], vec![mine.clone()], &events, at(hour));
    assert_eq!(current(&all(8), Locale::ZhCn, 8), Some(&release));
    assert_eq!(current(&all(9), Locale::ZhCn, 9), Some(&mine));
    let before = all(8);
    let gone = replaced(&mine, &before, at(9));
    assert_eq!(
        gone.iter().map(|one| &one.template).collect::<Vec<_>>(),
        [&release]
    );
}

#[test]
fn a_later_release_does_not_take_back_what_the_hospital_decided() {
    let (old, new) = (shipped("1.0.0", Locale::ZhCn), shipped("2.0.0", Locale::ZhCn));
    let mine = own("1.1.0", Locale::ZhCn);
    let events = [event(&mine, Published, Some(2)), event(&old, Retired, None)];
    let all = standings(vec![old.clone(), new.clone()], vec![mine.clone()], &events, at(9));
    assert_eq!(current(&all, Locale::ZhCn, 9), Some(&mine));
    assert_eq!((state_of(&all, &old), state_of(&all, &new)), (Retired, Draft));
    // It goes the way of every draft, and he who hands it in stands for its editor.
    let events = [events.to_vec(), vec![event(&new, InReview, None)]].concat();
    let all = standings(vec![old, new.clone()], vec![mine], &events, at(9));
    let handed_in = all.iter().find(|one| one.template == new).unwrap();
    let by = |publisher| may_publish(handed_in, &all, Some(staff(2)), publisher, at(9), at(9));
    assert_eq!(
        by(staff(2)),
        Err(Refusal::Plain(Code::PeopleSecondPersonRequired))
    );
    assert_eq!(by(staff(3)), Ok(()));
}

#[test]
fn a_recalled_template_leaves_nothing_in_effect_until_another_is_published() {
    let (zh, en) = (shipped("1.0.0", Locale::ZhCn), shipped("1.0.0", Locale::En));
    let events = [event(&zh, Recalled, None)];
    let all = standings(vec![zh.clone(), en.clone()], Vec::new(), &events, at(9));
    // Nor is the translation: it stands for a text that is in doubt.
    assert_eq!(
        (current(&all, Locale::ZhCn, 9), current(&all, Locale::En, 9)),
        (None, None)
    );
    let whole = standings(vec![zh.clone(), en.clone()], Vec::new(), &[], at(9));
    let with_it = |one: usize| {
        translations(&whole[one], &whole)
            .map(|one| one.template.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!((with_it(0), with_it(1)), (vec![en.clone()], Vec::new()));
    let refused = |id: &str| may_release(id, &all, at(9));
    assert_eq!(
        refused(&zh.id),
        Err(Refusal::Plain(Code::ConsentTemplateRecalled))
    );
    assert_eq!(refused(&en.id), Err(Refusal::Plain(Code::ConsentTemplateRetired)));
    assert_eq!(
        refused("unknown"),
        Err(Refusal::Plain(Code::ConsentTemplateRetired))
    );
}

#[test]
fn a_translation_needs_the_chinese_text_of_its_version() {
    let (zh, en) = (shipped("1.0.0", Locale::ZhCn), shipped("1.0.0", Locale::En));
    let (mine, translation) = (own("1.1.0", Locale::ZhCn), own("1.1.0", Locale::En));
    let release = || vec![zh.clone(), en.clone()];
    let both = || vec![mine.clone(), translation.clone()];
    let mut events = vec![event(&translation, InReview, None)];
    let all = standings(release(), both(), &events, at(9));
    let one = all.iter().find(|one| one.template == translation).unwrap();
    let missing = Err(Refusal::Plain(Code::ConsentTemplateOriginalMissing));
    let editor = Some(staff(1));
    assert_eq!(may_publish(one, &all, editor, staff(2), at(9), at(9)), missing);
    events.push(event(&mine, Published, Some(12)));
    let all = standings(release(), both(), &events, at(9));
    let one = all.iter().find(|one| one.template == translation).unwrap();
    assert_eq!(may_publish(one, &all, editor, staff(2), at(9), at(9)), missing);
    assert_eq!(may_publish(one, &all, editor, staff(2), at(12), at(9)), Ok(()));
    // The Chinese text takes the old translation with it, and leaves its own.
    events.push(event(&translation, Published, Some(12)));
    let before = standings(release(), both(), &events, at(11));
    let gone = replaced(&mine, &before, at(12));
    assert_eq!(
        gone.iter().map(|one| &one.template).collect::<Vec<_>>(),
        [&zh, &en]
    );
    let after = standings(release(), both(), &events, at(12));
    assert_eq!(current(&after, Locale::En, 12), Some(&translation));
}

#[test]
fn a_version_is_newer_than_all_before_and_waits_for_no_other() {
    let (zh, mine, next) = (
        shipped("1.2.0", Locale::ZhCn),
        own("1.1.0", Locale::ZhCn),
        own("1.3.0", Locale::ZhCn),
    );
    let mut events = vec![event(&mine, InReview, None), event(&next, InReview, None)];
    let all = |events: &[TemplateEvent]| {
        standings(vec![zh.clone()], vec![mine.clone(), next.clone()], events, at(9))
    };
    let may = |all: &[TemplateStanding], one: &Listed, hour| {
        let one = all.iter().find(|standing| standing.template == *one).unwrap();
        may_publish(one, all, Some(staff(1)), staff(2), at(hour), at(9))
    };
    let old = Err(Refusal::Plain(Code::ConsentTemplateVersionOld));
    assert_eq!(may(&all(&events), &mine, 9), old);
    assert_eq!(may(&all(&events), &next, 12), Ok(()));
    events.push(event(&next, Published, Some(12)));
    let last = own("1.4.0", Locale::ZhCn);
    events.push(event(&last, InReview, None));
    let all = standings(vec![zh.clone()], vec![next.clone(), last.clone()], &events, at(9));
    let waits = Err(Refusal::Plain(Code::ConsentTemplateScheduled));
    assert_eq!(may(&all, &last, 13), waits);
}
