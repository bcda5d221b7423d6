use serde_json::json;

use super::*;

fn canvas() -> Canvas {
    Canvas {
        width: 300,
        height: 150,
        pixel_ratio: Decimal::new(2625, 3),
        started_at: DateTime::UNIX_EPOCH,
    }
}

/// A wave across the field: surely a signature.
fn wave() -> Strokes {
    let point = |n: i64| {
        Point(
            20 + 5 * n,
            75 + (40.0 * (n as f64 / 4.0).sin()) as i64,
            12 * n,
            -1,
        )
    };
    Strokes(vec![(0..40).map(point).collect(), (41..50).map(point).collect()])
}

fn line() -> Strokes {
    Strokes(vec![
        (0..40)
            .map(|n| Point(20 + 5 * n, 75 + n % 2, 12 * n, -1))
            .collect(),
    ])
}

fn refused(change: impl Fn(&mut Strokes)) -> InkRefusal {
    let mut strokes = wave();
    change(&mut strokes);
    check(&strokes, &canvas()).unwrap_err()
}

#[test]
fn a_wave_across_the_field_is_a_signature() {
    assert_eq!(check(&wave(), &canvas()), Ok(()));
}

#[test]
fn strokes_are_arrays_of_four_integers() {
    let strokes: Strokes = serde_json::from_value(json!([[[1, 2, 3, -1], [4, 5, 6, 1000]]])).unwrap();
    assert_eq!(
        strokes,
        Strokes(vec![vec![Point(1, 2, 3, -1), Point(4, 5, 6, 1000)]])
    );
    assert!(serde_json::from_value::<Strokes>(json!([[[1, 2, 3]]])).is_err());
    assert!(serde_json::from_value::<Strokes>(json!([[[1.5, 2, 3, 4]]])).is_err());
}

#[test]
fn a_canvas_can_be_hashed() {
    let read: Canvas = serde_json::from_value(
        json!({ "width": 300, "height": 150, "pixel_ratio": 2.625, "started_at": "1970-01-01T00:00:00Z" }),
    )
    .unwrap();
    assert_eq!(read, canvas());
    let written = serde_json::to_value(read).unwrap();
    assert_eq!(
        written,
        json!({ "width": 300, "height": 150, "pixel_ratio": "2.625", "started_at": "1970-01-01T00:00:00.000Z" })
    );
}

#[test]
fn strokes_are_never_printed() {
    assert_eq!(format!("{:?}", wave()), "Strokes([2 strokes])");
}

#[test]
fn each_limit_is_refused_by_its_own_name() {
    assert_eq!(refused(|ink| ink.0.clear()), InkRefusal::StrokeCount);
    assert_eq!(refused(|ink| ink.0.push(vec![])), InkRefusal::StrokeCount);
    assert_eq!(
        refused(|ink| ink.0 = vec![vec![Point(1, 1, 1, 1)]; 201]),
        InkRefusal::StrokeCount
    );
    assert_eq!(
        refused(|ink| ink.0 = vec![vec![Point(1, 1, 1, 1); 19]]),
        InkRefusal::TooFewPoints
    );
    assert_eq!(
        refused(|ink| ink.0 = vec![vec![Point(1, 1, 1, 1); 20_001]]),
        InkRefusal::TooManyPoints
    );
    assert_eq!(
        refused(|ink| ink.0 = vec![vec![Point(i64::MAX, i64::MAX, i64::MAX, i64::MAX); 20_000]]),
        InkRefusal::TooLarge
    );
    assert_eq!(refused(|ink| ink.0.swap(0, 1)), InkRefusal::TimeBackwards);
    assert_eq!(refused(|ink| ink.0[0][3].0 = 301), InkRefusal::OutsideCanvas);
    assert_eq!(refused(|ink| ink.0[0][3].1 = -1), InkRefusal::OutsideCanvas);
    assert_eq!(refused(|ink| ink.0[0][3].3 = 1001), InkRefusal::Pressure);
    assert_eq!(refused(|ink| ink.0[0][3].3 = -2), InkRefusal::Pressure);
    assert_eq!(
        check(&wave(), &Canvas { width: 0, ..canvas() }),
        Err(InkRefusal::Canvas)
    );
}

