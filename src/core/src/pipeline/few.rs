//! A bound on how many do the same at once, where what each of them holds meanwhile counts.

use futures::lock::{Mutex, MutexGuard};

/// Lets so many in at once; the others wait for one of those that came before them.
pub(super) struct Few(Vec<Mutex<()>>);

impl Few {
    /// Lets in `most` at once.
    pub(super) fn new(most: usize) -> Self {
        Self((0..most.max(1)).map(|_| Mutex::new(())).collect())
    }

    /// A turn, until it is dropped. Numbers that follow each other do not wait for each other.
    pub(super) async fn turn(&self, number: i64) -> MutexGuard<'_, ()> {
        let place = usize::try_from(number).unwrap_or_default() % self.0.len();
        self.0[place].lock().await
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn no_more_than_so_many_are_in() {
        let few = Few::new(2);
        let first = few.turn(7).now_or_never().unwrap();
        let _second = few.turn(8).now_or_never().unwrap();
        assert!(few.turn(9).now_or_never().is_none());
        drop(first);
        assert!(few.turn(9).now_or_never().is_some());
        assert!(few.turn(i64::MIN).now_or_never().is_none());
    }
}
