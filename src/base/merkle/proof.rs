//! Proofs that a leaf is in a tree, and that a tree continues an earlier one (RFC 6962 §2.1, RFC 9162 §2.1).
//!
//! A proof is a list of hashes, the lowest first. Making one: a [`Recipe`] names the stored perfect subtrees of
//! which each hash is the root, [`Recipe::path`] puts them together. Checking one needs no store.

use super::range::{Address, covering};
use super::{Hash, empty, fold, node};

/// The hashes of a proof, each as the perfect subtrees whose root it is, left to right: O(log n) of them in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe(Vec<Vec<Address>>);

impl Recipe {
    /// Of a proof that the leaf at `index`, from 0, is in the tree of `size` leaves; none when it isn't.
    pub fn inclusion(index: u64, size: u64) -> Option<Recipe> {
        if index >= size {
            return None;
        }
        let (mut begin, mut end) = (0, size);
        let mut path = Vec::new();
        while end - begin > 1 {
            let middle = begin + half(end - begin);
            if index < middle {
                path.push(covering(middle, end));
                end = middle;
            } else {
                path.push(covering(begin, middle));
                begin = middle;
            }
        }
        path.reverse();
        Some(Recipe(path))
    }

    /// Of a proof that the tree of `to` leaves begins with the tree of `from`; none when it is smaller. Empty when
    /// nothing needs to be proved: for two equal sizes, and for a tree that began empty.
    pub fn consistency(from: u64, to: u64) -> Option<Recipe> {
        if from > to {
            return None;
        }
        let mut path = Vec::new();
        if from == 0 || from == to {
            return Some(Recipe(path));
        }
        let (mut begin, mut end) = (0, to);
        while end > from {
            let middle = begin + half(end - begin);
            if from <= middle {
                path.push(covering(middle, end));
                end = middle;
            } else {
                path.push(covering(begin, middle));
                begin = middle;
            }
        }
        // Without a step to the right the last part is the earlier tree itself, whose root the checker has.
        if begin > 0 {
            path.push(covering(begin, end));
        }
        path.reverse();
        Some(Recipe(path))
    }

    /// Every subtree that is needed.
    pub fn addresses(&self) -> impl Iterator<Item = Address> + '_ {
        self.0.iter().flatten().copied()
    }

    /// The proof, from the subtrees as they are stored; none when one isn't there.
    pub fn path(&self, stored: impl Fn(Address) -> Option<Hash>) -> Option<Vec<Hash>> {
        self.0
            .iter()
            .map(|part| {
                let subtrees: Option<Vec<Hash>> = part.iter().map(|at| stored(*at)).collect();
                Some(fold(&subtrees?))
            })
            .collect()
    }
}

/// Where a tree of more than one leaf splits: the largest power of two below its size.
fn half(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Whether `leaf` is the one at `index`, from 0, of the tree with this size and root.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for beside in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node(beside, &hash);
            while at % 2 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the tree of `to` leaves with `new_root` begins with the tree of `from` leaves with `old_root`.
#[must_use]
pub fn verify_consistency(from: u64, to: u64, path: &[Hash], old_root: &Hash, new_root: &Hash) -> bool {
    if from > to {
        return false;
    }
    if from == to {
        return path.is_empty() && old_root == new_root;
    }
    if from == 0 {
        return path.is_empty() && *old_root == empty();
    }
    // A perfect earlier tree is a subtree of the later one; its root begins the path unsaid.
    let (first, rest) = if from.is_power_of_two() {
        (old_root, path)
    } else {
        let Some((first, rest)) = path.split_first() else {
            return false;
        };
        (first, rest)
    };
    let shared = (from - 1).trailing_ones();
    let (mut at, mut last) = ((from - 1) >> shared, (to - 1) >> shared);
    let (mut old, mut new) = (*first, *first);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            old = node(beside, &old);
            new = node(beside, &new);
            while at % 2 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node(&new, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *old_root && new == *new_root
}