#[test]
fn two_hundred_strokes_and_twenty_points_are_allowed() {
    let many = (0..200).map(|n| vec![Point(n, 75 + n % 40, n, 0)]).collect();
    assert_eq!(check(&Strokes(many), &canvas()), Err(InkRefusal::TooShort));
    let few = Strokes(vec![(0..20).map(|n| Point(10 * n, 10 * (n % 3), n, 0)).collect()]);
    assert_eq!(check(&few, &canvas()), Ok(()));
}

#[test]
fn a_path_below_fifteen_percent_of_the_width_is_too_short() {
    let hook = |end: i64| {
        Strokes(vec![
            (0..=20)
                .map(|n| Point(if n < 20 { n } else { end }, n / 10 * 10, n, 0))
                .collect(),
        ])
    };
    assert_eq!(check(&hook(20), &canvas()), Err(InkRefusal::TooShort));
    assert_eq!(check(&hook(40), &canvas()), Ok(()));
}

#[test]
fn a_straight_line_is_refused_however_often_the_pen_is_lifted() {
    assert_eq!(check(&line(), &canvas()), Err(InkRefusal::StraightLine));
    let Some((first, second)) = line().0[0]
        .split_at_checked(20)
        .map(|(a, b)| (a.to_vec(), b.to_vec()))
    else {
        unreachable!()
    };
    assert_eq!(
        check(&Strokes(vec![first, second]), &canvas()),
        Err(InkRefusal::StraightLine)
    );
}

#[test]
fn only_a_short_path_and_a_straight_line_may_be_accepted() {
    let accepted = [InkRefusal::TooShort, InkRefusal::StraightLine];
    let others = [
        InkRefusal::Canvas,
        InkRefusal::TooFewPoints,
        InkRefusal::TimeBackwards,
        InkRefusal::OutsideCanvas,
    ];
    assert!(accepted.iter().all(|refusal| refusal.may_be_accepted()));
    assert!(!others.iter().any(|refusal| refusal.may_be_accepted()));
}

#[test]
fn the_same_strokes_with_another_start_are_a_replay() {
    let mut later = wave();
    later
        .0
        .iter_mut()
        .flatten()
        .for_each(|point| point.2 += 86_400_000);
    assert_eq!(digest(&later), digest(&wave()));
}

#[test]
fn one_moved_point_or_another_lift_of_the_pen_is_not_a_replay() {
    let mut moved = wave();
    moved.0[0][0].0 += 1;
    let joined = Strokes(vec![wave().0.concat()]);
    assert_ne!(digest(&moved), digest(&wave()));
    assert_ne!(digest(&joined), digest(&wave()));
}

#[test]
fn the_picture_is_paths_cropped_to_the_ink() {
    let picture = svg(&wave(), &canvas());
    assert!(picture.contains("<path ") && !picture.contains("<text"));
    assert!(picture.contains("viewBox=\"12.65 "), "{picture}");
    assert_eq!(picture, svg(&wave(), &canvas()));
    assert_eq!(picture.matches("<path ").count(), picture.matches("\"/>").count());
}

#[test]
fn pressing_harder_draws_a_thicker_line() {
    let pressed = |p: i64| {
        let mut ink = wave();
        ink.0.iter_mut().flatten().for_each(|point| point.3 = p);
        svg(&ink, &canvas())
    };
    assert!(pressed(0).contains("stroke-width=\"1.47\""), "{}", pressed(0));
    assert!(
        pressed(1000).contains("stroke-width=\"4.41\""),
        "{}",
        pressed(1000)
    );
}

#[test]
fn a_dot_is_drawn_and_nothing_gives_an_empty_picture() {
    let dot = Strokes(vec![vec![Point(5, 5, 0, -1); 20]]);
    assert!(svg(&dot, &canvas()).contains("M5 5l0 0"));
    assert!(!svg(&Strokes(vec![]), &canvas()).contains("<path"));
}
