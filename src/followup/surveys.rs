//! What replies to surveys come to. Pure.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use super::model::{SurveyAnswer, SurveyGroup, SurveyItem, SurveyOption, SurveyReply};

/// A group with fewer replies is not shown: who said what could be guessed.
const FEWEST: usize = 10;
/// The question on recommending it.
const RECOMMEND: &str = "sat.nps";
/// The group of all.
const ALL: &str = "all";

/// All replies together, then by mode of delivery.
pub fn results(replies: &[SurveyReply]) -> Vec<SurveyGroup> {
    let mut modes: BTreeMap<&str, Vec<&SurveyReply>> = BTreeMap::new();
    for reply in replies {
        if let Some(mode) = &reply.mode {
            modes.entry(mode).or_default().push(reply);
        }
    }
    let hidden = hidden(&modes);
    let all = group(ALL, &replies.iter().collect::<Vec<_>>());
    let by_mode = modes.iter().map(|(mode, replies)| {
        if hidden.contains(mode) {
            SurveyGroup {
                group: (*mode).to_owned(),
                replies: None,
                nps: None,
                items: Vec::new(),
            }
        } else {
            group(mode, replies)
        }
    });
    std::iter::once(all).chain(by_mode).collect()
}

/// The groups that are too small, and the next ones until those that are hidden are together no small group: the others would
/// give it away.
fn hidden<'a>(modes: &BTreeMap<&'a str, Vec<&SurveyReply>>) -> Vec<&'a str> {
    let mut sizes: Vec<(usize, &str)> = modes.iter().map(|(mode, all)| (all.len(), *mode)).collect();
    sizes.sort_unstable();
    let (mut together, mut hidden) = (0, Vec::new());
    for (size, mode) in sizes {
        if size >= FEWEST && !(1..FEWEST).contains(&together) {
            break;
        }
        together += size;
        hidden.push(mode);
    }
    hidden
}

fn group(name: &str, replies: &[&SurveyReply]) -> SurveyGroup {
    let mut items: BTreeMap<&str, Vec<&SurveyAnswer>> = BTreeMap::new();
    for answer in replies.iter().flat_map(|reply| &reply.answers) {
        items.entry(&answer.item).or_default().push(answer);
    }
    SurveyGroup {
        group: name.to_owned(),
        replies: Some(count(replies.len())),
        nps: nps(replies),
        items: items
            .into_iter()
            .map(|(item, answers)| summed(item, &answers))
            .collect(),
    }
}

fn summed(item: &str, answers: &[&SurveyAnswer]) -> SurveyItem {
    let mut options: BTreeMap<&str, i64> = BTreeMap::new();
    for answer in answers {
        *options.entry(&answer.code).or_default() += 1;
    }
    let scores: Vec<i64> = answers.iter().filter_map(|answer| answer.score).collect();
    let mean = (!scores.is_empty()).then(|| {
        let mean = Decimal::from(scores.iter().sum::<i64>()) / Decimal::from(scores.len());
        let rounded = mean.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        format!("{rounded:.2}")
    });
    SurveyItem {
        link_id: item.to_owned(),
        n: count(if scores.is_empty() {
            answers.len()
        } else {
            scores.len()
        }),
        mean,
        options: options
            .into_iter()
            .map(|(code, count)| SurveyOption {
                code: code.to_owned(),
                count,
            })
            .collect(),
    }
}

/// Percent who would recommend it less percent who would not, of those who answered themselves.
fn nps(replies: &[&SurveyReply]) -> Option<i64> {
    let own = replies.iter().filter(|reply| !reply.by_staff);
    let scores: Vec<i64> = own
        .flat_map(|reply| &reply.answers)
        .filter(|answer| answer.item == RECOMMEND)
        .filter_map(|answer| answer.score)
        .collect();
    if scores.is_empty() {
        return None;
    }
    let promoters = scores.iter().filter(|score| **score >= 9).count();
    let detractors = scores.iter().filter(|score| **score <= 6).count();
    let share = Decimal::from(100 * (count(promoters) - count(detractors))) / Decimal::from(scores.len());
    let rounded = share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(rounded).ok()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(mode: &str, score: i64, by_staff: bool) -> SurveyReply {
        let answer = |item: &str, score: i64| SurveyAnswer {
            item: item.to_owned(),
            code: score.to_string(),
            score: Some(score),
        };
        SurveyReply {
            mode: Some(mode.to_owned()),
            by_staff,
            answers: vec![answer(RECOMMEND, score), answer("sat.overall", 4)],
        }
    }

    fn replies(mode: &str, scores: &[i64]) -> Vec<SurveyReply> {
        scores.iter().map(|score| reply(mode, *score, false)).collect()
    }

    #[test]
    fn recommending_is_counted_without_what_staff_entered() {
        let mut all = replies("vacuum", &[10, 9, 8, 7, 6, 0, 10]);
        assert_eq!(results(&all)[0].nps, Some(14), "three of seven less two of seven");
        all.push(reply("vacuum", 0, true));
        assert_eq!(results(&all)[0].nps, Some(14));
        assert_eq!(results(&all)[0].replies, Some(8));
        assert_eq!(results(&[])[0].nps, None);
    }

    #[test]
    fn a_mean_comes_with_its_number() {
        let all = replies("vacuum", &[10, 9, 9]);
        let group = &results(&all)[0];
        let item = group.items.iter().find(|item| item.link_id == RECOMMEND).unwrap();
        assert_eq!((item.n, item.mean.as_deref()), (3, Some("9.33")));
    }

    #[test]
    fn an_answer_without_points_counts_among_the_options_and_not_in_the_number_of_the_mean() {
        let app = |code: &str, score| SurveyReply {
            mode: None,
            by_staff: false,
            answers: vec![SurveyAnswer {
                item: "sat.app".to_owned(),
                code: code.to_owned(),
                score,
            }],
        };
        let used = [app("5", Some(5)), app("4", Some(4)), app("na", None)];
        let items = &results(&used)[0].items;
        assert_eq!((items[0].n, items[0].mean.as_deref()), (2, Some("4.50")));
        assert_eq!(items[0].options.iter().map(|option| option.count).sum::<i64>(), 3);
        let nobody_used_it = [app("na", None), app("na", None)];
        let items = &results(&nobody_used_it)[0].items;
        assert_eq!((items[0].n, items[0].mean.as_deref()), (2, None));
    }

    #[test]
    fn a_group_of_nine_is_hidden_and_with_it_the_next_that_would_give_it_away() {
        let mut all = replies("forceps", &[9; 9]);
        all.extend(replies("vacuum", &[9; 12]));
        all.extend(replies("spontaneous_vaginal", &[9; 20]));
        let shown: Vec<(String, Option<i64>)> = results(&all)
            .into_iter()
            .map(|group| (group.group, group.replies))
            .collect();
        let named = |name: &str, replies| (name.to_owned(), replies);
        assert_eq!(
            shown,
            [
                named("all", Some(41)),
                named("forceps", None),
                named("spontaneous_vaginal", Some(20)),
                named("vacuum", None),
            ]
        );
    }
}
