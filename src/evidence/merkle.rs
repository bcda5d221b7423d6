//! Roots of RFC 6962 trees: over the evidence sections of one consent, and over the entries of a log.
//!
//! What a leaf means is decided by the caller; here a leaf is a finished digest.

use sha2::{Digest, Sha256};

/// The root over digests in their order.
///
/// A leaf is `SHA-256(0x00 ‖ digest)`, a node `SHA-256(0x01 ‖ left ‖ right)`, split at the largest power of
/// two below the number of leaves; no leaves give the SHA-256 of nothing.
pub fn root(digests: &[[u8; 32]]) -> [u8; 32] {
    match digests {
        [] => Sha256::digest([]).into(),
        [digest] => Sha256::new()
            .chain_update([0])
            .chain_update(digest)
            .finalize()
            .into(),
        _ => {
            let (left, right) = digests.split_at(digests.len().next_power_of_two() / 2);
            Sha256::new()
                .chain_update([1])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(n: u8) -> [u8; 32] {
        Sha256::new()
            .chain_update([0])
            .chain_update([n; 32])
            .finalize()
            .into()
    }

    fn node(left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
        Sha256::new()
            .chain_update([1])
            .chain_update(left)
            .chain_update(right)
            .finalize()
            .into()
    }

    #[test]
    fn the_three_vector_sections_have_their_root() {
        let digests = [
            "868adb4781fb830fca59a3f4894d3683f68b8c9b8a16f8ef6e42377b67b4c7d6",
            "45a5f231cc7a3ebb73f22f0c3d9c06894bacd1572e0baee781a6dcdd27ae3ccd",
            "d9d9e076b28b76d05d35fffdc14a8d2daf744e9b56c53b041eb080b8504e27a5",
        ]
        .map(|text| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap());
        assert_eq!(
            hex::encode(root(&digests)),
            "6cb983be59dd64847ca22cf024e6291bb9d5c1c3acab356a28c8a013c9449616"
        );
    }

    #[test]
    fn an_empty_tree_has_the_digest_of_nothing() {
        assert_eq!(
            hex::encode(root(&[])),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn one_digest_is_hashed_as_a_leaf() {
        assert_eq!(root(&[[7; 32]]), leaf(7));
    }

    #[test]
    fn a_tree_splits_at_the_largest_power_of_two_below_its_size() {
        let digests: Vec<_> = (1..=7).map(|n| [n; 32]).collect();
        let left = node(node(leaf(1), leaf(2)), node(leaf(3), leaf(4)));
        assert_eq!(root(&digests[..2]), node(leaf(1), leaf(2)));
        assert_eq!(root(&digests[..3]), node(node(leaf(1), leaf(2)), leaf(3)));
        assert_eq!(root(&digests[..4]), left);
        assert_eq!(root(&digests[..5]), node(left, leaf(5)));
        assert_eq!(root(&digests), node(left, node(node(leaf(5), leaf(6)), leaf(7))));
    }

    #[test]
    fn order_matters() {
        assert_ne!(root(&[[1; 32], [2; 32]]), root(&[[2; 32], [1; 32]]));
    }
}
