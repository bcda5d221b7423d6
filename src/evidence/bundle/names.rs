//! The closed list of names in a bundle (CE-220), and the sections of the evidence (CE §7.1).

/// The sections in their order; section `n` is the `n`th.
pub const SECTIONS: [&str; 14] = [
    "header",
    "subject",
    "assessment",
    "presented",
    "reading",
    "comprehension",
    "conversation",
    "identity",
    "device",
    "signature",
    "others",
    "countersignature",
    "data_consents",
    "time",
];

/// What its section names by a salted digest and what travels as a file of its own: number and name.
pub const APPENDED: [(usize, &str); 3] = [(3, "response"), (10, "handwritten"), (10, "strokes")];

/// What its section names by its digest or its id: the section and the file.
pub const NAMED: [(&str, &str); 2] = [("header", TEMPLATE), ("presented", PRESENTED)];

/// The document.
pub const PDF: &str = "consent.pdf";
/// Names, sizes and digests of all other files.
pub const MANIFEST: &str = "manifest.json";
/// The template, in the bytes of its content address.
pub const TEMPLATE: &str = "template.json";
/// What she was shown, in the bytes that were sent.
pub const PRESENTED: &str = "presented.json";
/// The entries of the log.
pub const ENTRIES: &str = "log/entries.json";
/// Their proofs of inclusion.
pub const INCLUSION: &str = "log/inclusion.json";
/// Proofs that earlier checkpoints are beginnings of this one.
pub const CONSISTENCY: &str = "log/consistency.json";
/// The checkpoint that the proofs lead to.
pub const CHECKPOINT: &str = "log/checkpoint.txt";
/// Roots, log keys and the rest of what is trusted.
pub const TRUST: &str = "trust.json";
/// How to check by hand.
pub const README: &str = "README.txt";
/// The verifier for a browser.
pub const PAGE: &str = "verify.html";
/// The response of the time authority on the document's signature.
pub const TOKEN: &str = "tsa/seal.tsr";

/// The response of the time authority on the checkpoint, where it has one.
pub const CHECKPOINT_TOKEN: &str = "tsa/checkpoint.tsr";
/// The national signature over the evidence root, in DER, where it is switched on.
pub const SM2_SIGNATURE: &str = "sm2/root.sig";
/// The public key that it holds under, in DER.
pub const SM2_KEY: &str = "sm2/key.der";
/// The newest revocation list of the seal's issuer.
pub const LIST: &str = "certs/seal.crl";

const FIXED: [&str; 14] = [
    PDF,
    MANIFEST,
    TEMPLATE,
    PRESENTED,
    ENTRIES,
    INCLUSION,
    CONSISTENCY,
    CHECKPOINT,
    TRUST,
    README,
    PAGE,
    LIST,
    SM2_SIGNATURE,
    SM2_KEY,
];

/// Where a section is.
pub fn section(no: usize, name: &str) -> String {
    format!("evidence/{no:02}-{name}.json")
}

/// May a bundle have a file of this name?
pub fn allowed(name: &str) -> bool {
    let word = |name: &str, folder: &str, ending: &str| {
        let word = name
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_suffix(ending));
        word.is_some_and(|word| {
            (1..=40).contains(&word.len())
                && word
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        })
    };
    FIXED.contains(&name)
        || (1..).zip(SECTIONS).any(|(no, known)| section(no, known) == name)
        || APPENDED.iter().any(|(no, known)| section(*no, known) == name)
        || word(name, "tsa/", ".tsr")
        || word(name, "certs/", ".cer")
}
