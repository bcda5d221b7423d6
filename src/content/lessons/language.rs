//! The languages of a lesson: more than the service's own texts have.

use crate::base::Locale;

crate::words! {
    /// A language that a lesson may be written in.
    Language {
        /// Simplified Chinese; decides, and stands in for what another language lacks.
        ZhCn = "zh-CN",
        /// English.
        En = "en",
        /// Korean.
        Ko = "ko",
        /// Tibetan.
        Bo = "bo",
        /// Yi.
        Ii = "ii",
        /// Uyghur.
        Ug = "ug",
        /// Mongolian.
        Mn = "mn",
    }
}

crate::words! {
    /// Which way a script runs.
    Direction {
        /// From left to right.
        Ltr = "ltr",
        /// From right to left.
        Rtl = "rtl",
    }
}

impl Language {
    /// Which way it is written.
    pub fn direction(self) -> Direction {
        match self {
            Language::Ug => Direction::Rtl,
            _ => Direction::Ltr,
        }
    }

    /// The service's own language for what stands around the text.
    pub fn around(self) -> Locale {
        match self {
            Language::En => Locale::En,
            _ => Locale::ZhCn,
        }
    }

    /// Whether words stand without spaces, so that the end of a line in a file is none in the text.
    pub(super) fn runs_on(self) -> bool {
        matches!(self, Language::ZhCn | Language::Bo | Language::Ii)
    }
}

impl From<Locale> for Language {
    fn from(locale: Locale) -> Language {
        match locale {
            Locale::ZhCn => Language::ZhCn,
            Locale::En => Language::En,
        }
    }
}
