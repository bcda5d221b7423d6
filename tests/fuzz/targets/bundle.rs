//! Any bytes as a bundle: refused, or read into files that are written again as the same bytes.
#![no_main]

use bundle::{Section, manifest, names, zip};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, reason = "a target uses a part of it")]
#[path = "../../../src/base"]
mod base {
    pub mod canonical;
}

#[allow(dead_code, reason = "a target uses a part of it")]
#[path = "../../../src/evidence/bundle"]
mod bundle {
    pub mod manifest;
    pub mod names;
    mod refused;
    pub mod section;
    pub mod zip;

    pub use self::refused::Refused;
    pub use self::section::Section;
    pub use self::zip::Files;
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(files) = zip::read(bytes) else { return };
    let all: Vec<_> = files.all.iter().map(|(name, body)| (*name, *body)).collect();
    assert!(all.iter().all(|(name, _)| names::allowed(name)));
    let again = zip::write(&all).expect("what was read");
    assert_eq!(
        again == bytes,
        files.damaged.is_empty(),
        "only checksums may differ"
    );
    manifest::check(&files);
    for (name, body) in all {
        if let Ok(section) = Section::read("header", body) {
            assert_eq!(section.write("header").as_deref(), Ok(body), "{name}");
            let withheld = section.withheld("header").expect("a digest");
            assert_eq!(section.digest("header"), withheld.digest("header"));
        }
    }
});
