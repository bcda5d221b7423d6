//! The verifier as one page for any browser: it opens from a disk, loads nothing, and gives the same report.

use serde_json::json;

use super::words;

const PAGE: &str = include_str!("../../../content/evidence/verifier/page.html");
const STYLE: &str = include_str!("../../../content/evidence/verifier/page.css");
/// In the order in which they need each other.
const SCRIPTS: [&str; 18] = [
    include_str!("../../../content/evidence/verifier/bytes.js"),
    include_str!("../../../content/evidence/verifier/zip.js"),
    include_str!("../../../content/evidence/verifier/json.js"),
    include_str!("../../../content/evidence/verifier/merkle.js"),
    include_str!("../../../content/evidence/verifier/der.js"),
    include_str!("../../../content/evidence/verifier/keys.js"),
    include_str!("../../../content/evidence/verifier/sm2.js"),
    include_str!("../../../content/evidence/verifier/x509.js"),
    include_str!("../../../content/evidence/verifier/cms.js"),
    include_str!("../../../content/evidence/verifier/trust.js"),
    include_str!("../../../content/evidence/verifier/note.js"),
    include_str!("../../../content/evidence/verifier/pdf-object.js"),
    include_str!("../../../content/evidence/verifier/pdf.js"),
    include_str!("../../../content/evidence/verifier/decide.js"),
    include_str!("../../../content/evidence/verifier/steps.js"),
    include_str!("../../../content/evidence/verifier/log.js"),
    include_str!("../../../content/evidence/verifier/verify.js"),
    include_str!("../../../content/evidence/verifier/page.js"),
];

/// The whole page, with its words in both languages.
pub fn page() -> String {
    let words = json!({ "zh-CN": words::all("zh-CN"), "en": words::all("en") });
    // No word may end the script that holds it.
    let words = words.to_string().replace('<', "\\u003c");
    let script = format!("'use strict';\nconst WORDS = {words};\n{}", SCRIPTS.join("\n"));
    PAGE.replace("/*style*/", STYLE).replace("/*script*/", &script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_one_file_that_loads_nothing() {
        let page = page();
        assert!(!page.contains("/*script*/") && !page.contains("/*style*/"));
        for outside in [
            "http:",
            "https:",
            "src=",
            "href=",
            "import(",
            "import ",
            "fetch(",
            "XMLHttpRequest",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(page.contains("核验知情同意书"));
    }
}
