//! Writes the bytes that each kind of revision adds to a document, and nothing else ever writes or describes them.
//!
//! A revision is determined by the document before it, by the length of its gap and by the claimed time. The reader
//! therefore writes each revision again and compares bytes, instead of judging what somebody else may have written.

use super::gap::is_sequence;
use super::object::{Entry, push};

/// How many bytes the numbers of a byte range take: a zero, three numbers of up to ten digits and spaces.
const RANGE: usize = 34;
/// Objects that a document may have, as PDF 1.7 allows.
const OBJECTS: u32 = 8_388_607;

/// What the next revision depends on.
pub(super) struct State<'a> {
    /// The document up to here, in bytes.
    pub length: usize,
    /// Where the newest table of objects begins.
    pub xref: usize,
    /// The number of the next new object.
    pub size: u32,
    /// The trailer without what each revision writes anew.
    pub trailer: Vec<Entry<'a>>,
    pub root: u32,
    pub catalog: Vec<Entry<'a>>,
    /// The first page, which carries the fields.
    pub page: u32,
    pub page_entries: Vec<Entry<'a>>,
    /// The annotations that were printed on it.
    pub annotations: &'a [u8],
    /// The fields of the signature and of each time-stamp.
    pub fields: Fields,
    /// The newest validation data.
    pub validation: Option<Validation>,
}

/// What a checker needs beside the file, each as it was received, in DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidationData {
    /// X.509 certificates.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses.
    pub responses: Vec<Vec<u8>>,
    /// Revocation lists.
    pub lists: Vec<Vec<u8>>,
}

/// The fields so far. They grow with each revision, so they are kept as they are written.
#[derive(Default)]
pub(super) struct Fields {
    count: usize,
    /// References to them, in their order.
    references: String,
    /// The value of the first field: the seal.
    seal: u32,
}

/// The objects of the validation data so far.
#[derive(Clone, Default)]
pub(super) struct Validation {
    pub number: u32,
    pub certificates: Vec<u32>,
    pub responses: Vec<u32>,
    pub lists: Vec<u32>,
}

/// What is added to a document; between the halves stands the gap, when there is one.
pub(super) struct Update {
    pub before: Vec<u8>,
    /// Bytes between the brackets, which are in neither half.
    pub reserve: Option<usize>,
    pub after: Vec<u8>,
}

impl Update {
    /// The byte range of a revision with a gap that is added at `start`.
    pub fn range(&self, start: usize) -> Option<[u64; 4]> {
        let gap = start.checked_add(self.before.len())?;
        let after = self.reserve?.checked_mul(2)?.checked_add(2)?.checked_add(gap)?;
        let number = |n: usize| u64::try_from(n).ok();
        Some([0, number(gap)?, number(after)?, number(self.after.len())?])
    }
}

impl State<'_> {
    /// The institution's seal: a certification that allows nothing but validation data and time-stamps.
    /// `claimed` is the text of the claimed time.
    pub fn seal(&mut self, reserve: usize, claimed: &str) -> Option<Update> {
        let mut update = self.signature(
            reserve,
            &format!("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M({claimed})"),
            "/Reference[<</Type/SigRef/TransformMethod/DocMDP\
             /TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]>>",
            "Muan seal",
        )?;
        self.finish(&mut update)?;
        update.close()
    }

    /// A time-stamp over the whole document so far.
    pub fn time_stamp(&mut self, reserve: usize) -> Option<Update> {
        let name = format!("Muan time-stamp {}", self.fields.count);
        let mut update = self.signature(
            reserve,
            "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161",
            ">>",
            &name,
        )?;
        self.finish(&mut update)?;
        update.close()
    }

    /// Certificates and revocation data, beside those that are already there. Each must be one DER sequence, and
    /// there must be one.
    pub fn validation_data(&mut self, added: &ValidationData) -> Option<Update> {
        let added = [&added.certificates, &added.responses, &added.lists];
        let mut all = added.iter().flat_map(|blobs| blobs.iter()).peekable();
        if all.peek().is_none() || !all.all(|blob| is_sequence(blob)) {
            return None;
        }
        let mut update = Writer::new(self.length);
        let number = self.take_number()?;
        let mut known = self.validation.take().unwrap_or_default();
        known.number = number;
        let mut streams = Vec::new();
        let lists = [&mut known.certificates, &mut known.responses, &mut known.lists];
        for (numbers, blobs) in lists.into_iter().zip(added) {
            for blob in blobs {
                let number = self.take_number()?;
                numbers.push(number);
                streams.push((number, blob));
            }
        }
        let mut dictionary = "<</Type/DSS".to_owned();
        for (key, numbers) in [
            ("Certs", &known.certificates),
            ("OCSPs", &known.responses),
            ("CRLs", &known.lists),
        ] {
            if !numbers.is_empty() {
                dictionary.push_str(&format!("/{key}[{}]", references(numbers)));
            }
        }
        dictionary.push_str(">>");
        update.object(number, dictionary.as_bytes());
        for (number, blob) in streams {
            let head = format!("<</Length {}>>\nstream\n", blob.len());
            update.object(number, &[head.as_bytes(), blob, b"\nendstream"].concat());
        }
        self.validation = Some(known);
        self.finish(&mut update)?;
        update.close()
    }

    /// The value, its field and the page that carries it.
    fn signature(&mut self, reserve: usize, head: &str, tail: &str, name: &str) -> Option<Writer> {
        let mut update = Writer::new(self.length);
        let value = self.take_number()?;
        let field = self.take_number()?;
        update.value(value, head, reserve, tail);
        let page = self.page;
        update.object(
            field,
            format!(
                "<</Type/Annot/Subtype/Widget/FT/Sig/T({name})/V {value} 0 R/F 132/Rect[0 0 0 0]/P {page} 0 R>>"
            )
            .as_bytes(),
        );
        if self.fields.count == 0 {
            self.fields.seal = value;
        } else {
            self.fields.references.push(' ');
        }
        self.fields.references.push_str(&format!("{field} 0 R"));
        self.fields.count = self.fields.count.checked_add(1)?;
        let mut annotations = self.annotations.to_vec();
        if !annotations.is_empty() {
            annotations.push(b' ');
        }
        annotations.extend_from_slice(self.fields.references.as_bytes());
        let mut dictionary = open(&self.page_entries);
        push(
            &mut dictionary,
            (b"Annots", &[b"[", &annotations[..], b"]"].concat()),
        );
        dictionary.extend_from_slice(b">>");
        update.object(page, &dictionary);
        Some(update)
    }

    /// The catalog, the table and the trailer; from here on the state is that after the revision.
    fn finish(&mut self, update: &mut Writer) -> Option<()> {
        let mut catalog = open(&self.catalog);
        let form = format!("<</Fields[{}]/SigFlags 3>>", self.fields.references);
        push(&mut catalog, (b"AcroForm", form.as_bytes()));
        let permissions = format!("<</DocMDP {} 0 R>>", self.fields.seal);
        push(&mut catalog, (b"Perms", permissions.as_bytes()));
        if let Some(validation) = &self.validation {
            push(
                &mut catalog,
                (b"DSS", format!("{} 0 R", validation.number).as_bytes()),
            );
        }
        catalog.extend_from_slice(b">>");
        update.object(self.root, &catalog);
        let xref = update.at();
        update.table();
        let mut trailer = b"trailer\n<<".to_vec();
        push(&mut trailer, (b"Size", self.size.to_string().as_bytes()));
        for entry in &self.trailer {
            push(&mut trailer, *entry);
        }
        push(&mut trailer, (b"Prev", self.xref.to_string().as_bytes()));
        trailer.extend_from_slice(format!(">>\nstartxref\n{xref}\n%%EOF").as_bytes());
        update.bytes.extend_from_slice(&trailer);
        self.xref = xref;
        self.length = update.at();
        Some(())
    }

    fn take_number(&mut self) -> Option<u32> {
        let number = self.size;
        self.size = number.checked_add(1).filter(|size| *size <= OBJECTS)?;
        Some(number)
    }
}

