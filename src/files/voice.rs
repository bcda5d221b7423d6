//! What a voice note is, by its content, and how long it is. Pure.
//!
//! It stays as it was recorded: its digest stands in the evidence, and what is said in it is nothing to be written anew.

use std::io::Cursor;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile, FileType};
use lofty::probe::Probe;

use super::clean::Unfit;

/// What may stand before the first frame, beside tags: in any file something looks like a frame after a while.
const BEFORE: usize = 16;

/// What the recorder of a mini-program makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// MPEG audio.
    Mp3,
    /// AAC by itself.
    Aac,
    /// AAC in a container.
    M4a,
}

impl Sound {
    /// All of them.
    pub const ALL: [Sound; 3] = [Sound::Mp3, Sound::Aac, Sound::M4a];

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Sound::Mp3 => "audio/mpeg",
            Sound::Aac => "audio/aac",
            Sound::M4a => "audio/mp4",
        }
    }

    /// The end of a file's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Sound::Mp3 => "mp3",
            Sound::Aac => "aac",
            Sound::M4a => "m4a",
        }
    }

    /// Reads the media type.
    pub fn parse(media_type: &str) -> Option<Sound> {
        Sound::ALL.into_iter().find(|one| one.media_type() == media_type)
    }
}

/// A voice note as it is kept.
#[derive(Debug)]
pub struct Voice {
    /// What it is.
    pub sound: Sound,
    /// How long it is.
    pub duration_ms: i64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Tells what a recording is, never by a name or a header, and how long.
pub fn voice(bytes: Vec<u8>) -> Result<Voice, Unfit> {
    let options = ParseOptions::new()
        .read_tags(false)
        .read_cover_art(false)
        .max_junk_bytes(BEFORE);
    let probe = Probe::new(Cursor::new(&bytes))
        .options(options)
        .guess_file_type()
        .map_err(|_| Unfit::Unreadable)?;
    let sound = match probe.file_type() {
        Some(FileType::Mpeg) => Sound::Mp3,
        Some(FileType::Aac) => Sound::Aac,
        Some(FileType::Mp4) => Sound::M4a,
        _ => return Err(Unfit::Unknown),
    };
    let duration_ms = if sound == Sound::Aac {
        adts_ms(&bytes).ok_or(Unfit::Unreadable)?
    } else {
        let read = probe.read().map_err(|_| Unfit::Unreadable)?;
        i64::try_from(read.properties().duration().as_millis()).unwrap_or(i64::MAX)
    };
    if duration_ms == 0 {
        return Err(Unfit::Unreadable);
    }
    Ok(Voice {
        sound,
        duration_ms,
        bytes,
    })
}

/// Samples per second by their index in a frame (ISO/IEC 13818-7).
const RATES: [i64; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/// What stands between the tags that an app may have put before and after the sound (ID3v2, ID3v1).
fn untagged(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] = *rest {
        // Seven bits of each byte; a footer repeats the ten of the head.
        let size = [a, b, c, d]
            .iter()
            .fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        rest = rest.get(10 + size + footer..).unwrap_or_default();
    }
    match rest.split_last_chunk::<128>() {
        Some((sound, [b'T', b'A', b'G', ..])) => sound,
        _ => rest,
    }
}

/// How long AAC by itself is: frame after frame to the end, all of one rate, the last perhaps cut off. The library never
/// ends on a frame that says it has no length, and knows the rate of bits only.
fn adts_ms(bytes: &[u8]) -> Option<i64> {
    let bytes = untagged(bytes);
    let first = (0..=BEFORE).find(|&at| bytes.get(at..).is_some_and(|rest| frame(rest).is_some()))?;
    let mut rest = bytes.get(first..)?;
    let (rate, ..) = frame(rest)?;
    let mut samples = 0;
    while let Some((_, length, blocks)) = frame(rest).filter(|(one, ..)| *one == rate) {
        samples += 1024 * blocks;
        rest = rest.get(length..).unwrap_or_default();
    }
    // What is left is less than a frame's head.
    (rest.len() < 7).then(|| samples * 1000 / rate)
}

/// Samples per second, length in bytes and number of blocks of the frame that begins here.
fn frame(rest: &[u8]) -> Option<(i64, usize, i64)> {
    let [0xff, second, third, fourth, fifth, sixth, seventh, ..] = *rest else {
        return None;
    };
    let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
    if second & 0xf6 != 0xf0 || length < 7 {
        return None;
    }
    let rate = RATES.get(usize::from(third >> 2 & 0x0f))?;
    Some((*rate, length, i64::from(seventh & 3) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MPEG-1 layer III, 64 kbit/s, 48 kHz, mono: 24 ms in 192 bytes, silent.
    fn frames(count: usize) -> Vec<u8> {
        let mut frame = [0; 192];
        frame[..4].copy_from_slice(&[0xff, 0xfb, 0x54, 0xc4]);
        frame.repeat(count)
    }

    /// AAC in ADTS, LC, 44.1 kHz, mono: 1024 samples in 100 bytes.
    fn packets(count: usize) -> Vec<u8> {
        let mut packet = [0; 100];
        packet[..7].copy_from_slice(&[0xff, 0xf1, 0x50, 0x40, 12, 0x9f, 0xfc]);
        packet.repeat(count)
    }

    fn atom(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes(), name.as_slice(), content].concat()
    }

    /// A container that names one track of sound.
    fn container(duration_ms: u32) -> Vec<u8> {
        let mdhd = [
            &[0; 12],
            1000_u32.to_be_bytes().as_slice(),
            &duration_ms.to_be_bytes(),
            &[0; 4],
        ]
        .concat();
        let hdlr = [[0; 8].as_slice(), b"soun", &[0; 13]].concat();
        let mdia = atom(b"mdia", &[atom(b"mdhd", &mdhd), atom(b"hdlr", &hdlr)].concat());
        let moov = atom(b"moov", &atom(b"trak", &mdia));
        [atom(b"ftyp", b"M4A \0\0\0\0isom"), moov, atom(b"mdat", &[0; 64])].concat()
    }

    #[test]
    fn a_recording_is_told_by_its_content_with_its_length() {
        for (bytes, sound, around) in [
            (frames(125), Sound::Mp3, 3000),
            (packets(130), Sound::Aac, 3019),
            (container(2500), Sound::M4a, 2500),
        ] {
            let told = voice(bytes).unwrap();
            assert_eq!(told.sound, sound);
            let told = told.duration_ms;
            assert!((told - around).abs() <= 60, "{told} for {around}");
        }
    }

    #[test]
    fn a_frame_without_a_length_ends_the_reading() {
        let mut hostile = packets(1);
        let none = [0xff, 0xf1, 0x50, 0x40, 0, 0x1f, 0xfc, 0xff, 0xf1, 0x50, 0x40];
        hostile.extend(none);
        hostile.extend([0; 400]);
        assert_eq!(voice(hostile).unwrap_err(), Unfit::Unreadable);
        let mut other = packets(3);
        other.extend([7; 100]);
        assert_eq!(voice(other).unwrap_err(), Unfit::Unreadable);
    }

    #[test]
    fn tags_around_the_sound_are_no_part_of_its_length() {
        let mut before = b"ID3\x04\0\0\0\0\x02\x01".to_vec();
        before.extend([0; 257]);
        let mut after = b"TAG".to_vec();
        after.resize(128, 0);
        for (before, after) in [
            (before.clone(), Vec::new()),
            (Vec::new(), after.clone()),
            (before, after),
        ] {
            let told = voice([before, packets(130), after].concat()).unwrap();
            assert_eq!((told.sound, told.duration_ms), (Sound::Aac, 3018));
        }
        let endless = [b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec(), packets(3)].concat();
        assert!(voice(endless).is_err());
    }

    #[test]
    fn what_is_no_recording_is_none_whatever_it_begins_with() {
        assert_eq!(voice(b"%PDF-1.4 and more".to_vec()).unwrap_err(), Unfit::Unknown);
        assert_eq!(voice(Vec::new()).unwrap_err(), Unfit::Unknown);
        assert_eq!(
            voice(b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0".to_vec()).unwrap_err(),
            Unfit::Unreadable
        );
    }
}
