//! What makes a consent template whole (CE-031, CE-032, CE-036): every member that the ceremony, the printed document and
//! the page of the law need, and nothing that contradicts itself. Pure; the loader and an editor's draft run the same.

use serde_json::Value;

use super::node::{Node, Problem, Sheet, once};
use super::sections::{self, Named};
use super::short;
use crate::base::Locale;
use crate::content::agreements::Agreements;
use crate::content::forms::{ASSESSMENT, Forms};
use crate::content::lessons::Lessons;

/// The one schema.
const SCHEMA: &str = "consent-template/1";
/// Labor analgesia on request is no emergency measure (CE-050).
const LABOR: &str = "neuraxial_labor_analgesia";
/// Who may sign or stand beside.
pub const ROLES: [&str; 7] = [
    "patient",
    "guardian",
    "agent",
    "relative",
    "anesthesiologist",
    "witness",
    "interpreter",
];
/// Every label that the layouts of `content/consents/layout` read.
const LABELS: &str = "page consent_number not_recorded risk frequency outcome severity source severity_mild \
    severity_moderate severity_serious severity_life_threatening severity_not_increased unconfirmed method good less_good \
    own_because own_plan own_by cost_item cost_unit cost_price cost_insurance cost_chosen chosen not_chosen questions \
    no_questions question answer ticked not_ticked optional decided_at signed_at license relation reason document_ref \
    language not_signed signature_alt evidence evidence_lead content template template_id presented_sha256 root renderer \
    issued_at absent identity identity_in_person identity_bedside_code identity_one_time_code identity_wechat_phone \
    identity_record_match identity_real_name level understanding reading reading_text reading_caveat waived comprehension \
    comprehension_text conversation conversation_text conversation_stated channel_in_person channel_video channel_phone \
    time clock clock_ok clock_unverified timestamp timestamp_none timestamp_pending timestamp_attested timestamp_failed \
    signing level_e1 level_e2 level_e3 second_factor_yes second_factor_no seal seal_none seal_working seal_applied \
    authority_test verify verify_text verify_code qr_alt attachment role_patient role_anesthesiologist role_guardian \
    role_agent role_relative role_witness role_interpreter";
/// The same of the records: of a refusal, of a withdrawal, of the confirmation at the bedside.
const RECORD_LABELS: &str = "who name record_number consent_title decided_at how by_herself spoken heard_by witness reasons \
    reason on_record no_reason ask_again yes no explained explained_pending explained_explained evidence presented_sha256 \
    document_sha256 root seal seal_applied authority authority_test explained_by explained_at said told ask_again_at phase phase_before phase_during \
    confirmed_at confirmed_by identifiers id_name id_birth_date id_id_document id_record_number id_wristband id_phone \
    plain_yes plain_no still_agrees her_yes yes_tap yes_spoken decides proxy_agrees answered changed no_change new_risks no_new_risks capacity capacity_text \
    capacity_unable drugs no_drugs opioids used not_used";

/// What a template refers to.
pub struct Known<'a> {
    /// The lessons that it may require.
    pub lessons: &'a Lessons,
    /// The assessment whose rules inject risks.
    pub forms: &'a Forms,
    /// The agreements that it names.
    pub agreements: &'a Agreements,
}

/// Every fault of a template.
pub fn check(document: &Value, known: &Known<'_>) -> Vec<Problem> {
    let mut sheet = Sheet::default();
    let root = Node::root(document);
    head(&root, &mut sheet, known);
    let sources = sources(&root, &mut sheet);
    labels(&root.of("labels"), LABELS, &mut sheet);
    let locale = Locale::parse(root.of("locale").text(&mut Sheet::default()));
    let sections = sections::check(&root.of("sections"), &sources, locale, &mut sheet);
    injection(&root.of("injection"), known, &mut sheet);
    let questions = comprehension(&root, &sections, known, &mut sheet);
    short::check(&root, &sections, &questions, locale, &mut sheet);
    signatures(&root.of("signatures"), &mut sheet);
    for kind in root.of("data_protection").list(&mut sheet) {
        let text = kind.text(&mut sheet);
        let there = known.agreements.get(text).is_some();
        sheet.check(there, &kind.at, "unknown", format!("no agreement {text:?}"));
    }
    let records = root.of("records");
    labels(&records.of("labels"), RECORD_LABELS, &mut sheet);
    for kind in ["refused", "withdrawn", "bedside"] {
        records.of(kind).of("title").text(&mut sheet);
        records.of(kind).of("text").text(&mut sheet);
    }
    records.of("bedside").of("proxy_text").text(&mut sheet);
    records.of("paper").of("title").text(&mut sheet);
    records.of("paper").of("alt").text(&mut sheet);
    sheet.0
}

