//! The language of an answer. Codes inside, text at the edge.

use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

/// Languages that every text of the service exists in; zh-CN is the authoritative one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
pub enum Locale {
    /// Simplified Chinese.
    #[default]
    #[oai(rename = "zh-CN")]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[oai(rename = "en")]
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// Both, authoritative first.
    pub const ALL: [Locale; 2] = [Locale::ZhCn, Locale::En];

    /// The language tag.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::ZhCn => "zh-CN",
            Locale::En => "en",
        }
    }

    /// Reads a language tag: the primary subtag decides.
    pub fn parse(tag: &str) -> Option<Locale> {
        match tag.trim().split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Locale::ZhCn),
            "en" => Some(Locale::En),
            _ => None,
        }
    }

    /// The best of an `Accept-Language` header (RFC 9110 §12.5.4), zh-CN when none fits.
    pub fn negotiate(header: Option<&str>) -> Locale {
        let Some(header) = header else {
            return Locale::default();
        };
        let mut best: Option<(f32, Locale)> = None;
        for part in header.split(',') {
            let mut pieces = part.split(';');
            let Some(locale) = pieces.next().and_then(Locale::parse) else {
                continue;
            };
            let quality = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0));
            if quality > 0.0 && best.is_none_or(|(so_far, _)| quality > so_far) {
                best = Some((quality, locale));
            }
        }
        best.map_or_else(Locale::default, |(_, locale)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn the_language_is_the_best_one_that_we_have() {
        for (header, expected) in [
            (None, Locale::ZhCn),
            (Some("en-US,en;q=0.9"), Locale::En),
            (Some("fr, en;q=0.5, zh;q=0.7"), Locale::ZhCn),
            (Some("ko"), Locale::ZhCn),
            (Some("en;q=0"), Locale::ZhCn),
        ] {
            assert_eq!(Locale::negotiate(header), expected, "{header:?}");
        }
    }
}
