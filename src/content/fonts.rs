//! The fonts of the documents and their layouts, read only when the first document is made.

use std::borrow::Cow;

use super::{BUILT_IN, Origin};

/// The bytes of each font; those built in stay where the program's file is mapped.
pub fn fonts(origin: &Origin) -> Vec<Cow<'static, [u8]>> {
    let is_font = |name: &str| name.ends_with(".otf") || name.ends_with(".ttf");
    match origin {
        Origin::BuiltIn => BUILT_IN
            .get_dir("fonts")
            .map(|dir| {
                dir.files()
                    .filter(|file| file.path().to_str().is_some_and(is_font))
                    .map(|file| Cow::Borrowed(file.contents()))
                    .collect()
            })
            .unwrap_or_default(),
        Origin::Folder(_) => origin
            .list("fonts")
            .into_iter()
            .filter(|name| is_font(name))
            .filter_map(|name| origin.read(&format!("fonts/{name}")).map(Cow::Owned))
            .collect(),
    }
}

/// The typesetter's sources by their virtual path.
pub fn layouts(origin: &Origin) -> Vec<(String, String)> {
    origin
        .list("consents/layout")
        .into_iter()
        .filter(|name| name.ends_with(".typ"))
        .filter_map(|name| {
            let bytes = origin.read(&format!("consents/layout/{name}"))?;
            Some((format!("/{name}"), String::from_utf8(bytes).ok()?))
        })
        .collect()
}
