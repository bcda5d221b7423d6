//! For the people who write content: every fault, what awaits a clinician, what answers come to, what an edit changes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{diff, foreign, trial};
use crate::app::apis;
use crate::base::Locale;
use crate::content::consents::passages;
use crate::content::glossary::Glossary;
use crate::content::readability::Passage;
use crate::content::{Content, Origin, readability};

#[derive(Subcommand)]
pub enum Command {
    /// Loads and checks all content; prints every fault with file and place.
    Check {
        /// Another content directory than the one of the settings.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Lists what awaits a clinician's confirmation, with its source.
    Review {
        /// Another content directory than the one of the settings.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Lists what makes lessons and consents hard to read: long sentences, unexplained words, numbers that are no "so many
    /// in so many".
    Readability {
        /// Another content directory than the one of the settings.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Runs answers through a form and its rules: one line of JSON a set of answers.
    Try(trial::Options),
    /// Prints the FHIRPath expression of each score of a form, one line of JSON a score.
    Fhirpath {
        /// Name of a form.
        questionnaire: String,
        /// Another content directory than the one of the settings.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Reads forms that were not written for this service, and names what is wrong with each.
    Import(foreign::ImportOptions),
    /// Judges answers to a form that was not written for this service.
    Judge(foreign::JudgeOptions),
    /// Says what changes between two content directories, and which vectors come out differently.
    Diff(diff::Options),
}

pub fn run(settings: Option<PathBuf>, command: Command) -> ExitCode {
    let loaded = |dir: Option<PathBuf>| load(dir.or(settings).map_or(Origin::BuiltIn, Origin::Folder));
    match command {
        Command::Check { dir } => loaded(dir).map_or_else(|code| code, |content| check(&content)),
        Command::Review { dir } => loaded(dir).map_or_else(|code| code, |content| review(&content)),
        Command::Readability { dir } => loaded(dir).map_or_else(|code| code, |content| readability(&content)),
        Command::Try(options) => {
            loaded(options.dir.clone()).map_or_else(|code| code, |content| trial::run(&content, &options))
        }
        Command::Fhirpath { questionnaire, dir } => {
            loaded(dir).map_or_else(|code| code, |content| fhirpath(&content, &questionnaire))
        }
        Command::Import(options) => foreign::import(&options),
        Command::Judge(options) => foreign::judge(&options),
        Command::Diff(options) => diff::run(&options),
    }
}

/// The content, or every fault of it on standard error.
pub(super) fn load(origin: Origin) -> Result<Content, ExitCode> {
    if let Origin::Folder(root) = &origin
        && !root.is_dir()
    {
        return Err(super::refused(&format!("{}: no such directory", root.display())));
    }
    Content::load(origin).map_err(|defects| {
        for defect in &defects {
            eprintln!("{defect}");
        }
        eprintln!("{} faults", defects.len());
        ExitCode::FAILURE
    })
}

fn check(content: &Content) -> ExitCode {
    let (lessons, forms) = (content.lessons.all().len(), content.forms.all().count());
    println!(
        "{lessons} lessons, {forms} forms, {} consents: no fault",
        content.consents.all().len()
    );
    ExitCode::SUCCESS
}

fn readability(content: &Content) -> ExitCode {
    for lesson in content.lessons.all() {
        for locale in Locale::ALL {
            let name = format!("{} {} {}", lesson.head.slug, lesson.head.version, locale.tag());
            let texts = lesson.body(locale).passages();
            tell("lesson", &name, &texts, locale, &content.glossary);
        }
    }
    for template in content.consents.all() {
        let name = format!("{} {} {}", template.code, template.version, template.locale.tag());
        let texts = passages(&template.document);
        tell("consent", &name, &texts, template.locale, &content.glossary);
    }
    ExitCode::SUCCESS
}

/// A line of figures, then a line a finding.
fn tell(what: &str, name: &str, texts: &[Passage], locale: Locale, glossary: &Glossary) {
    let report = readability::report(texts, locale, glossary);
    println!(
        "{what}\t{name}\t{} sentences, {} characters or words on average, {} in the longest",
        report.sentences,
        report.length / report.sentences.max(1),
        report.longest
    );
    for finding in report.findings {
        let length = finding
            .length
            .map(|length| format!(" ({length})"))
            .unwrap_or_default();
        let (kind, place) = (finding.kind.word(), finding.place);
        println!("{kind}\t{name}\t{place}\t{}{length}", finding.text);
    }
}

fn fhirpath(content: &Content, name: &str) -> ExitCode {
    let Some(form) = content.forms.whole(name, None) else {
        return super::refused(&format!("no questionnaire {name}"));
    };
    for (score, expression) in form.expressions() {
        println!("{}", json!({ "score": score, "expression": expression }));
    }
    ExitCode::SUCCESS
}

fn review(content: &Content) -> ExitCode {
    for one in content.unconfirmed().into_iter().chain(apis::unsettled()()) {
        println!(
            "{}\t{}\t{}\t{}\t{}",
            one.kind, one.name, one.place, one.source, one.claim
        );
    }
    ExitCode::SUCCESS
}
