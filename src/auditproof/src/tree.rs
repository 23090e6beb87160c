//! The tree of an instance's entries, from which proofs are made.

use ct_merkle::{indices_for_consistency_proof, indices_for_inclusion_proof};

use crate::{Frontier, Hash};

/// A tree of which the beginning may be known as full subtrees only.
#[derive(Debug)]
pub struct Tree {
    /// Full subtrees and then single leaves: the first leaf, the number of leaves, the root; without gaps.
    parts: Vec<(u64, u64, Hash)>,
    size: u64,
}

/// A hash that a proof needs lies among the entries that were pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof needs entries that were pruned")]
pub struct Pruned;

impl Tree {
    /// The tree after the entries that were pruned, by the hashes of those that are left.
    pub fn new(pruned: &Frontier, entries: &[Hash]) -> Self {
        let mut parts = pruned.subtrees();
        parts.extend((pruned.size()..).zip(entries).map(|(leaf, entry)| (leaf, 1, Hash::leaf(&entry.0))));
        Self { parts, size: pruned.size() + entries.len() as u64 }
    }

    /// The hashes beside the way from a leaf to the root (RFC 6962, section 2.1.1), the lowest first; `None` if there is no
    /// such leaf.
    pub fn inclusion(&self, leaf: u64) -> Option<Result<Vec<Hash>, Pruned>> {
        (leaf < self.size).then(|| self.nodes(&indices_for_inclusion_proof(self.size, leaf)))
    }

    /// The hashes that show that the first `old` leaves are those of a tree of that size (RFC 6962, section 2.1.2); `None` if
    /// there are fewer, or none.
    pub fn consistency(&self, old: u64) -> Option<Result<Vec<Hash>, Pruned>> {
        (0 < old && old <= self.size).then(|| self.nodes(&indices_for_consistency_proof(old, self.size - old)))
    }

    /// The root of the first leaves.
    pub fn root(&self, size: u64) -> Result<Hash, Pruned> {
        if size == 0 { Ok(Hash::of(&[])) } else { self.subtree(0, size.min(self.size)) }
    }

    /// Nodes by their numbers in an array (RFC 9420, appendix C): leaves are even, and the ones at the end of a number are its
    /// height.
    fn nodes(&self, numbers: &[u64]) -> Result<Vec<Hash>, Pruned> {
        let node = |number: &u64| {
            let height = number.trailing_ones();
            let begin = number >> (height + 1) << height;
            self.subtree(begin, (begin + (1 << height)).min(self.size))
        };
        numbers.iter().map(node).collect()
    }

    /// The root over the leaves from one to before another.
    fn subtree(&self, begin: u64, end: u64) -> Result<Hash, Pruned> {
        let at = self.parts.partition_point(|(first, ..)| *first < begin);
        match self.parts.get(at) {
            Some((first, leaves, root)) if *first == begin && begin + leaves == end => Ok(*root),
            _ if end - begin < 2 => Err(Pruned),
            _ => {
                // The largest power of two below the number of leaves.
                let left = (end - begin).next_power_of_two() / 2;
                Ok(Hash::parent(self.subtree(begin, begin + left)?, self.subtree(begin + left, end)?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::*;

    fn entries(count: u64) -> Vec<Hash> {
        (0..count).map(|number| Hash::of(&number.to_be_bytes())).collect()
    }

    fn joined(hashes: &[Hash]) -> Vec<u8> {
        hashes.iter().flat_map(|hash| hash.0).collect()
    }

    proptest! {
        #[test]
        fn proofs_are_those_of_a_tree_that_is_held_whole(size in 1_u64..70, a in 0_u64..70, pruned in 0_u64..70) {
            let (entries, a, pruned) = (entries(size), a % size, pruned % size);
            let mut whole = MemoryBackedTree::<Sha256, [u8; 32]>::new();
            let mut frontier = Frontier::default();
            for (number, entry) in (0..).zip(&entries) {
                whole.push(entry.0);
                if number < pruned {
                    frontier.push(*entry);
                }
            }
            let tree = Tree::new(&frontier, &entries[usize::try_from(pruned).unwrap()..]);
            let root = tree.root(size).unwrap();
            prop_assert_eq!(root.0.to_vec(), whole.root().as_bytes().to_vec());
            let index = usize::try_from(a).unwrap();
            match tree.inclusion(a).unwrap() {
                Ok(path) => prop_assert_eq!(joined(&path), whole.prove_inclusion(index).as_bytes().to_vec()),
                Err(Pruned) => prop_assert!(a < pruned, "entry {} of those after {}", a, pruned),
            }
            let (old, added) = (a + 1, usize::try_from(size - a - 1).unwrap());
            match tree.consistency(old).unwrap() {
                Ok(path) => prop_assert_eq!(joined(&path), whole.prove_consistency(added).as_bytes().to_vec()),
                Err(Pruned) => prop_assert!(old < pruned, "{} of those after {}", old, pruned),
            }
        }
    }

    #[test]
    fn what_is_not_there_has_no_proof() {
        let tree = Tree::new(&Frontier::default(), &entries(3));
        assert_eq!((tree.inclusion(3), tree.consistency(0), tree.consistency(4)), (None, None, None));
        assert_eq!(Tree::new(&Frontier::of_unknown(4), &entries(2)).inclusion(1), Some(Err(Pruned)));
    }
}
