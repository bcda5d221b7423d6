//! Comma-separated, RFC 4180. The byte order mark tells a spreadsheet that it is UTF-8.

use super::columns::{Cell, Plan, Row, harmless};

const MARK: &str = "\u{feff}";

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
    for row in rows {
        let cells = plan.cells(row);
        line(
            &mut out,
            cells.iter().map(|cell| match cell {
                Cell::Empty => "",
                Cell::Text(text) => text.as_ref(),
                Cell::Number(number) => number.as_str(),
                Cell::Flag(true) => "true",
                Cell::Flag(false) => "false",
            }),
        );
    }
    out.into_bytes()
}

fn line<'a>(out: &mut String, fields: impl Iterator<Item = &'a str>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\r', '\n']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_quoted() {
        let mut out = String::new();
        line(&mut out, ["a", "b,c", "say \"x\"", "two\nlines", ""].into_iter());
        assert_eq!(out, "a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",\r\n");
    }
}
