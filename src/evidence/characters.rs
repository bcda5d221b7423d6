//! A font of pictures: characters that no font has, each drawn by a recorded picture (CE-152).
//!
//! A picture that stands in the line as a glyph, and not beside the text as a figure, keeps the character: whoever
//! searches, copies or reads the document aloud gets it. The document holds it as a Type 3 font with the picture inside.
//! The font is TrueType without outlines: a table of characters, widths, and the pictures in `sbix`.
//! Not here: which picture stands for which character; whoever prints says that.

/// The family that layouts name after their own.
pub const FAMILY: &str = "Muan Recorded Characters";

/// Font units of an em.
const EM: u16 = 1000;
/// As in the font of ordinary text: over and under the baseline.
const ASCENT: i16 = 880;
const DESCENT: i16 = -120;
const CAPITALS: i16 = 733;
/// Where the sides of a PNG are stated.
const WIDTH_AT: usize = 16;
const HEIGHT_AT: usize = 20;

/// A font of these pictures, PNG of one height; `None` when one of them is not a PNG or there are too many.
pub fn font(pictures: &[(char, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut pictures: Vec<&(char, Vec<u8>)> = pictures.iter().collect();
    pictures.sort_by_key(|(character, _)| *character);
    pictures.dedup_by_key(|(character, _)| *character);
    let mut widths = vec![EM];
    let mut height = None;
    for (_, png) in &pictures {
        let (wide, high) = (side(png, WIDTH_AT)?, side(png, HEIGHT_AT)?);
        if high == 0 || *height.get_or_insert(high) != high {
            return None;
        }
        widths.push(u16::try_from(u32::from(EM) * wide / high).ok()?);
    }
    let glyphs = u16::try_from(widths.len()).ok()?;
    let widest = widths.iter().copied().max().unwrap_or(EM);
    let tables = [
        (*b"OS/2", os2()),
        (*b"cmap", cmap(&pictures)?),
        (*b"head", head(widest)),
        (*b"hhea", hhea(glyphs, widest)),
        (
            *b"hmtx",
            widths.iter().flat_map(|width| join(&[*width, 0])).collect(),
        ),
        (
            *b"maxp",
            [0x0000_5000_u32.to_be_bytes().as_slice(), &glyphs.to_be_bytes()].concat(),
        ),
        (*b"name", name()?),
        (*b"post", post()),
        (*b"sbix", sbix(&pictures, u16::try_from(height?).ok()?)?),
    ];
    file(tables)
}

fn side(png: &[u8], at: usize) -> Option<u32> {
    let signature = png.starts_with(&[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a]);
    let four: [u8; 4] = png.get(at..at + 4)?.try_into().ok()?;
    signature.then(|| u32::from_be_bytes(four))
}

fn join(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn signed(number: i16) -> u16 {
    u16::from_be_bytes(number.to_be_bytes())
}

fn head(widest: u16) -> Vec<u8> {
    let mut table = join(&[1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 3, EM]);
    // Made at no time: the same pictures give the same bytes.
    table.extend([0; 16]);
    table.extend(join(&[0, signed(DESCENT), widest, signed(ASCENT), 0, 8, 2, 0, 0]));
    table
}

fn hhea(glyphs: u16, widest: u16) -> Vec<u8> {
    let mut table = join(&[
        1,
        0,
        signed(ASCENT),
        signed(DESCENT),
        0,
        widest,
        0,
        0,
        widest,
        1,
        0,
        0,
    ]);
    table.extend([0; 10]);
    table.extend(join(&[glyphs]));
    table
}

fn os2() -> Vec<u8> {
    let mut table = join(&[4, EM, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0]);
    // Neither shape nor ranges are told.
    table.extend([0; 26]);
    table.extend(b"MUAN");
    let (ascent, descent) = (signed(ASCENT), signed(DESCENT));
    table.extend(join(&[
        0x40,
        0xffff,
        0xffff,
        ascent,
        descent,
        0,
        ascent,
        descent.wrapping_neg(),
    ]));
    table.extend([0; 8]);
    table.extend(join(&[543, signed(CAPITALS), 0, 0x20, 0]));
    table
}

fn post() -> Vec<u8> {
    let mut table = join(&[3, 0, 0, 0, signed(-100), 50]);
    table.extend([0; 20]);
    table
}

/// From characters to glyphs, format 12.
fn cmap(pictures: &[&(char, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut table = join(&[0, 1, 3, 10, 0, 12, 12, 0]);
    let count = u32::try_from(pictures.len()).ok()?;
    for number in [16 + 12 * count, 0, count] {
        table.extend(number.to_be_bytes());
    }
    for (glyph, (character, _)) in (1_u32..).zip(pictures) {
        for number in [u32::from(*character), u32::from(*character), glyph] {
            table.extend(number.to_be_bytes());
        }
    }
    Some(table)
}

fn name() -> Option<Vec<u8>> {
    let texts = [
        (1, FAMILY),
        (2, "Regular"),
        (4, FAMILY),
        (6, "MuanRecordedCharacters"),
    ];
    let mut table = join(&[0, 4, 6 + 12 * 4]);
    let mut letters = Vec::new();
    for (id, text) in texts {
        let encoded: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let (length, at) = (
            u16::try_from(encoded.len()).ok()?,
            u16::try_from(letters.len()).ok()?,
        );
        table.extend(join(&[3, 1, 0x409, id, length, at]));
        letters.extend(encoded);
    }
    table.extend(letters);
    Some(table)
}

/// The pictures; each fills the em.
fn sbix(pictures: &[&(char, Vec<u8>)], height: u16) -> Option<Vec<u8>> {
    let mut table = join(&[1, 1, 0, 1, 0, 12, height, 72]);
    let mut at = u32::try_from(4 + 4 * (pictures.len() + 2)).ok()?;
    // The first glyph is the one for what is missing and has no picture.
    table.extend(at.to_be_bytes());
    table.extend(at.to_be_bytes());
    for (_, png) in pictures {
        at = at.checked_add(u32::try_from(8 + png.len()).ok()?)?;
        table.extend(at.to_be_bytes());
    }
    for (_, png) in pictures {
        table.extend([0; 4]);
        table.extend(b"png ");
        table.extend(png);
    }
    Some(table)
}

/// The file of these tables, which are in the order of their names.
fn file<const N: usize>(tables: [([u8; 4], Vec<u8>); N]) -> Option<Vec<u8>> {
    const HEAD: [u8; 4] = *b"head";
    const ADJUSTMENT_AT: usize = 8;
    let count = u16::try_from(N).ok()?;
    let power = count.checked_ilog2()?;
    let range = 16_u16.checked_shl(power)?;
    let mut bytes = join(&[1, 0, count, range, u16::try_from(power).ok()?, 16 * count - range]);
    let mut at = 12 + 16 * N;
    let mut adjustment = 0;
    for (tag, table) in &tables {
        if *tag == HEAD {
            adjustment = at + ADJUSTMENT_AT;
        }
        bytes.extend(tag);
        bytes.extend(sum(table).to_be_bytes());
        bytes.extend(u32::try_from(at).ok()?.to_be_bytes());
        bytes.extend(u32::try_from(table.len()).ok()?.to_be_bytes());
        at += table.len().next_multiple_of(4);
    }
    for (_, table) in &tables {
        bytes.extend(table);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    let whole = 0xb1b0_afba_u32.wrapping_sub(sum(&bytes));
    bytes
        .get_mut(adjustment..adjustment + 4)?
        .copy_from_slice(&whole.to_be_bytes());
    Some(bytes)
}

/// The sum of a table in words of four bytes.
fn sum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0, |sum, four| {
        let mut word = [0; 4];
        for (to, from) in word.iter_mut().zip(four) {
            *to = *from;
        }
        u32::wrapping_add(sum, u32::from_be_bytes(word))
    })
}
