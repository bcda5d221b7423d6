//! Answers as comma-separated lines.

use super::columns::{Plan, Row};
use crate::base::table::csv::{MARK, line, row};
use crate::base::table::harmless;

/// The linkIds, then the columns in words.
pub fn head(plan: &Plan) -> Vec<u8> {
    let mut out = MARK.to_owned();
    line(&mut out, plan.columns.iter().map(|column| column.head.as_str()));
    let words: Vec<String> = plan
        .columns
        .iter()
        .map(|column| harmless(column.words.join(" / ")))
        .collect();
    line(&mut out, words.iter().map(String::as_str));
    out.into_bytes()
}

/// One line a column: its head, its words, its type, the codes of its options with their texts.
pub fn dictionary(plan: &Plan) -> Vec<u8> {
    let mut out = MARK.to_owned();
    line(&mut out, ["column", "zh-CN", "en", "type", "options"].into_iter());
    for column in &plan.columns {
        let [zh, en] = column.words.clone();
        let cells = [
            column.head.clone(),
            harmless(zh),
            harmless(en),
            column.kind.clone(),
            harmless(plan.options_of(&column.head)),
        ];
        line(&mut out, cells.iter().map(String::as_str));
    }
    out.into_bytes()
}

/// Some rows.
pub fn rows(plan: &Plan, rows: &[Row]) -> Vec<u8> {
    let mut out = String::new();
    for one in rows {
        row(&mut out, &plan.cells(one));
    }
    out.into_bytes()
}
