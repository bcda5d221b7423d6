//! The house rules that a compiler can't keep: floors, directions between slices, file lengths.

use std::path::{Path, PathBuf};

const FLOOR_1: [&str; 6] = ["config", "db", "vault", "journal", "cache", "files"];
const FLOOR_2: [&str; 8] = [
    "questionnaire",
    "evidence",
    "wechat",
    "sms",
    "sign_on",
    "content",
    "outbox",
    "ctx",
];
const SLICES: [&str; 9] = [
    "people",
    "episode",
    "education",
    "forms",
    "assessment",
    "consent",
    "analgesia",
    "followup",
    "quality",
];
const TOP: [&str; 5] = ["fhir", "app", "demo", "cli", "main"];
/// What a later slice may use of an earlier one.
const OPEN: [&str; 2] = ["model", "facts"];
const OPEN_OF_PEOPLE: [&str; 4] = ["model", "facts", "caller", "policy"];

fn sources(root: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root), &mut found);
    found.sort();
    found
}

/// The first two names of every `crate::a::b` in a file.
fn uses(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let name = |rest: &str| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        };
        let rest = &text[at + "crate::".len()..];
        let first = name(rest);
        let after = rest[first.len()..].strip_prefix("::").unwrap_or_default();
        if let Some(group) = after.strip_prefix('{') {
            let group = &group[..group.find('}').unwrap_or(group.len())];
            let parts = group
                .split(',')
                .map(|part| name(part.trim()))
                .filter(|part| !part.is_empty());
            found.extend(parts.map(|part| (first.clone(), part)));
        } else {
            found.push((first, name(after)));
        }
    }
    found
}

