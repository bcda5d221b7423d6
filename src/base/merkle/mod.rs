//! RFC 6962 trees: over the evidence sections of one consent, and over the entries of a log.
//!
//! [`root`] takes all digests at once. A log grows: [`Range`] appends to it in O(log n) and yields the perfect
//! subtrees that the new leaf completes; whoever stores them under their [`Address`] can later make any proof from
//! O(log n) of them ([`proof`]). A leaf is `SHA-256(0x00 ‖ digest)` ([`leaf`]), a node `SHA-256(0x01 ‖ left ‖ right)`
//! ([`node`]), the root of nothing the SHA-256 of nothing.
//! What a digest means is decided by the caller; nothing here stores anything.

pub mod proof;
mod range;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

pub use range::{Address, Range};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The root over digests in their order.
pub fn root(digests: &[Hash]) -> Hash {
    let mut range = Range::default();
    for digest in digests {
        range.append(leaf(digest));
    }
    range.root()
}

/// The leaf of a finished digest.
pub fn leaf(digest: &Hash) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(digest)
        .finalize()
        .into()
}

/// The node over two others.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The root of a tree without leaves.
pub fn empty() -> Hash {
    Sha256::digest([]).into()
}

/// The root over the perfect subtrees that cover a tree, left to right, the largest first.
pub fn fold(subtrees: &[Hash]) -> Hash {
    match subtrees.split_last() {
        None => empty(),
        Some((last, before)) => before.iter().rev().fold(*last, |right, left| node(left, &right)),
    }
}