fn open(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = b"<<".to_vec();
    for entry in entries {
        push(&mut bytes, *entry);
    }
    bytes
}

fn references(numbers: &[u32]) -> String {
    let references: Vec<_> = numbers.iter().map(|number| format!("{number} 0 R")).collect();
    references.join(" ")
}

/// The bytes of one revision while they are written. The hex digits of the gap are counted, not held.
struct Writer {
    start: usize,
    bytes: Vec<u8>,
    objects: Vec<(u32, usize)>,
    gap: Option<Gap>,
}

struct Gap {
    /// Where in the bytes the numbers of the range stand.
    range: usize,
    /// Where in the bytes the opening bracket would stand.
    at: usize,
    reserve: usize,
}

impl Writer {
    fn new(start: usize) -> Writer {
        Writer {
            start,
            bytes: b"\n".to_vec(),
            objects: Vec::new(),
            gap: None,
        }
    }

    /// Where in the file the next byte goes.
    fn at(&self) -> usize {
        let gap = self
            .gap
            .as_ref()
            .map_or(0, |gap| gap.reserve.saturating_mul(2).saturating_add(2));
        self.start.saturating_add(self.bytes.len()).saturating_add(gap)
    }

    fn begin(&mut self, number: u32) {
        self.objects.push((number, self.at()));
        self.bytes
            .extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    }

    fn object(&mut self, number: u32, body: &[u8]) {
        self.begin(number);
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    fn value(&mut self, number: u32, head: &str, reserve: usize, tail: &str) {
        self.begin(number);
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(b"/ByteRange[");
        let range = self.bytes.len();
        self.bytes.extend_from_slice(&[b' '; RANGE]);
        self.bytes.extend_from_slice(b"]/Contents");
        self.gap = Some(Gap {
            range,
            at: self.bytes.len(),
            reserve,
        });
        self.bytes.extend_from_slice(tail.as_bytes());
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// The lines of the objects of this revision, neighbors under one heading.
    fn table(&mut self) {
        self.objects.sort_unstable();
        let mut text = "xref\n".to_owned();
        for run in self
            .objects
            .chunk_by(|(one, _), (other, _)| one.checked_add(1) == Some(*other))
        {
            let first = run.first().map_or(0, |(number, _)| *number);
            text.push_str(&format!("{first} {}\n", run.len()));
            for (_, at) in run {
                text.push_str(&format!("{at:010} 00000 n\r\n"));
            }
        }
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn close(mut self) -> Option<Update> {
        let Some(gap) = self.gap else {
            return Some(Update {
                before: self.bytes,
                reserve: None,
                after: Vec::new(),
            });
        };
        let after = self.bytes.split_off(gap.at);
        let mut update = Update {
            before: self.bytes,
            reserve: Some(gap.reserve),
            after,
        };
        let [_, first, second, rest] = update.range(self.start)?;
        // Spaces inside the brackets keep the length whatever the numbers are.
        let range = format!("{:<RANGE$}", format!("0 {first} {second} {rest}"));
        update
            .before
            .get_mut(gap.range..gap.range.checked_add(RANGE)?)
            .filter(|place| place.len() == range.len())?
            .copy_from_slice(range.as_bytes());
        Some(update)
    }
}
