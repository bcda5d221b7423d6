//! The files that other programs are to judge: `tests/interop/pades.sh` has them written, with real signatures.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;

/// What fills the gaps: a program of the interop tests, or something opaque when they do not run.
struct Signer(Option<PathBuf>);

/// Where the interop tests want files, when they run.
fn folder() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, no setting of the service"
    )]
    let folder = std::env::var_os("MUAN_TEST_PADES");
    folder.map(PathBuf::from)
}

/// Writes a file for the interop tests.
pub(super) fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = folder() {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

impl Signer {
    /// What the program answers to this on its standard input.
    fn make(&self, what: &str, input: &[u8]) -> Vec<u8> {
        let Some(folder) = &self.0 else {
            return opaque(0x42, 2_500);
        };
        let mut program = Command::new(folder.join("cms"))
            .arg(what)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        program.stdin.take().unwrap().write_all(input).unwrap();
        let output = program.wait_with_output().unwrap();
        assert!(output.status.success(), "{what}");
        output.stdout
    }

    fn seal(&self, document: &[u8], what: &str) -> Vec<u8> {
        let prepared = prepare(document, RESERVE, morning(), Kind::Certify).unwrap();
        let signature = self.make(what, &prepared.digest);
        finish(prepared, &signature).unwrap()
    }

    fn stamp(&self, file: &[u8]) -> Vec<u8> {
        let prepared = prepare(file, RESERVE, morning(), Kind::DocTimeStamp).unwrap();
        let token = self.make("token", &prepared.digest);
        finish(prepared, &token).unwrap()
    }
}

/// What nobody may do and our writer refuses to: a second signature behind the first.
fn signed_again(file: &[u8], signer: &Signer) -> Vec<u8> {
    let mut state = super::super::read::revisions(file).unwrap().state;
    let update = state.seal(RESERVE, "D:20261121093000+08'00'").unwrap();
    let digest = sha256(&[file, &update.before, &update.after].concat());
    let mut digits = vec![0; 2 * RESERVE];
    super::super::gap::fill(&mut digits, &signer.make("seal", &digest)).unwrap();
    [file, &update.before, b"<", &digits, b">", &update.after].concat()
}

#[test]
fn the_files_for_other_programs_are_ours_and_read_as_what_they_are() {
    let signer = Signer(folder());
    let sealed = signer.seal(PRINTED, "seal");
    let timed = signer.seal(PRINTED, "timed");
    let late = replace(&sealed, &signer.make("late", &read(&sealed).unwrap().contents)).unwrap();
    let stamped = signer.stamp(&timed);
    let data = ValidationData {
        certificates: vec![signer.make("root", b"")],
        ..ValidationData::default()
    };
    let preserved = signer.stamp(&add_validation_data(&stamped, &data).unwrap());
    let appended = [&timed[..], b"% x"].concat();
    let again = signed_again(&timed, &signer);
    let changed = replaced(&timed, "/Lang(zh-CN)", "/Lang(en-US)");
    for (name, file, wanted) in [
        ("printed", PRINTED, Integrity::Unsigned),
        ("sealed", &sealed, Integrity::Intact),
        ("timed", &timed, Integrity::Intact),
        ("late", &late, Integrity::Intact),
        ("stamped", &stamped, Integrity::Intact),
        ("preserved", &preserved, Integrity::Intact),
        ("appended", &appended, Integrity::Appended),
        ("again", &again, Integrity::Appended),
        ("changed", &changed, Integrity::Modified),
    ] {
        let attested = if name == "sealed" || name == "late" {
            read(&sealed).unwrap().digest
        } else {
            read(&timed).unwrap().digest
        };
        assert_eq!(verdict(file, &attested), wanted, "{name}");
        keep(&format!("{name}.pdf"), file);
    }
    assert_eq!(late.len(), sealed.len());
}
