//! `muan content try`: answers from a file, and what each rule makes of them.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use crate::base::Clock;
use crate::content::forms::{ASSESSMENT, RECHECK, STAFF};
use crate::content::{Content, trial, vectors};
use crate::questionnaire::{Context, Form, Once, Phase, exact_numbers};

#[derive(Args)]
pub struct Options {
    /// Name of a form, or name|version.
    questionnaire: String,
    /// Answers: one JSON object, an array of them, one object a line, or a file of clinical vectors, each of which is tried
    /// at its own time; `-` is standard input.
    file: PathBuf,
    /// When they are given; a form without phases has none.
    #[arg(long, value_enum)]
    phase: Option<PhaseArg>,
    /// The time to judge them at, RFC 3339; without it, the present.
    #[arg(long)]
    now: Option<String>,
    /// A hospital's own limit, such as `aptt_uln=36`; several times for several.
    #[arg(long = "setting", value_name = "NAME=NUMBER")]
    settings: Vec<String>,
    /// A fact from elsewhere, such as `delivery_mode=cesarean_intrapartum`; several times for several.
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    facts: Vec<String>,
    /// Another content directory than the one of the settings.
    #[arg(long)]
    pub dir: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum PhaseArg {
    Antenatal,
    Recheck,
}

/// Prints one line a set of answers, and one line of the standard error for each that cannot be read.
pub fn run(content: &Content, options: &Options) -> ExitCode {
    match prepare(content, options) {
        Ok((form, context, bytes)) => {
            let mut whole = true;
            let mut out = std::io::stdout().lock();
            for set in sets(&bytes, &context) {
                let tried = set.and_then(|set| {
                    let tried = trial::run(form, &set.answers, &set.context);
                    let line = tried.and_then(|tried| {
                        let case = set.case.as_deref();
                        serde_json::to_string(&Line { case, tried }).map_err(|e| e.to_string())
                    });
                    line.map_err(|reason| format!("{}: {reason}", set.place))
                });
                match tried {
                    Ok(line) => {
                        // Whoever reads may have seen enough.
                        if writeln!(out, "{line}").is_err() {
                            break;
                        }
                    }
                    Err(reason) => {
                        whole = false;
                        super::refused(&format!("{}: {reason}", name_of(&options.file)));
                    }
                }
            }
            if whole {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(reason) => super::refused(&reason),
    }
}

fn name_of(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

fn prepare<'a>(content: &'a Content, options: &Options) -> Result<(&'a Form, Context, Vec<u8>), String> {
    let (name, form) = form(content, &options.questionnaire)?;
    let now: DateTime<Utc> = match &options.now {
        None => Clock::system().now(),
        Some(text) => DateTime::parse_from_rfc3339(text)
            .map_err(|error| format!("--now {text}: {error}; it is written like 2025-09-01T10:00:00+08:00"))?
            .to_utc(),
    };
    let mut context = Context::at(now);
    context.phase = match (name, options.phase) {
        (ASSESSMENT | STAFF, None) => Some(Phase::Antenatal),
        (RECHECK, None) => Some(Phase::Recheck),
        (ASSESSMENT | STAFF | RECHECK, Some(PhaseArg::Antenatal)) => Some(Phase::Antenatal),
        (ASSESSMENT | STAFF | RECHECK, Some(PhaseArg::Recheck)) => Some(Phase::Recheck),
        _ => None,
    };
    for text in &options.settings {
        let (name, number) = pair("--setting", text)?;
        let number = number
            .parse()
            .map_err(|_| format!("--setting {text}: {number} is no number"))?;
        context.settings.insert(name, number);
    }
    for text in &options.facts {
        let (name, value) = pair("--fact", text)?;
        context.facts.insert(name, value.to_owned());
    }
    let mut bytes = Vec::new();
    let read = if options.file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(&options.file).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("{}: {error}", name_of(&options.file)))?;
    // Some editors begin a file with a mark of its encoding, which is no JSON.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(format!("{}: no answers in it", name_of(&options.file)));
    }
    Ok((form, context, bytes))
}

/// `name=value`.
fn pair<'a>(option: &str, text: &'a str) -> Result<(String, &'a str), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .ok_or_else(|| format!("{option} {text}: it is written like name=value"))?;
    Ok((name.to_owned(), value))
}

