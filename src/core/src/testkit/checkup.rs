//! Parts that are as a test says.

use std::sync::Mutex;

use async_trait::async_trait;

use crate::domain::Locale;
use crate::ports::{Check, Checkup};

/// Finds what it was told to find, whatever the language; at first nothing.
#[derive(Debug, Default)]
pub struct FakeCheckup(Mutex<Vec<Check>>);

impl FakeCheckup {
    /// Sets the checks to be found from now on.
    ///
    /// # Panics
    /// Panics if somebody panicked while it was told.
    pub fn finds(&self, checks: Vec<Check>) {
        *self.0.lock().expect("invariant: nothing panics while the lock is held") = checks;
    }
}

#[async_trait]
impl Checkup for FakeCheckup {
    async fn checks(&self, _: Locale) -> Vec<Check> {
        self.0.lock().expect("invariant: nothing panics while the lock is held").clone()
    }
}
