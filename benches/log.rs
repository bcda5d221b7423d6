//! How the log's tree grows with its size: the time to append an entry, to make an inclusion and a consistency proof
//! and to check them, at 1 and at 10 million entries. In memory: what a database adds is its own. An append is the leaf's
//! hash and one more in the mean; a proof takes twice the logarithm of the size in hashes at most.
//!
//! `cargo bench --bench log -- 100000` takes another number of entries.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use muan::base::merkle::proof::{Recipe, verify_consistency, verify_inclusion};
use muan::base::merkle::{Address, Hash, Range, leaf};

const SIZES: [u64; 2] = [1_000_000, 10_000_000];
const PROOFS: u64 = 10_000;

/// Every perfect subtree, by height and place, as the database keeps them.
#[derive(Default)]
struct Stored(Vec<Vec<Hash>>);

impl Stored {
    fn keep(&mut self, completed: Vec<(Address, Hash)>) {
        for (at, hash) in completed {
            let level = at.level as usize;
            if self.0.len() <= level {
                self.0.push(Vec::new());
            }
            if let Some(level) = self.0.get_mut(level) {
                level.push(hash);
            }
        }
    }

    fn at(&self, at: Address) -> Option<Hash> {
        self.0.get(at.level as usize)?.get(at.index as usize).copied()
    }
}

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    let asked = std::env::args().find_map(|argument| argument.parse().ok());
    let held = match asked {
        Some(size) => measured(size),
        None => SIZES.into_iter().all(measured),
    };
    if held {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints the figures of one size; false when a proof does not hold.
fn measured(size: u64) -> bool {
    let digest = |n: u64| {
        let mut digest = [0; 32];
        for (to, from) in digest.iter_mut().zip(n.to_be_bytes()) {
            *to = from;
        }
        digest
    };
    let (mut range, mut stored) = (Range::default(), Stored::default());
    let begun = Instant::now();
    for n in 0..size {
        stored.keep(range.append(leaf(&digest(n))));
    }
    let append = begun.elapsed();
    let root = range.root();
    println!(
        "{size} entries: append {:.0} ns each, {:.1} s in all",
        append.as_nanos() as f64 / size as f64,
        append.as_secs_f64()
    );
    // Spread over the whole log, by a step that shares no factor with its size.
    let places: Vec<u64> = (0..PROOFS).map(|n| n.wrapping_mul(7_919_777) % size).collect();
    let begun = Instant::now();
    let mut longest = 0;
    for place in &places {
        let path = Recipe::inclusion(*place, size).and_then(|recipe| recipe.path(|at| stored.at(at)));
        longest = longest.max(black_box(path).map_or(0, |path| path.len()));
    }
    let proved = begun.elapsed();
    let path = Recipe::inclusion(size / 3, size).and_then(|recipe| recipe.path(|at| stored.at(at)));
    let path = path.unwrap_or_default();
    let begun = Instant::now();
    let mut holds = true;
    for _ in 0..PROOFS {
        holds &= verify_inclusion(black_box(&leaf(&digest(size / 3))), size / 3, size, &path, &root);
    }
    let checked = begun.elapsed();
    let each = |time: std::time::Duration| time.as_nanos() as f64 / 1000.0 / PROOFS as f64;
    println!(
        "  inclusion: made in {:.1} µs, checked in {:.1} µs, {longest} hashes at most",
        each(proved),
        each(checked)
    );
    let from = size / 2 + 1;
    let old = Range::covering(from)
        .into_iter()
        .filter_map(|at| stored.at(at))
        .collect();
    let old = Range::of(from, old).map(|range| range.root()).unwrap_or_default();
    let begun = Instant::now();
    let mut path = Vec::new();
    for _ in 0..PROOFS {
        let made =
            Recipe::consistency(black_box(from), size).and_then(|recipe| recipe.path(|at| stored.at(at)));
        path = made.unwrap_or_default();
    }
    println!(
        "  consistency: made in {:.1} µs, {} hashes",
        each(begun.elapsed()),
        path.len()
    );
    holds && verify_consistency(from, size, &path, &old, &root)
}
