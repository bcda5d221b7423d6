//! The sections of a template, each kind with what it must hold.

use super::node::{Node, Sheet, once};
use crate::base::Locale;

/// Kinds, as the layout knows them.
const KINDS: [&str; 12] = [
    "facts",
    "text",
    "alternatives",
    "risks",
    "own_risks",
    "costs",
    "statements",
    "decision",
    "refusal",
    "clinician_signature",
    "patient_signature",
    "witness",
];
/// Kinds that a form can't be without (CE-032); `costs` and `witness` may be absent.
const NEEDED: [&str; 9] = [
    "facts",
    "alternatives",
    "risks",
    "own_risks",
    "statements",
    "decision",
    "refusal",
    "clinician_signature",
    "patient_signature",
];
/// Sections that the ceremony asks by their id: what she affirms, and what the anesthesiologist does.
const NAMED: [(&str, &str); 2] = [("statements", "statements"), ("clinician_signature", "clinician")];
/// Facts that can be filled in.
const FACTS: [&str; 26] = [
    "name",
    "sex",
    "age",
    "id_document",
    "record_number",
    "department",
    "bed",
    "phone",
    "gestation",
    "gravida_para",
    "due_date",
    "height_weight",
    "blood_group",
    "diagnosis",
    "risk_color",
    "technique",
    "site",
    "catheter",
    "pump",
    "operator",
    "monitoring",
    "place",
    "phone_24h",
    "night",
    "template",
    "valid_until",
];
/// Facts that an anesthesia consent form must show (CE-032).
const NEEDED_FACTS: [&str; 8] = [
    "name",
    "sex",
    "age",
    "department",
    "record_number",
    "diagnosis",
    "technique",
    "monitoring",
];
const SEVERITIES: [&str; 5] = ["mild", "moderate", "serious", "life_threatening", "not_increased"];
/// Why she may say no; the words of the consent's own list.
pub const REASONS: [&str; 6] = ["needle", "side_effects", "natural", "cost", "family", "other"];
/// The source of what nobody has looked up; never a confirmed figure.
const GENERAL_KNOWLEDGE: &str = "GK";
/// CE-082: a quarter of the reading time at 400 characters a minute, and two seconds at least.
const CHARACTER_MS: i64 = 60_000 / 400 / 4;
const LEAST_MS: i64 = 2000;
const MOST_MS: i64 = 600_000;

/// A section by its kind and its id.
pub(super) type Named<'a> = (&'a str, &'a str);

/// Checks them; kind and id of all.
pub(super) fn check<'a>(
    sections: &Node<'a>,
    sources: &[&str],
    locale: Option<Locale>,
    sheet: &mut Sheet,
) -> Vec<Named<'a>> {
    let (mut ids, mut kinds, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for (number, section) in (1..).zip(sections.items(sheet)) {
        let no = section.of("no").number(sheet, 1, 99);
        sheet.check(
            no == number,
            &section.of("no").at,
            "inconsistent",
            "sections are counted from 1",
        );
        let id = read(&section, locale, sheet);
        ids.push((section.of("id").at, id));
        let kind = section.of("kind").word(sheet, &KINDS);
        body(&section, kind, sources, &mut facts, sheet);
        kinds.push((kind, id));
    }
    once(sheet, &ids);
    for kind in NEEDED {
        let there = kinds.iter().any(|(one, _)| *one == kind);
        sheet.check(
            there,
            &sections.at,
            "inconsistent",
            format!("no section of kind {kind}"),
        );
    }
    for (kind, id) in NAMED {
        let there = kinds.contains(&(kind, id));
        sheet.check(
            there,
            &sections.at,
            "inconsistent",
            format!("the section of kind {kind} is named {id}"),
        );
    }
    for key in NEEDED_FACTS {
        sheet.check(
            facts.contains(&key),
            &sections.at,
            "inconsistent",
            format!("no fact {key}"),
        );
    }
    kinds
}

