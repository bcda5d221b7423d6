//! `muan verify`: files of anybody, off line, without a database or settings.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::base::Clock;
use crate::evidence::bundle::MAX_BYTES;
use crate::evidence::trust::Trust;
use crate::evidence::verify::{Asked, Known, Overall, Report, verify, words};

/// The largest table of trust, and the largest checkpoint with its proof, in bytes.
const MAX_SMALL: usize = 1 << 20;

#[derive(Args)]
pub struct Options {
    /// Evidence bundles (.zip) or documents (.pdf).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Whom to believe: the trust.json that the institution publishes. Without it nothing is more than consistent with
    /// itself.
    #[arg(long)]
    trust: Option<PathBuf>,
    /// Another checkpoint of the log, alone or behind a proof: `old <size>`, base64 lines, an empty line.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// One line of JSON a file, for programs.
    #[arg(long)]
    json: bool,
    /// The language of the report.
    #[arg(long, default_value = "en", value_parser = ["en", "zh-CN"])]
    lang: String,
}

/// Prints a report on each file; success only when all are authentic.
pub fn run(options: &Options) -> ExitCode {
    match all(options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => super::refused(&reason),
    }
}

fn all(options: &Options) -> Result<bool, String> {
    let trust: Option<Trust> = match &options.trust {
        Some(path) => {
            let bytes = read(path, MAX_SMALL)?;
            let told = |error| format!("{}: not a trust file: {error}", named(path));
            Some(serde_json::from_slice(&bytes).map_err(told)?)
        }
        None => None,
    };
    let newer = match &options.checkpoint {
        Some(path) => Some(read(path, MAX_SMALL)?),
        None => None,
    };
    let asked = Asked {
        trust: trust.as_ref(),
        newer: newer.as_deref(),
        now: Clock::system().now(),
    };
    let mut authentic = true;
    let mut out = std::io::stdout().lock();
    for path in &options.files {
        let file = match read(path, MAX_BYTES) {
            Ok(file) => file,
            Err(reason) => {
                authentic = false;
                super::refused(&reason);
                continue;
            }
        };
        let report = verify(&file, &asked, &Known::default());
        authentic &= report.overall == Overall::Authentic;
        let text = if options.json {
            line(path, &report)?
        } else {
            told(path, &report, &options.lang)
        };
        // Whoever reads may have seen enough; the verdict on all files is still the exit code.
        let _seen = out.write_all(text.as_bytes());
    }
    Ok(authentic)
}

/// A file that is not larger than anything that can be verified.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("{}: {error}", named(path)))?;
    match bytes.len() {
        0 => Err(format!("{}: the file is empty", named(path))),
        length if length > limit => Err(format!("{}: larger than {limit} bytes", named(path))),
        _ => Ok(bytes),
    }
}

/// The file's name as it may stand in a terminal.
fn named(path: &Path) -> String {
    words::plain(&path.display().to_string())
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    #[serde(flatten)]
    report: &'a Report,
}

fn line(path: &Path, report: &Report) -> Result<String, String> {
    let file = path.display().to_string();
    let line = serde_json::to_string(&Line { file, report }).map_err(|error| error.to_string())?;
    Ok(line + "\n")
}

/// The report for people: the verdict, what it means, and each step.
fn told(path: &Path, report: &Report, lang: &str) -> String {
    let mut text = format!(
        "{}\n  {}\n",
        named(path),
        words::word(lang, "overall", report.overall.word())
    );
    for message in &report.messages {
        let sentence = words::text(lang, message.code, &message.params);
        text.push_str(&format!("  {sentence}\n"));
    }
    for (name, value) in report.dimensions.shown() {
        let (title, word) = (
            words::word(lang, "dimension", name),
            words::word(lang, name, value),
        );
        text.push_str(&format!("    {title} {word}\n"));
    }
    for (number, step) in (1..).zip(&report.steps) {
        let title = words::word(lang, "step", step.step.word());
        let result = words::word(lang, "result", step.result.word());
        let reason = words::reason(lang, step.code, &step.params);
        text.push_str(&format!("  {number:2}. {title}: {result} ({reason})\n"));
    }
    text + "\n"
}
