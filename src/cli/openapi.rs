//! Writes the two documents as they are committed.

use std::path::PathBuf;

use clap::Args;

use crate::app::{StartFault, docs};

#[derive(Args)]
pub struct Options {
    /// Where `patient.json` and `staff.json` are written.
    #[arg(long, default_value = "openapi")]
    dir: PathBuf,
}

pub fn run(options: Options) -> Result<(), StartFault> {
    let io = |error| StartFault::Io(options.dir.display().to_string(), error);
    std::fs::create_dir_all(&options.dir).map_err(io)?;
    for (name, document) in docs::documents() {
        let path = options.dir.join(name);
        std::fs::write(&path, document).map_err(|error| StartFault::Io(path.display().to_string(), error))?;
        println!("{}", path.display());
    }
    Ok(())
}
