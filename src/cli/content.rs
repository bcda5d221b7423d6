//! For the people who write content: every fault, and what awaits a clinician.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

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
}

pub fn run(settings: Option<PathBuf>, command: Command) -> ExitCode {
    let (dir, review) = match command {
        Command::Check { dir } => (dir, false),
        Command::Review { dir } => (dir, true),
    };
    match Content::load(dir.or(settings).map_or(Origin::BuiltIn, Origin::Folder)) {
        Ok(content) => {
            if review {
                for one in content.unconfirmed() {
                    println!(
                        "{}\t{}\t{}\t{}\t{}",
                        one.kind, one.name, one.place, one.source, one.claim
                    );
                }
            } else {
                let (lessons, forms) = (content.lessons.all().len(), content.forms.all().count());
                println!(
                    "{lessons} lessons, {forms} forms, {} consents: no fault",
                    content.consents.all().len()
                );
            }
            ExitCode::SUCCESS
        }
        Err(defects) => {
            for defect in &defects {
                eprintln!("{defect}");
            }
            eprintln!("{} faults", defects.len());
            ExitCode::FAILURE
        }
    }
}
