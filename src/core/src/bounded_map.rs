//! A map of limited size, for what is worth remembering only for as long as there is room.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};
use std::hash::Hash;

/// A map of at most `MOST` entries. When another one is added, the oldest is forgotten.
#[derive(Debug)]
pub struct BoundedMap<K, V, const MOST: usize> {
    entries: HashMap<K, V>,
    /// The keys in the order in which they were added.
    order: VecDeque<K>,
}

impl<K: Clone + Eq + Hash, V, const MOST: usize> BoundedMap<K, V, MOST> {
    /// Returns the value of a key.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key)
    }

    /// Returns the value of a key, to be changed.
    pub fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key)
    }

    /// Checks whether there is an entry of this key.
    pub fn contains_key<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.entries.contains_key(key)
    }

    /// Adds an entry, or replaces the value of one that is there, which does not become newer by that. Returns the
    /// replaced value.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.entries.entry(key) {
            Entry::Occupied(mut known) => Some(known.insert(value)),
            Entry::Vacant(free) => {
                self.order.push_back(free.key().clone());
                free.insert(value);
                if self.order.len() > MOST
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.entries.remove(&oldest);
                }
                None
            }
        }
    }

    /// Adds an entry as the newest, also if there is one of this key.
    pub fn insert_newest(&mut self, key: K, value: V) {
        self.remove(&key);
        self.insert(key, value);
    }

    /// Removes an entry and returns its value.
    pub fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let removed = self.entries.remove(key)?;
        self.order.retain(|known| known.borrow() != key);
        Some(removed)
    }

    /// Iterates over all entries, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }
}

impl<K, V, const MOST: usize> Default for BoundedMap<K, V, MOST> {
    fn default() -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_makes_room() {
        let mut map = BoundedMap::<&str, u8, 2>::default();
        assert_eq!((map.insert("a", 1), map.insert("b", 2), map.insert("a", 3)), (None, None, Some(1)));
        map.insert("c", 4);
        assert_eq!((map.get("a"), map.get("b"), map.get("c")), (None, Some(&2), Some(&4)), "a is still the oldest");
        assert_eq!((map.remove("b"), map.remove("b")), (Some(2), None));
        map.insert("d", 5);
        assert_eq!(map.get("c"), Some(&4), "what was removed takes no room");
        assert_eq!(map.iter().count(), 2);
        map.insert_newest("c", 6);
        map.insert("e", 7);
        assert_eq!((map.get("c"), map.get("d")), (Some(&6), None), "c became the newest");
    }
}
