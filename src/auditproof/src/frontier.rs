//! The right edge of a growing tree: enough to add leaves and to know the root, whatever its size.

use std::fmt;
use std::str::FromStr;

use crate::Hash;

/// The roots of the full subtrees that a tree of this size consists of, the largest first: at most 64 hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// One for each bit of the size that is set.
    roots: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree whose leaves are gone and were never hashed into one: each counts as a leaf without content.
    pub fn of_unknown(size: u64) -> Self {
        let mut subtree = Hash::leaf(&[]);
        let mut roots = Vec::new();
        for bit in 0..u64::BITS {
            if size >> bit & 1 == 1 {
                roots.insert(0, subtree);
            }
            subtree = Hash::parent(subtree, subtree);
        }
        Self { size, roots }
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf of an entry, by the hash of that entry.
    pub fn push(&mut self, entry: Hash) {
        let mut root = Hash::leaf(&entry.0);
        // As in binary addition: each full subtree of the same size is carried.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = Hash::parent(left, root);
            }
        }
        self.roots.push(root);
        self.size += 1;
    }

    /// The root of the whole tree; of no leaves, the hash of nothing, as RFC 6962 has it.
    pub fn root(&self) -> Hash {
        let joined = self.roots.iter().rev().copied().reduce(|right, left| Hash::parent(left, right));
        joined.unwrap_or_else(|| Hash::of(&[]))
    }

    /// Each full subtree: its first leaf, the number of its leaves, its root.
    pub(crate) fn subtrees(&self) -> Vec<(u64, u64, Hash)> {
        let mut begin = 0;
        let sizes = (0..u64::BITS).rev().map(|bit| 1 << bit).filter(|size| self.size & size != 0);
        let subtrees = sizes.zip(&self.roots).map(|(size, root)| {
            begin += size;
            (begin - size, size, *root)
        });
        subtrees.collect()
    }
}

/// The size and the hashes, separated by blanks.
impl fmt::Display for Frontier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.size)?;
        self.roots.iter().try_for_each(|root| write!(f, " {root}"))
    }
}

impl FromStr for Frontier {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const NONE: &str = "not the edge of a tree";
        let mut words = text.split(' ');
        let size: u64 = words.next().and_then(|size| size.parse().ok()).ok_or(NONE)?;
        let roots = words.map(str::parse).collect::<Result<Vec<Hash>, _>>()?;
        if roots.len() == size.count_ones() as usize { Ok(Self { size, roots }) } else { Err(NONE) }
    }
}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    use super::*;

    #[test]
    fn the_root_is_that_of_the_whole_tree_at_every_size() {
        let mut frontier = Frontier::default();
        let mut tree = MemoryBackedTree::<Sha256, [u8; 32]>::new();
        assert_eq!(frontier.root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for number in 0..200_u64 {
            let entry = Hash::of(&number.to_be_bytes());
            frontier.push(entry);
            tree.push(entry.0);
            assert_eq!(frontier.root().0.as_slice(), tree.root().as_bytes().as_slice(), "{number}");
            assert_eq!(frontier.to_string().parse(), Ok(frontier.clone()));
        }
    }

    #[test]
    fn unknown_leaves_have_no_content() {
        let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        for size in 1..40 {
            tree.push(Vec::new());
            let frontier = Frontier::of_unknown(size);
            assert_eq!((frontier.size(), frontier.root().0.as_slice()), (size, tree.root().as_bytes().as_slice()));
        }
    }

    #[test]
    fn a_text_with_too_few_or_too_many_hashes_is_none() {
        for wrong in ["", "1", "x", "0 00", &format!("2 {0} {0}", Hash::of(&[]))] {
            assert!(wrong.parse::<Frontier>().is_err(), "{wrong}");
        }
    }
}