fn head(root: &Node<'_>, sheet: &mut Sheet, known: &Known<'_>) {
    root.of("schema").word(sheet, &[SCHEMA]);
    root.of("code").code(sheet);
    let version = root.of("version");
    let text = version.text(sheet);
    let numbers: Vec<_> = text.split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.len() <= 6 && part.bytes().all(|b| b.is_ascii_digit());
    let fits = numbers.len() == 3 && numbers.iter().all(is_number);
    sheet.check(fits, &version.at, "format", "a version is three numbers: 1.0.0");
    root.of("locale").word(sheet, &Locale::ALL.map(Locale::tag));
    root.of("authoritative_locale").word(sheet, &[Locale::ZhCn.tag()]);
    root.of("title").text(sheet);
    let class = root.of("procedure_class").code(sheet);
    root.of("material_change").truth(sheet);
    root.of("change_note").text(sheet);
    root.of("validity_days").number(sheet, 1, 365);
    root.of("sign_deadline_hours").number(sheet, 1, 24 * 365);
    root.of("countersign_hours").number(sheet, 1, 24 * 7);
    let emergency = root.of("emergency_allowed").truth(sheet);
    let fits = class != LABOR || !emergency;
    sheet.check(
        fits,
        "/emergency_allowed",
        "inconsistent",
        "pain relief on request is no emergency",
    );
    root.of("conversation_before_signing").truth(sheet);
    for lesson in root.of("required_lessons").list(sheet) {
        let code = lesson.text(sheet);
        let there = known.lessons.by_code(code).is_some();
        sheet.check(there, &lesson.at, "unknown", format!("no lesson {code:?}"));
    }
}

/// The ids of the sources.
fn sources<'a>(root: &Node<'a>, sheet: &mut Sheet) -> Vec<&'a str> {
    let mut ids = Vec::new();
    for source in root.of("sources").items(sheet) {
        let id = source.of("id");
        ids.push((id.at.clone(), id.text(sheet)));
        source.of("title").text(sheet);
    }
    once(sheet, &ids);
    ids.into_iter().map(|(_, id)| id).collect()
}

fn labels(labels: &Node<'_>, wanted: &str, sheet: &mut Sheet) {
    for name in wanted.split_whitespace() {
        labels.of(name).text(sheet);
    }
}

fn injection(injection: &Node<'_>, known: &Known<'_>, sheet: &mut Sheet) {
    for level in injection.of("levels").items(sheet) {
        level.word(sheet, &["caution", "consult", "absolute"]);
    }
    for kind in injection.of("kinds").items(sheet) {
        kind.code(sheet);
    }
    let form = known.forms.whole(ASSESSMENT, None);
    for name in ["never", "confidential"] {
        for rule in injection.of(name).list(sheet) {
            let id = rule.text(sheet);
            let there = form.is_some_and(|form| form.rule(id).is_some());
            sheet.check(there, &rule.at, "unknown", format!("no rule {id:?}"));
        }
    }
}

