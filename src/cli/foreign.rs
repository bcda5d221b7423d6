//! `muan content import` and `muan content judge`: forms and answers of others, and what we make of them. Nothing is
//! published.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use crate::base::Clock;
use crate::questionnaire::{Context, Fault, Mode, Problem, compile_foreign, exact_numbers, foreign};

#[derive(Args)]
pub struct ImportOptions {
    /// A FHIR R4 Questionnaire, or a directory of them; every `*.json` below it is read.
    path: PathBuf,
    /// Refuse a form with any defect.
    #[arg(long, conflicts_with = "lenient")]
    strict: bool,
    /// Take a form that can be shown safely and name its defects; the default.
    #[arg(long)]
    lenient: bool,
    /// Write the forms that were taken below this directory.
    #[arg(long)]
    out: Option<PathBuf>,
    /// One line of JSON a form, with the place of each defect.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct JudgeOptions {
    /// A FHIR R4 Questionnaire.
    questionnaire: PathBuf,
    /// A QuestionnaireResponse to it.
    response: PathBuf,
    /// Refuse answers to questions that are not asked, instead of leaving them out.
    #[arg(long)]
    strict: bool,
}

/// Prints a line a form and the sums; fails when a form was refused.
pub fn import(options: &ImportOptions) -> ExitCode {
    match files(&options.path).and_then(|files| import_all(options, &files)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(reason) => super::refused(&reason),
    }
}

fn import_all(options: &ImportOptions, files: &[PathBuf]) -> Result<usize, String> {
    let mut sums: BTreeMap<&str, usize> = BTreeMap::from([("accepted", 0), ("refused", 0), ("warned", 0)]);
    let mut out = std::io::stdout().lock();
    for file in files {
        let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let begun = Instant::now();
        let form = foreign::read(&bytes);
        let took = begun.elapsed();
        let outcome = if !form.refusals.is_empty() || (options.strict && !form.warnings.is_empty()) {
            "refused"
        } else if form.warnings.is_empty() {
            "accepted"
        } else {
            "warned"
        };
        *sums.entry(outcome).or_default() += 1;
        let name = file
            .strip_prefix(&options.path)
            .ok()
            .filter(|rest| rest.file_name().is_some());
        let name = name.unwrap_or_else(|| file.file_name().map_or(file.as_path(), Path::new));
        if let (Some(folder), Some(document), true) = (&options.out, &form.document, outcome != "refused") {
            write_to(&folder.join(name), document)?;
        }
        let faults = || form.refusals.iter().chain(&form.warnings);
        let line = if options.json {
            let places: Vec<Value> = faults()
                .map(|fault| json!({ "code": fault.code, "pointer": fault.pointer, "reason": fault.reason }))
                .collect();
            json!({ "file": name, "outcome": outcome, "ms": took.as_secs_f64() * 1000.0, "defects": places })
                .to_string()
        } else {
            format!(
                "{outcome:<9} {:7.2} ms  {}  {}",
                took.as_secs_f64() * 1000.0,
                name.display(),
                counted(faults())
            )
        };
        // Whoever reads may have seen enough.
        if writeln!(out, "{line}").is_err() {
            break;
        }
    }
    let sum = |outcome| sums.get(outcome).copied().unwrap_or(0);
    if !options.json {
        let (accepted, warned) = (sum("accepted"), sum("warned"));
        println!("{accepted} accepted, {warned} warned, {} refused", sum("refused"));
    }
    Ok(sum("refused"))
}

/// `code×3, other`.
fn counted<'a>(faults: impl Iterator<Item = &'a Fault>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in faults {
        *counts.entry(fault.code).or_default() += 1;
    }
    let each = counts.iter().map(|(code, count)| match count {
        1 => (*code).to_owned(),
        _ => format!("{code}×{count}"),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn write_to(path: &Path, document: &Value) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    let text = serde_json::to_string_pretty(document).map_err(|error| error.to_string())?;
    std::fs::write(path, text + "\n").map_err(told)
}

/// The file itself, or every `*.json` below the directory, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if !std::fs::metadata(path).map_err(told)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(told)? {
        let entry = entry.map_err(told)?;
        // A link might lead back to where we are.
        if entry.file_type().map_err(told)?.is_dir() {
            found.extend(files(&entry.path())?);
        } else if entry.path().extension().is_some_and(|kind| kind == "json") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Prints one line of JSON: the codes that the engine reports on the answers; fails when the form is beyond it.
pub fn judge(options: &JudgeOptions) -> ExitCode {
    match judged(options) {
        Ok((line, known)) => {
            println!("{line}");
            if known {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(reason) => super::refused(&reason),
    }
}

fn judged(options: &JudgeOptions) -> Result<(Value, bool), String> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let form = foreign::read(&read(&options.questionnaire)?);
    let codes = |faults: &[Fault]| {
        let mut codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
        codes.sort_unstable();
        codes.dedup();
        json!({ "unsupported": codes })
    };
    let Some(document) = form.document.as_ref().filter(|_| form.refusals.is_empty()) else {
        return Ok((codes(&form.refusals), false));
    };
    let compiled = match compile_foreign(document) {
        Ok(compiled) => compiled,
        Err(faults) => return Ok((codes(&faults), false)),
    };
    let response: Value = serde_json::from_slice(&exact_numbers(&read(&options.response)?))
        .map_err(|error| format!("{}: {error}", options.response.display()))?;
    let mode = match (response.get("status").and_then(Value::as_str), options.strict) {
        (Some("in-progress"), _) => Mode::Draft,
        (_, true) => Mode::SubmitStrict,
        (_, false) => Mode::Submit,
    };
    let checked = compiled.check(&response, mode, &Context::at(Clock::system().now()));
    let told = |problems: &[Problem]| -> Vec<Value> {
        let one = |problem: &Problem| json!({ "code": problem.code, "link_id": problem.link_id });
        problems.iter().map(one).collect()
    };
    let line = json!({ "errors": told(&checked.errors), "warnings": told(&checked.warnings) });
    Ok((line, true))
}
