//! Against a naive tree that follows the RFC's recursion word by word, and against the reference tree of Certificate
//! Transparency.

use std::collections::HashMap;

use proptest::prelude::*;

use super::proof::{Recipe, verify_consistency, verify_inclusion};
use super::*;

fn hash(text: &str) -> Hash {
    hex::decode(text).unwrap().try_into().unwrap()
}

/// A leaf of any bytes, as in the RFC; ours are always digests.
fn leaf_of(data: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(data)
        .finalize()
        .into()
}

fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node(&naive_root(left), &naive_root(right))
        }
    }
}

fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    if index < left.len() {
        let mut path = naive_inclusion(index, left);
        path.push(naive_root(right));
        path
    } else {
        let mut path = naive_inclusion(index - left.len(), right);
        path.push(naive_root(left));
        path
    }
}

fn naive_consistency(from: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if from == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![naive_root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    if from <= left.len() {
        let mut path = naive_consistency(from, left, whole);
        path.push(naive_root(right));
        path
    } else {
        let mut path = naive_consistency(from - left.len(), right, false);
        path.push(naive_root(left));
        path
    }
}

/// A tree with every perfect subtree that it ever completed.
struct Grown {
    leaves: Vec<Hash>,
    nodes: HashMap<Address, Hash>,
    range: Range,
}

fn grown(leaves: Vec<Hash>) -> Grown {
    let mut range = Range::default();
    let nodes = leaves.iter().flat_map(|leaf| range.append(*leaf)).collect();
    Grown { leaves, nodes, range }
}

impl Grown {
    fn path(&self, recipe: &Recipe) -> Vec<Hash> {
        recipe.path(|at| self.nodes.get(&at).copied()).unwrap()
    }
}

fn numbered(count: usize) -> Grown {
    grown((0..count).map(|n| leaf_of(&n.to_be_bytes())).collect())
}

/// The eight leaves of Certificate Transparency's own tests.
fn reference() -> Grown {
    let data = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    grown(
        data.iter()
            .map(|text| leaf_of(&hex::decode(text).unwrap()))
            .collect(),
    )
}

const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const N01: &str = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
const N23: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const N03: &str = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
const N45: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
const N67: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const N47: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const L0: &str = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
const L1: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const L4: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";

#[test]
fn the_reference_tree_has_its_roots() {
    let tree = reference();
    let mut range = Range::default();
    for (leaf, root) in tree.leaves.iter().zip(ROOTS) {
        range.append(*leaf);
        assert_eq!(range.root(), hash(root), "{}", range.size());
    }
}

#[test]
fn the_reference_tree_has_its_inclusion_paths() {
    let tree = reference();
    let cases: [(u64, u64, &[&str]); 5] = [
        (0, 1, &[]),
        (0, 8, &[L1, N23, N47]),
        (5, 8, &[L4, N67, N03]),
        (2, 3, &[N01]),
        (1, 5, &[L0, N23, L4]),
    ];
    for (index, size, expected) in cases {
        let path = tree.path(&Recipe::inclusion(index, size).unwrap());
        assert_eq!(
            path,
            expected.iter().map(|text| hash(text)).collect::<Vec<_>>(),
            "{index} in {size}"
        );
        let leaf = tree.leaves[index as usize];
        let root = hash(ROOTS[size as usize - 1]);
        assert!(verify_inclusion(&leaf, index, size, &path, &root));
    }
}

#[test]
fn the_reference_tree_has_its_consistency_paths() {
    let tree = reference();
    let cases: [(u64, u64, &[&str]); 4] = [
        (1, 1, &[]),
        (1, 8, &[L1, N23, N47]),
        (6, 8, &[N45, N67, N03]),
        (2, 5, &[N23, L4]),
    ];
    for (from, to, expected) in cases {
        let path = tree.path(&Recipe::consistency(from, to).unwrap());
        assert_eq!(
            path,
            expected.iter().map(|text| hash(text)).collect::<Vec<_>>(),
            "{from} to {to}"
        );
        let roots = [from, to].map(|size| hash(ROOTS[size as usize - 1]));
        assert!(verify_consistency(from, to, &path, &roots[0], &roots[1]));
    }
}

#[test]
fn the_three_vector_sections_have_their_root() {
    let digests = [
        "868adb4781fb830fca59a3f4894d3683f68b8c9b8a16f8ef6e42377b67b4c7d6",
        "45a5f231cc7a3ebb73f22f0c3d9c06894bacd1572e0baee781a6dcdd27ae3ccd",
        "d9d9e076b28b76d05d35fffdc14a8d2daf744e9b56c53b041eb080b8504e27a5",
    ]
    .map(hash);
    assert_eq!(
        root(&digests),
        hash("6cb983be59dd64847ca22cf024e6291bb9d5c1c3acab356a28c8a013c9449616")
    );
}

#[test]
fn an_empty_tree_has_the_digest_of_nothing() {
    assert_eq!(
        root(&[]),
        hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    );
}

#[test]
fn one_digest_is_hashed_as_a_leaf_and_order_matters() {
    assert_eq!(root(&[[7; 32]]), leaf_of(&[7; 32]));
    assert_ne!(root(&[[1; 32], [2; 32]]), root(&[[2; 32], [1; 32]]));
}

#[test]
fn every_proof_of_every_small_tree_holds_and_is_the_naive_one() {
    let tree = numbered(70);
    for size in 1..=tree.leaves.len() {
        let leaves = &tree.leaves[..size];
        let root = naive_root(leaves);
        for index in 0..size {
            let path = tree.path(&Recipe::inclusion(index as u64, size as u64).unwrap());
            assert_eq!(path, naive_inclusion(index, leaves));
            assert!(verify_inclusion(
                &leaves[index],
                index as u64,
                size as u64,
                &path,
                &root
            ));
            let beside = (index + 1) % size;
            assert!(
                size == 1 || !verify_inclusion(&leaves[index], beside as u64, size as u64, &path, &root),
                "in another place"
            );
        }
        for from in 1..=size {
            let old = naive_root(&leaves[..from]);
            let path = tree.path(&Recipe::consistency(from as u64, size as u64).unwrap());
            assert_eq!(path, naive_consistency(from, leaves, true));
            assert!(verify_consistency(from as u64, size as u64, &path, &old, &root));
        }
    }
}

#[test]
fn sizes_that_make_no_sense_have_no_proof() {
    assert_eq!(Recipe::inclusion(0, 0), None);
    assert_eq!(Recipe::inclusion(3, 3), None);
    assert_eq!(Recipe::consistency(4, 3), None);
    assert!(!verify_inclusion(&[1; 32], 3, 3, &[], &[1; 32]));
    assert!(!verify_consistency(4, 3, &[], &[1; 32], &[1; 32]));
    assert!(!verify_consistency(3, 4, &[], &[1; 32], &[1; 32]));
    assert!(
        !verify_consistency(0, 4, &[], &[1; 32], &[1; 32]),
        "the empty tree has one root"
    );
    assert!(verify_consistency(0, 4, &[], &empty(), &[1; 32]));
    assert_eq!(Range::of(3, vec![[0; 32]]), None);
}

#[test]
fn numbers_at_the_end_of_their_range_do_not_panic() {
    let path = vec![[0; 32]; 64];
    for size in [u64::MAX, u64::MAX - 1, 1 << 63] {
        assert!(Recipe::inclusion(size - 1, size).is_some());
        assert!(Recipe::consistency(size - 1, size).is_some());
        assert!(!verify_inclusion(&[0; 32], size - 1, size, &path, &[0; 32]));
        assert!(!verify_consistency(size - 1, size, &path, &[0; 32], &[0; 32]));
    }
    assert!(!verify_consistency(1 << 63, u64::MAX, &path, &[0; 32], &[0; 32]));
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut other = *hash;
    other[bit / 8 % 32] ^= 1 << (bit % 8);
    other
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_edge_that_was_stored_grows_on_as_if_it_had_never_been(size in 0_usize..600, more in 0_usize..40) {
        let tree = numbered(size + more);
        let stored = numbered(size);
        let covering = Range::covering(size as u64).iter().map(|at| stored.nodes[at]).collect();
        let mut range = Range::of(size as u64, covering).unwrap();
        prop_assert_eq!(range.root(), naive_root(&tree.leaves[..size]));
        for leaf in &tree.leaves[size..] {
            range.append(*leaf);
        }
        prop_assert_eq!(range, tree.range);
    }

    #[test]
    fn a_proof_needs_few_stored_hashes_and_a_changed_one_does_not_hold(
        size in 1_usize..1000, place in 0_usize..1000, which in 0_usize..64, bit in 0_usize..256,
    ) {
        let index = place % size;
        let tree = numbered(size);
        let root = tree.range.root();
        let recipe = Recipe::inclusion(index as u64, size as u64).unwrap();
        prop_assert!(recipe.addresses().count() <= 2 * 10);
        let mut path = tree.path(&recipe);
        let leaf = tree.leaves[index];
        let holds = |path: &[Hash]| verify_inclusion(&leaf, index as u64, size as u64, path, &root);
        prop_assert!(holds(&path));
        prop_assert!(!verify_inclusion(&flipped(&leaf, bit), index as u64, size as u64, &path, &root));
        let longer = [path.as_slice(), &[[0; 32]]].concat();
        prop_assert!(!holds(&longer));
        if let Some(last) = path.len().checked_sub(1) {
            prop_assert!(!holds(&path[..last]));
            let at = which % path.len();
            path[at] = flipped(&path[at], bit);
            prop_assert!(!holds(&path));
        }
    }

    #[test]
    fn a_tree_that_was_changed_below_does_not_continue_the_earlier_one(
        from in 1_usize..300, more in 1_usize..300, place in 0_usize..300, which in 0_usize..64, bit in 0_usize..256,
    ) {
        let to = from + more;
        let tree = numbered(to);
        let recipe = Recipe::consistency(from as u64, to as u64).unwrap();
        let (old, new) = (naive_root(&tree.leaves[..from]), tree.range.root());
        let mut path = tree.path(&recipe);
        let (from, to) = (from as u64, to as u64);
        prop_assert!(verify_consistency(from, to, &path, &old, &new));
        let mut leaves = tree.leaves.clone();
        let at = place % from as usize;
        leaves[at] = flipped(&leaves[at], bit);
        let other = grown(leaves);
        prop_assert!(!verify_consistency(from, to, &other.path(&recipe), &old, &other.range.root()));
        let longer = [path.as_slice(), &[[0; 32]]].concat();
        prop_assert!(!verify_consistency(from, to, &longer, &old, &new));
        let at = which % path.len();
        path[at] = flipped(&path[at], bit);
        prop_assert!(!verify_consistency(from, to, &path, &old, &new));
    }

    #[test]
    fn nothing_that_is_made_up_holds(
        index in any::<u64>(), size in any::<u64>(), path in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        prop_assert!(!verify_inclusion(&[1; 32], index, size, &path, &[2; 32]));
        prop_assert!(!verify_consistency(index, size, &path, &[1; 32], &[2; 32]) || (index == 0));
    }
}
