//! Proofs from the stored tree: O(log n) hashes each, and only hashes (CE-185).

use std::collections::HashMap;

use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::merkle::proof::Recipe;
use crate::base::merkle::{self, Address, Hash, Range};
use crate::db::{Q, placeholders};

/// That an entry is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The hash of the entry: the digest that its leaf is made of.
    pub entry: Hash,
    /// The root of the tree.
    pub root: Hash,
    /// From the leaf to the root.
    pub path: Vec<Hash>,
}

/// That a log continues what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    /// The root then.
    pub from: Hash,
    /// The root now.
    pub to: Hash,
    /// Between them.
    pub path: Vec<Hash>,
}

/// How many entries of an institution are under its tree; none when it has no log.
pub async fn size(q: &mut impl Q, facility: Uuid) -> Result<Option<i64>> {
    let head: Option<(i64,)> = q
        .q("select tree from journal_head where facility_id = $1")
        .bind(facility)
        .opt()
        .await?;
    Ok(head.map(|(tree,)| tree))
}

/// The root over the first `size` entries; none when the log has fewer or a part of the tree is gone.
pub async fn root(q: &mut impl Q, facility: Uuid, size: i64) -> Result<Option<Hash>> {
    Ok(range(q, facility, size).await?.map(|range| range.root()))
}

/// The proof that the entry `seq`, from 1, is among the first `size`.
///
/// None when a part of the tree or the entry is gone: somebody took it away. `seq` and `size` are within the log.
pub async fn inclusion(q: &mut impl Q, facility: Uuid, seq: i64, size: i64) -> Result<Option<Inclusion>> {
    let recipe = Recipe::inclusion(unsigned(seq - 1), unsigned(size)).ok_or_else(outside)?;
    let covering = Range::covering(unsigned(size));
    let wanted: Vec<Address> = recipe.addresses().chain(covering).collect();
    let stored = subtrees(q, facility, &wanted).await?;
    let entry: Option<(String,)> = q
        .q("select hash from journal_chain where facility_id = $1 and seq = $2")
        .bind(facility)
        .bind(seq)
        .opt()
        .await?;
    let entry = entry.and_then(|(hash,)| digest(&hash));
    let path = recipe.path(|at| stored.get(&at).copied());
    let found = entry.zip(folded(&stored, size)).zip(path);
    Ok(found.map(|((entry, root), path)| Inclusion { entry, root, path }))
}

/// The proof that the first `to` entries begin with the first `from`.
///
/// None when a part of the tree is gone: somebody took it away. Both sizes are within the log.
pub async fn consistency(q: &mut impl Q, facility: Uuid, from: i64, to: i64) -> Result<Option<Consistency>> {
    let recipe = Recipe::consistency(unsigned(from), unsigned(to)).ok_or_else(outside)?;
    let covering = [from, to].map(|size| Range::covering(unsigned(size)));
    let wanted: Vec<Address> = recipe.addresses().chain(covering.into_iter().flatten()).collect();
    let stored = subtrees(q, facility, &wanted).await?;
    let path = recipe.path(|at| stored.get(&at).copied());
    let found = folded(&stored, from).zip(folded(&stored, to)).zip(path);
    Ok(found.map(|((from, to), path)| Consistency { from, to, path }))
}

/// The right edge of the tree over the first `size` entries; none when a part of it isn't stored.
pub(super) async fn range(q: &mut impl Q, facility: Uuid, size: i64) -> Result<Option<Range>> {
    let covering = Range::covering(unsigned(size));
    let stored = subtrees(q, facility, &covering).await?;
    let edge: Option<Vec<Hash>> = covering.iter().map(|at| stored.get(at).copied()).collect();
    Ok(edge.and_then(|edge| Range::of(unsigned(size), edge)))
}

/// The digest that a hash of the chain spells; none when somebody wrote another text there.
pub(super) fn digest(hash: &str) -> Option<Hash> {
    let mut digest = [0; 32];
    hex::decode_to_slice(hash, &mut digest).ok()?;
    Some(digest)
}

fn folded(stored: &HashMap<Address, Hash>, size: i64) -> Option<Hash> {
    let covering = Range::covering(unsigned(size));
    let edge: Option<Vec<Hash>> = covering.iter().map(|at| stored.get(at).copied()).collect();
    Some(merkle::fold(&edge?))
}

/// What is stored at these addresses; leaves are made of the chain.
async fn subtrees(q: &mut impl Q, facility: Uuid, wanted: &[Address]) -> Result<HashMap<Address, Hash>> {
    let (leaves, nodes): (Vec<Address>, Vec<Address>) = wanted.iter().copied().partition(|at| at.level == 0);
    let mut found = HashMap::with_capacity(wanted.len());
    if !leaves.is_empty() {
        let marks = placeholders(2, leaves.len());
        let mut query = q.q(format!(
            "select seq, hash from journal_chain where facility_id = $1 and seq in ({marks})"
        ));
        query = query.bind(facility);
        for leaf in &leaves {
            query = query.bind(leaf.index as i64 + 1);
        }
        for (seq, hash) in query.all::<(i64, String)>().await? {
            let at = Address {
                level: 0,
                index: unsigned(seq - 1),
            };
            found.extend(digest(&hash).map(|digest| (at, merkle::leaf(&digest))));
        }
    }
    if !nodes.is_empty() {
        let each: Vec<String> = (0..nodes.len())
            .map(|n| format!("(level = ${} and place = ${})", 2 * n + 2, 2 * n + 3))
            .collect();
        let mut query = q.q(format!(
            "select level, place, hash from journal_node where facility_id = $1 and ({})",
            each.join(" or ")
        ));
        query = query.bind(facility);
        for node in &nodes {
            query = query.bind(i64::from(node.level)).bind(node.index as i64);
        }
        for (level, place, hash) in query.all::<(i64, i64, Vec<u8>)>().await? {
            let at = Address {
                level: u32::try_from(level).unwrap_or(u32::MAX),
                index: unsigned(place),
            };
            found.extend(Hash::try_from(hash).ok().map(|hash| (at, hash)));
        }
    }
    Ok(found)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn outside() -> Error {
    Error::broken("a proof was asked for outside the log")
}
