//! The right edge of a growing tree: all that appending needs to remember of it.

use super::{Hash, fold, node};

/// Where a perfect subtree stands: over the leaves `index · 2^level` up to `(index + 1) · 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Its height; a leaf has 0.
    pub level: u32,
    /// Its place among those of the same height, from 0.
    pub index: u64,
}

/// The perfect subtrees that cover a tree, the largest first: one for each bit of its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Range {
    /// The edge of a tree whose covering subtrees were stored, in the order of [`Range::covering`]; none when their
    /// number is not the size's.
    pub fn of(size: u64, subtrees: Vec<Hash>) -> Option<Range> {
        (subtrees.len() == size.count_ones() as usize).then_some(Range { size, subtrees })
    }

    /// Where the subtrees stand that cover a tree of this size, left to right.
    pub fn covering(size: u64) -> Vec<Address> {
        covering(0, size)
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        fold(&self.subtrees)
    }

    /// Appends a leaf. Yields the perfect subtrees that it completes, the leaf itself first: at most one for each
    /// level, two for each leaf in the mean.
    pub fn append(&mut self, leaf: Hash) -> Vec<(Address, Hash)> {
        let mut at = Address {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        let mut completed = vec![(at, hash)];
        // A right child closes its parent, whose left child is the smallest subtree so far.
        while at.index % 2 == 1 {
            let Some(left) = self.subtrees.pop() else { break };
            hash = node(&left, &hash);
            at = Address {
                level: at.level + 1,
                index: at.index / 2,
            };
            completed.push((at, hash));
        }
        self.subtrees.push(hash);
        self.size += 1;
        completed
    }
}

/// The perfect subtrees over the leaves `begin..end`, left to right, the largest first. Of use only where `begin` is
/// a multiple of the largest: so are all ranges into which a tree splits.
pub(super) fn covering(begin: u64, end: u64) -> Vec<Address> {
    let mut at = begin;
    let mut addresses = Vec::new();
    while at < end {
        let level = (end - at).ilog2();
        addresses.push(Address {
            level,
            index: at >> level,
        });
        at += 1 << level;
    }
    addresses
}
