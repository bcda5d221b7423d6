//! Comma-separated, RFC 4180.

use super::Cell;

/// The byte order mark tells a spreadsheet that it is UTF-8.
pub const MARK: &str = "\u{feff}";

/// A row of cells.
pub fn row(out: &mut String, cells: &[Cell<'_>]) {
    let field = |cell| match cell {
        &Cell::Empty => "",
        Cell::Text(text) => text.as_ref(),
        Cell::Number(number) => number.as_str(),
        Cell::Flag(true) => "true",
        Cell::Flag(false) => "false",
    };
    line(out, cells.iter().map(field));
}

/// A row of fields.
pub fn line<'a>(out: &mut String, fields: impl Iterator<Item = &'a str>) {
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
