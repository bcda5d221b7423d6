//! `muan content diff`: what an edited content directory changes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::content::diff::{self, Difference};
use crate::content::{Content, Origin};

#[derive(Args)]
pub struct Options {
    /// The content directory as it was.
    old: PathBuf,
    /// The content directory as it is to be.
    new: PathBuf,
    /// One JSON document instead of lines.
    #[arg(long)]
    json: bool,
}

/// Prints the difference; a difference is no failure.
pub fn run(options: &Options) -> ExitCode {
    let load = |dir: &Path| -> Result<Content, ExitCode> {
        super::content::load(Origin::Folder(dir.to_owned())).inspect_err(|_| {
            if dir.is_dir() {
                super::refused(&format!(
                    "{}: the faults above are of this directory",
                    dir.display()
                ));
            }
        })
    };
    let (old, new) = match (load(&options.old), load(&options.new)) {
        (Ok(old), Ok(new)) => (old, new),
        _ => return ExitCode::FAILURE,
    };
    let told = diff::compare(&old, &new).and_then(|difference| text(&difference, options.json));
    match told {
        Ok(text) => {
            // Whoever reads may have seen enough.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(reason) => super::refused(&reason),
    }
}

fn text(difference: &Difference, json: bool) -> Result<String, String> {
    if json {
        let document = serde_json::to_string_pretty(difference).map_err(|error| error.to_string())?;
        return Ok(document + "\n");
    }
    let lines = difference.lines();
    if lines.is_empty() {
        return Ok("nothing changed\n".to_owned());
    }
    Ok(lines.join("\n") + "\n")
}
