//! A small sequence of numbers that look random and are the same on every machine.

/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Not for secrets.
pub(crate) struct Random(u64);

impl Random {
    /// Each table has its own seed, so that a change to one does not change the others.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to `end - 1`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * (end as u128);
        usize::try_from(wide >> 64).expect("invariant: the product is below end")
    }

    /// From `first` to `last`, both possible.
    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        let width = usize::try_from(last - first + 1).expect("invariant: first is not after last");
        first + i64::try_from(self.below(width)).expect("invariant: a width that came from i64")
    }

    /// True so many times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, all equally likely.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items.get(self.below(items.len())).copied().expect("invariant: the lists of the sample company are not empty")
    }

    /// One of `items`, each as likely as its weight.
    pub(crate) fn weighted<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> usize) -> &'a T {
        let mut left = self.below(items.iter().map(&weight).sum());
        for item in items {
            match left.checked_sub(weight(item)) {
                Some(rest) => left = rest,
                None => return item,
            }
        }
        items.last().expect("invariant: the lists of the sample company are not empty")
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn weights_and_bounds_hold() {
        let mut random = Random::new(1);
        let mut heavy = 0;
        for _ in 0..1_000 {
            assert!((-3..=4).contains(&random.between(-3, 4)));
            heavy += usize::from(random.weighted(&[1, 9], |weight| *weight) == &9);
        }
        assert!((850..950).contains(&heavy), "{heavy}");
    }
}
