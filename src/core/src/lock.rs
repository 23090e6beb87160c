//! Locks that nobody leaves by a panic.

use std::sync::{Mutex, MutexGuard};

/// Takes a lock that is held for moments, and over nothing that panics.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("invariant: nothing panics while the lock is held")
}
