//! For the people who write content: every fault, what awaits a clinician, what answers come to, what an edit changes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::{diff, trial};
use crate::content::{Content, Origin};

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
    /// Runs answers through a form and its rules: one line of JSON a set of answers.
    Try(trial::Options),
    /// Says what changes between two content directories, and which vectors come out differently.
    Diff(diff::Options),
}

pub fn run(settings: Option<PathBuf>, command: Command) -> ExitCode {
    let loaded = |dir: Option<PathBuf>| load(dir.or(settings).map_or(Origin::BuiltIn, Origin::Folder));
    match command {
        Command::Check { dir } => loaded(dir).map_or_else(|code| code, |content| check(&content)),
        Command::Review { dir } => loaded(dir).map_or_else(|code| code, |content| review(&content)),
        Command::Try(options) => {
            loaded(options.dir.clone()).map_or_else(|code| code, |content| trial::run(&content, &options))
        }
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

fn review(content: &Content) -> ExitCode {
    for one in content.unconfirmed() {
        println!(
            "{}\t{}\t{}\t{}\t{}",
            one.kind, one.name, one.place, one.source, one.claim
        );
    }
    ExitCode::SUCCESS
}