/// CE-090: three to six questions, the critical ones always among them, each with an answer that is one of its options.
/// Gives section and id of each.
fn comprehension<'a>(
    root: &Node<'a>,
    sections: &[Named<'_>],
    known: &Known<'_>,
    sheet: &mut Sheet,
) -> Vec<Named<'a>> {
    let comprehension = root.of("comprehension");
    let place = |one: &Node<'a>, sheet: &mut Sheet| {
        let (lesson, section) = (one.of("lesson"), one.of("section"));
        let code = lesson.text(sheet);
        let there = known.lessons.by_code(code).is_some();
        sheet.check(there, &lesson.at, "unknown", format!("no lesson {code:?}"));
        let id = section.text(sheet);
        sheet.check(
            sections.iter().any(|(_, one)| *one == id),
            &section.at,
            "unknown",
            format!("no section {id:?}"),
        );
        id
    };
    let (mut ids, mut critical, mut placed) = (Vec::new(), Vec::new(), Vec::new());
    for question in comprehension.of("questions").items(sheet) {
        let id = question.of("id");
        let name = id.text(sheet);
        ids.push((id.at.clone(), name));
        question.of("question").text(sheet);
        question.of("explanation").text(sheet);
        placed.push((place(&question, sheet), name));
        if question.of("critical").truth(sheet) {
            critical.push(name);
        }
        let options = question.of("options").items(sheet);
        sheet.check(
            options.len() > 1,
            &question.of("options").at,
            "inconsistent",
            "at least two options",
        );
        let (mut codes, mut texts) = (Vec::new(), Vec::new());
        for option in options {
            codes.push((option.of("code").at, option.of("code").code(sheet)));
            texts.push((option.of("text").at, option.of("text").text(sheet)));
        }
        once(sheet, &codes);
        once(sheet, &texts);
        let codes: Vec<&str> = codes.into_iter().map(|(_, code)| code).collect();
        question.of("answer").word(sheet, &codes);
    }
    once(sheet, &ids);
    let ids: Vec<&str> = ids.into_iter().map(|(_, id)| id).collect();
    let antenatal = comprehension.of("antenatal");
    let always = antenatal.of("always").items(sheet);
    let always: Vec<&str> = always.iter().map(|one| one.word(sheet, &ids)).collect();
    for one in antenatal.of("one_of").items(sheet) {
        one.word(sheet, &ids);
    }
    antenatal.of("own_risk_else").word(sheet, &ids);
    let asked = i64::try_from(always.len()).unwrap_or(i64::MAX).saturating_add(2);
    sheet.check(
        (3..=6).contains(&asked),
        &antenatal.at,
        "inconsistent",
        "three to six questions are asked",
    );
    for id in critical {
        let named = always.contains(&id);
        sheet.check(
            named,
            &antenatal.of("always").at,
            "inconsistent",
            format!("{id} is critical"),
        );
    }
    antenatal
        .of("pass_correct")
        .number(sheet, (asked * 4 + 4) / 5, asked);
    let own = comprehension.of("own_risk");
    own.of("question").text(sheet);
    own.of("explanation").text(sheet);
    place(&own, sheet);
    let confidential = root
        .of("injection")
        .of("confidential")
        .list(&mut Sheet::default());
    let confidential: Vec<&str> = confidential
        .iter()
        .map(|one| one.text(&mut Sheet::default()))
        .collect();
    for label in own.of("labels").items(sheet) {
        label.of("code").code(sheet);
        label.of("text").text(sheet);
        for rule in label.of("rules").items(sheet) {
            let start = rule.text(sheet);
            let open = !confidential.contains(&start);
            sheet.check(
                open,
                &rule.at,
                "inconsistent",
                "a confidential finding has no option of its own",
            );
        }
    }
    placed
}

fn signatures(signatures: &Node<'_>, sheet: &mut Sheet) {
    let (mut roles, mut required) = (Vec::new(), Vec::new());
    for block in signatures.items(sheet) {
        let role = block.of("role");
        let name = role.word(sheet, &ROLES);
        roles.push((role.at, name));
        if block.of("required").truth(sheet) {
            required.push(name);
        }
    }
    once(sheet, &roles);
    for role in ["patient", "anesthesiologist"] {
        let there = required.contains(&role);
        sheet.check(
            there,
            &signatures.at,
            "inconsistent",
            format!("the {role} has to sign"),
        );
    }
}