/// By name, by `name|version`, or by the whole `url|version` of a response.
fn form<'a, 'b>(content: &'a Content, asked: &'b str) -> Result<(&'b str, &'a Form), String> {
    let (name, version) = match asked.split_once('|') {
        Some((name, version)) => (name, Some(version)),
        None => (asked, None),
    };
    let name = name.rsplit('/').next().unwrap_or(name);
    if let Some(form) = content.forms.whole(name, version) {
        return Ok((name, form));
    }
    let all = content.forms.all();
    let known: Vec<String> = all
        .map(|entry| format!("{}|{}", entry.name, entry.version))
        .collect();
    Err(format!(
        "no questionnaire {asked}; there are {}",
        known.join(", ")
    ))
}

/// What is printed of one set.
#[derive(Serialize)]
struct Line<'a> {
    /// The clinical vector that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a str>,
    #[serde(flatten)]
    tried: trial::Tried,
}

/// One set of answers to try.
struct Set {
    place: String,
    case: Option<String>,
    answers: Value,
    context: Context,
}

/// The sets of answers, each at its own time if it is a clinical vector, or why one cannot be read.
fn sets(bytes: &[u8], context: &Context) -> Vec<Result<Set, String>> {
    let bytes = exact_numbers(bytes);
    let mut found = Vec::new();
    for one in read(&bytes) {
        match one {
            Err(reason) => found.push(Err(reason)),
            Ok((place, document)) => match vectors::read(&document) {
                Err(reason) => found.push(Err(format!("{place}: {reason}"))),
                Ok(cases) if !cases.is_empty() => found.extend(cases.into_iter().map(|case| {
                    Ok(Set {
                        place: case.id.clone(),
                        case: Some(case.id),
                        answers: case.answers,
                        context: given(case.context, context),
                    })
                })),
                Ok(_) => found.push(Ok(Set {
                    place,
                    case: None,
                    answers: document,
                    context: context.clone(),
                })),
            },
        }
    }
    found
}

/// The context of a vector, with the limits and facts that were asked for besides.
fn given(mut own: Context, asked: &Context) -> Context {
    own.settings.extend(asked.settings.clone());
    own.facts.extend(asked.facts.clone());
    own
}

/// The documents with their places, or why one cannot be read.
fn read(bytes: &[u8]) -> Vec<Result<(String, Value), String>> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Once>();
    let mut found = Vec::new();
    loop {
        let begin = values.byte_offset();
        match values.next() {
            None => return found,
            Some(Ok(Once(value))) => found.extend(expanded(line_at(bytes, begin), value).into_iter().map(Ok)),
            Some(Err(error)) => return by_line(bytes).unwrap_or_else(|| vec![Err(place(&error))]),
        }
    }
}

/// The sets of an array one by one, anything else as it is.
fn expanded(line: usize, value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Array(list) => {
            let numbered = list.into_iter().enumerate();
            numbered
                .map(|(at, set)| (format!("line {line}, element {}", at + 1), set))
                .collect()
        }
        set => vec![(format!("line {line}"), set)],
    }
}

/// The line of the first byte from `begin` on that is no space.
fn line_at(bytes: &[u8], begin: usize) -> usize {
    let spaces = bytes
        .iter()
        .skip(begin)
        .take_while(|byte| byte.is_ascii_whitespace());
    let end = begin + spaces.count();
    1 + bytes.iter().take(end).filter(|byte| **byte == b'\n').count()
}

/// One value a line, so that a broken line costs nothing but itself; none when the text is one broken document.
fn by_line(bytes: &[u8]) -> Option<Vec<Result<(String, Value), String>>> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines: Vec<_> = lines
        .filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace))
        .map(|(at, line)| {
            (
                at + 1,
                serde_json::from_slice::<Once>(line).map(|Once(value)| value),
            )
        })
        .collect();
    // A document that is spread over lines begins with a bracket that its first line does not close.
    let spread = lines.first().is_some_and(|(_, first)| {
        first.as_ref().is_err_and(serde_json::Error::is_eof)
            && bytes.trim_ascii_start().first() == Some(&b'[')
    });
    let any = lines.iter().any(|(_, line)| {
        line.as_ref()
            .is_ok_and(|value| value.is_object() || value.is_array())
    });
    (any && !spread).then(|| {
        let read = lines.into_iter().flat_map(|(at, line)| match line {
            Ok(value) => expanded(at, value).into_iter().map(Ok).collect(),
            Err(error) => vec![Err(format!("line {at}: {}", without_place(&error)))],
        });
        read.collect()
    })
}

fn place(error: &serde_json::Error) -> String {
    format!("line {}: {}", error.line(), without_place(error))
}

/// Inside one line the parser would always say "at line 1".
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(" at line ") {
        Some((reason, _)) => format!("{reason} at column {}", error.column()),
        None => text,
    }
}
