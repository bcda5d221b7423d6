//! Prints a record as a PDF/A-3u: same inputs, same bytes.
//!
//! It knows layout files and data, not what they mean: the words come with the data, the layout from the
//! content. It does not sign. A layout for a new kind of document is one more `.typ` file and no code.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Datelike, FixedOffset, Timelike, Utc};
use sha2::{Digest, Sha256};
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::characters;
use super::fonts::{self, MissingChar};
use crate::base::canonical::canonical;

/// Fixed, so that the bytes do not name a version; the renderer version stands in the seal record.
const CREATOR: &str = "Muan 母安";
const DATA: &str = "/data.json";
/// What a layout names after its own families: that of the recorded characters, where there are any.
const FAMILIES: &str = "/families.json";
const EAST_8_MINUTES: i32 = 480;

/// Why a document could not be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// One of the fonts is not a font.
    #[error("a font could not be read")]
    Fonts,
    /// No such layout, or a path that is none.
    #[error("no layout or file {0:?}")]
    Path(String),
    /// The data cannot be written canonically; the pointer says where.
    #[error("the data of the document: {0}")]
    Data(#[from] crate::base::canonical::NotCanonical),
    /// The layout refused the data; the first of its messages.
    #[error("the layout failed: {0}")]
    Layout(String),
    /// The result would not be PDF/A, usually because a character is in no font. The engine's own message
    /// quotes the text, which may be a name, and is left out.
    #[error("the document would not be archivable")]
    Export,
}

/// What one document is made of.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The layout, such as `/consent.typ`.
    pub template: &'static str,
    /// What the layout reads as `/data.json`; within CE-141.
    pub data: serde_json::Value,
    /// Pictures and attachments. The paths are constants: the engine remembers every path it ever saw, in a
    /// table of 65 535.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// Recorded pictures of characters that no font has, PNG of one height (CE-152).
    pub characters: Vec<(char, Vec<u8>)>,
    /// Identifies the document for ever, such as the consent's id and revision.
    pub ident: String,
    /// The time of the record, printed as the date of the document.
    pub at: DateTime<Utc>,
}

/// Fonts and layouts, read once for the process.
///
/// Making one reads all fonts (tens of MB once used): keep it in a `LazyLock`, so that a service that prints
/// nothing does not pay. Rendering is synchronous and takes a core for tens of milliseconds.
pub struct Engine {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    layouts: HashMap<FileId, Source>,
    version: String,
}

impl Engine {
    /// An engine with these fonts and layouts (`("/consent.typ", source)`).
    ///
    /// # Errors
    ///
    /// [`RenderError::Fonts`], [`RenderError::Path`].
    pub fn new(
        font_files: Vec<Cow<'static, [u8]>>,
        templates: Vec<(String, String)>,
    ) -> Result<Self, RenderError> {
        let version = version(&font_files, &templates);
        let fonts = fonts::load(font_files).ok_or(RenderError::Fonts)?;
        let layouts = templates
            .into_iter()
            .map(|(path, source)| file_id(&path).map(|id| (id, Source::new(id, source))))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            layouts,
            version,
        })
    }

    /// Prints one document.
    ///
    /// # Errors
    ///
    /// [`RenderError`]; nothing half-made is ever returned.
    pub fn render(&self, inputs: Inputs) -> Result<Vec<u8>, RenderError> {
        let (pdf, warnings) = self.render_with_warnings(inputs)?;
        if let Some(first) = warnings.first() {
            tracing::warn!(
                warnings = warnings.len(),
                first,
                "a document was printed with warnings"
            );
        }
        Ok(pdf)
    }

    fn render_with_warnings(&self, inputs: Inputs) -> Result<(Vec<u8>, Vec<String>), RenderError> {
        let main = file_id(inputs.template)?;
        if !self.layouts.contains_key(&main) {
            return Err(RenderError::Path(inputs.template.to_owned()));
        }
        let recorded = self.recorded(&inputs.characters)?;
        let families: &[&str] = match recorded {
            Some(_) => &[characters::FAMILY],
            None => &[],
        };
        let mut files = HashMap::from([
            (file_id(DATA)?, Bytes::new(canonical(&inputs.data)?)),
            (file_id(FAMILIES)?, Bytes::new(canonical(&families.into())?)),
        ]);
        for (path, bytes) in inputs.files {
            files.insert(file_id(path)?, Bytes::new(bytes));
        }
        let sheet = Sheet {
            engine: self,
            main,
            files,
            recorded,
        };
        let Warned { output, warnings } = typst::compile::<PagedDocument>(&sheet);
        let pdf = output
            .map_err(|errors| RenderError::Layout(first(&errors)))
            .and_then(|document| {
                typst_pdf::pdf(&document, &options(inputs.ident, inputs.at)?).map_err(|_| RenderError::Export)
            });
        // Without this the engine keeps about 2 MB of every document for ever.
        typst::comemo::evict(10);
        Ok((
            pdf?,
            warnings
                .iter()
                .map(|warning| warning.message.to_string())
                .collect(),
        ))
    }

    /// The font of the recorded characters, and the book with it.
    fn recorded(
        &self,
        pictures: &[(char, Vec<u8>)],
    ) -> Result<Option<(LazyHash<FontBook>, Font)>, RenderError> {
        if pictures.is_empty() {
            return Ok(None);
        }
        let font = characters::font(pictures).and_then(|font| Font::new(Bytes::new(font), 0));
        let font = font.ok_or(RenderError::Fonts)?;
        let mut book = FontBook::from_fonts(&self.fonts);
        book.push(font.info().clone());
        Ok(Some((LazyHash::new(book), font)))
    }

    /// Can a document show this text?
    ///
    /// # Errors
    ///
    /// Every character that no font covers or that must not be in a document; see [`fonts`].
    pub fn check(&self, text: &str) -> Result<(), Vec<MissingChar>> {
        fonts::check(&self.fonts, text)
    }

    /// What the bytes of a document depend on beside its inputs: the engine, the layouts, the fonts.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The time as documents print it: to the second, with its zone (CE-132).