/// A module that is brought in whole is used by what follows its name.
fn spelled_out((module, part): (String, String), text: &str) -> Vec<(String, String)> {
    if !part.is_empty() || !SLICES.contains(&module.as_str()) {
        return vec![(module, part)];
    }
    let name = |rest: &str| {
        rest.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let prefix = format!("{module}::");
    let used = text
        .match_indices(&prefix)
        .map(|(at, _)| name(&text[at + prefix.len()..]));
    used.filter(|part| !part.is_empty())
        .map(|part| (module.clone(), part))
        .collect()
}

fn place(module: &str) -> (usize, usize) {
    if module == "base" {
        return (0, 0);
    }
    let floors: [&[&str]; 4] = [&FLOOR_1, &FLOOR_2, &SLICES, &TOP];
    for (floor, names) in floors.iter().enumerate() {
        if let Some(index) = names.iter().position(|name| *name == module) {
            return (floor + 1, index);
        }
    }
    // `http` stands at the right end of floor 2.
    assert_eq!(module, "http", "a module without a floor: {module}");
    (2, FLOOR_2.len())
}

#[test]
fn a_module_uses_lower_floors_and_what_stands_to_its_left() {
    let mut wrong = Vec::new();
    for path in sources("src") {
        let relative = path
            .strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
            .unwrap();
        let module = relative
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (used, part) in uses(&text)
            .into_iter()
            .flat_map(|found| spelled_out(found, &text))
        {
            if used == module
                || used.is_empty()
                || used.chars().next().unwrap().is_uppercase()
                || ["once", "words"].contains(&used.as_str())
            {
                continue;
            }
            let (here, there) = (place(module), place(&used));
            // The context is what acts use; `people::caller` and the problem layer meet at the edge.
            let allowed = there < here;
            let open: &[&str] = if used == "people" { &OPEN_OF_PEOPLE } else { &OPEN };
            let fenced = here.0 == 3 && there.0 == 3 && !open.contains(&part.as_str());
            if !allowed || fenced {
                wrong.push(format!("{} uses crate::{used}::{part}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against the floors:\n{}", wrong.join("\n"));
}

#[test]
fn rules_know_no_database_and_no_clock() {
    for path in sources("src")
        .into_iter()
        .filter(|path| path.ends_with("rules.rs") || path.ends_with("limits.rs"))
    {
        let text = std::fs::read_to_string(&path).unwrap();
        for banned in ["async fn", ".await", "sqlx", "crate::ctx", "crate::db", "clock"] {
            assert!(!text.contains(banned), "{} contains {banned}", path.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long: Vec<_> = ["src", "tests"]
        .into_iter()
        .flat_map(sources)
        .filter_map(|path| {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            (lines > 400).then(|| format!("{} ({lines})", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

#[test]
fn nothing_outside_tests_unwraps_or_is_left_to_do() {
    let mut found = Vec::new();
    for path in sources("src") {
        let name = path.display().to_string();
        if name.contains("/tests/")
            || name.contains("_tests.rs")
            || name.contains("_tests/")
            || name.ends_with("/tests.rs")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for banned in [".unwrap()", "todo!(", "unimplemented!(", "FIXME", "dbg!("] {
            if code.contains(banned) {
                found.push(format!("{name} contains {banned}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_request_body_refuses_unknown_members() {
    let mut open = Vec::new();
    for path in sources("src") {
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("struct ") {
            let name: String = text[at + 7..]
                .chars()
                .take_while(|c| c.is_alphanumeric())
                .collect();
            let before = &text[..at];
            let attributes = &before[before.rfind("\n\n").unwrap_or(0)..];
            let body = (name.ends_with("In") || name.ends_with("Io")) && attributes.contains("Object");
            if body && !attributes.contains("deny_unknown_fields") {
                open.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(
        open.is_empty(),
        "a misspelt clinical field would vanish:\n{}",
        open.join("\n")
    );
}

/// The compiler proves for every operation that its future may be sent to another thread; a box keeps it from proving all of
/// the act's inside again. That proving was a third of the time of a build.
#[test]
fn every_operation_boxes_the_act_that_it_calls() {
    let mut bare = Vec::new();
    let mut seen = 0;
    for path in sources("src") {
        if !path.iter().any(|part| part == "api" || part == "api.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("acts::") {
            let call = &text[at..];
            let name = call
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
                .unwrap();
            if !call[name..].starts_with('(') {
                continue;
            }
            seen += 1;
            let mut depth = 0;
            let end = call[name..]
                .char_indices()
                .find_map(|(offset, c)| {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    (depth == 0).then_some(name + offset + 1)
                })
                .unwrap();
            if !call[end..].trim_start().starts_with(".boxed()") {
                bare.push(format!("{}: {}", path.display(), &call[..name]));
            }
        }
    }
    assert!(seen > 100, "only {seen} calls found");
    assert!(bare.is_empty(), "not boxed:\n{}", bare.join("\n"));
}

/// Hosts that only name something, as a namespace does, and those that the README tells of: WeChat's, the text-message
/// gateway's, and this machine.
const HOSTS: [&str; 10] = [
    "api.weixin.qq.com",
    "dysmsapi.aliyuncs.com",
    "hl7.org",
    "terminology.hl7.org",
    "loinc.org",
    "unitsofmeasure.org",
    "www.w3.org",
    "schemas.openxmlformats.org",
    "muan.invalid",
    "127.0.0.1",
];
/// Services that would carry what happens here to somebody else.
const TELEMETRY: [&str; 11] = [
    "amplitude",
    "bugsnag",
    "datadog",
    "honeycomb",
    "mixpanel",
    "newrelic",
    "opentelemetry",
    "posthog",
    "rollbar",
    "segment",
    "sentry",
];

#[test]
fn nothing_is_told_to_anybody_outside() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    let names = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let telling: Vec<&str> = names
        .filter(|name| name.split(['-', '_']).any(|part| TELEMETRY.contains(&part)))
        .collect();
    assert_eq!(telling, Vec::<&str>::new(), "these send data elsewhere");
    let mut strange = Vec::new();
    let mut wechat = 0;
    for path in sources("src") {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if file.ends_with("tests.rs") || path.iter().any(|part| part == "tests") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("mod tests {").next().unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            for scheme in ["http://", "https://", "ws://", "wss://"] {
                for (at, _) in line.match_indices(scheme) {
                    let rest = &line[at + scheme.len()..];
                    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
                    let host = &rest[..end.unwrap_or(rest.len())];
                    wechat += usize::from(host == "api.weixin.qq.com");
                    if !host.is_empty() && !HOSTS.contains(&host) {
                        strange.push(format!("{}: {host}", path.display()));
                    }
                }
            }
        }
    }
    assert!(wechat > 0, "the files were looked at");
    assert!(
        strange.is_empty(),
        "data stays here (CE-239):\n{}",
        strange.join("\n")
    );
}