/// What every section has: texts, and how long it is read at least; its id.
pub(super) fn read<'a>(section: &Node<'a>, locale: Option<Locale>, sheet: &mut Sheet) -> &'a str {
    let id = section.of("id").code(sheet);
    section.of("heading").text(sheet);
    section.of("summary").text(sheet);
    let text = section.of("text").text(sheet);
    // A translation keeps the floor of the Chinese text.
    let characters = match locale {
        Some(Locale::ZhCn) => i64::try_from(text.chars().count()).unwrap_or(MOST_MS),
        _ => 0,
    };
    let least = (characters * CHARACTER_MS).max(LEAST_MS);
    section.of("min_read_ms").number(sheet, least, MOST_MS);
    for media in section.of("media").list(sheet) {
        let digest = media.of("sha256");
        let text = digest.text(sheet);
        let fits = text.len() == 64
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        sheet.check(fits, &digest.at, "format", "64 lower-case hexadecimal digits");
    }
    id
}

fn body<'a>(section: &Node<'a>, kind: &str, sources: &[&str], facts: &mut Vec<&'a str>, sheet: &mut Sheet) {
    match kind {
        "facts" => {
            for field in section.of("fields").items(sheet) {
                facts.push(field.of("key").word(sheet, &FACTS));
                field.of("label").text(sheet);
            }
        }
        "text" if section.of("items").is_there() => {
            for item in section.of("items").items(sheet) {
                item.text(sheet);
            }
        }
        "alternatives" => {
            let rows = section.of("rows");
            let ids = coded(&rows, "id", &["name", "good", "less_good"], sheet);
            let none = ids.contains(&"none");
            sheet.check(
                none,
                &rows.at,
                "inconsistent",
                "no analgesia at all is an alternative: id none",
            );
        }
        "risks" => {
            for risk in section.of("risks").items(sheet) {
                self::risk(&risk, sources, sheet);
            }
            coded(
                &section.of("risks"),
                "id",
                &["name", "frequency", "outcome"],
                sheet,
            );
        }
        "own_risks" | "costs" | "witness" => {
            section.of("empty_text").text(sheet);
        }
        "statements" => {
            coded(&section.of("statements"), "id", &["text"], sheet);
            for statement in section.of("statements").list(&mut Sheet::default()) {
                statement.of("required").truth(sheet);
            }
        }
        "clinician_signature" => {
            coded(&section.of("statements"), "id", &["text"], sheet);
        }
        "decision" => {
            let options = section.of("options");
            let codes = coded(&options, "code", &["text"], sheet);
            for code in ["agree", "refuse", "later"] {
                sheet.check(
                    codes.contains(&code),
                    &options.at,
                    "inconsistent",
                    format!("no option {code}"),
                );
            }
        }
        "refusal" => {
            coded(&section.of("reasons"), "code", &["text"], sheet);
            for reason in section.of("reasons").list(&mut Sheet::default()) {
                reason.of("code").word(sheet, &REASONS);
            }
        }
        _ => {}
    }
}

/// Items with a code that is theirs alone and texts; the codes.
fn coded<'a>(items: &Node<'a>, code: &str, texts: &[&str], sheet: &mut Sheet) -> Vec<&'a str> {
    let mut codes = Vec::new();
    for item in items.items(sheet) {
        codes.push((item.of(code).at, item.of(code).code(sheet)));
        for text in texts {
            item.of(text).text(sheet);
        }
    }
    once(sheet, &codes);
    codes.into_iter().map(|(_, code)| code).collect()
}

/// CE-036: frequency, severity and a source that is listed. What nobody looked up is not confirmed.
fn risk(risk: &Node<'_>, sources: &[&str], sheet: &mut Sheet) {
    risk.of("severity").word(sheet, &SEVERITIES);
    let source = risk.of("source").word(sheet, sources);
    let confirmed = risk.of("confirmed").truth(sheet);
    let honest = source != GENERAL_KNOWLEDGE || !confirmed;
    sheet.check(
        honest,
        &risk.of("confirmed").at,
        "inconsistent",
        "general knowledge is not confirmed",
    );
}