pub fn shown_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&east_8())
        .format("%Y-%m-%d %H:%M:%S (UTC+08:00)")
        .to_string()
}

fn east_8() -> FixedOffset {
    FixedOffset::east_opt(EAST_8_MINUTES * 60).expect("eight hours are less than a day")
}

fn options(ident: String, at: DateTime<Utc>) -> Result<PdfOptions, RenderError> {
    Ok(PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some(CREATOR.to_owned())),
        timestamp: timestamp(at),
        // Never without a standard: only then is a missing glyph an error and not a silent box.
        standards: PdfStandards::new(&[PdfStandard::A_3u]).map_err(|_| RenderError::Export)?,
        ..PdfOptions::default()
    })
}

fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    let at = at.with_timezone(&east_8());
    let small = |number: u32| u8::try_from(number).ok();
    let local = Datetime::from_ymd_hms(
        at.year(),
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
    )?;
    Timestamp::new_local(local, EAST_8_MINUTES)
}

fn version(fonts: &[Cow<'static, [u8]>], templates: &[(String, String)]) -> String {
    let mut layouts: Vec<_> = templates.iter().collect();
    layouts.sort();
    let mut of_layouts = Sha256::new();
    for (path, source) in layouts {
        of_layouts.update(Sha256::digest(path));
        of_layouts.update(Sha256::digest(source));
    }
    let mut fonts: Vec<[u8; 32]> = fonts.iter().map(|font| Sha256::digest(font).into()).collect();
    fonts.sort_unstable();
    let of_fonts = Sha256::digest(fonts.concat());
    format!(
        "typst {} layouts sha256:{} fonts sha256:{}",
        typst::utils::version().raw(),
        hex::encode(of_layouts.finalize()),
        hex::encode(of_fonts)
    )
}

fn file_id(path: &str) -> Result<FileId, RenderError> {
    let path = VirtualPath::new(path).map_err(|_| RenderError::Path(path.to_owned()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn first(errors: &[SourceDiagnostic]) -> String {
    errors
        .first()
        .map_or_else(String::new, |error| error.message.to_string())
}

/// The world of one render: the engine's fonts and layouts, this document's files and recorded characters, and nothing
/// else. There is no disk, no network, no package and no clock.
struct Sheet<'a> {
    engine: &'a Engine,
    main: FileId,
    files: HashMap<FileId, Bytes>,
    recorded: Option<(LazyHash<FontBook>, Font)>,
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.engine.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.recorded.as_ref().map_or(&self.engine.book, |(book, _)| book)
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.engine.layouts.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        let recorded = || self.recorded.as_ref().map(|(_, font)| font);
        self.engine
            .fonts
            .get(index)
            .or_else(|| recorded().filter(|_| index == self.engine.fonts.len()))
            .cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_with_slash().into())
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "characters_tests.rs"]
mod recorded;

#[cfg(test)]
#[path = "read_back_tests.rs"]
mod read_back;

#[cfg(test)]
#[path = "wording_tests.rs"]
mod wording;
