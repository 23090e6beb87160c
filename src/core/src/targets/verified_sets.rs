//! The verified queries of each target, read into a [`VerifiedSet`] once and again when they have changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::knowledge::VerifiedSet;
use crate::lock::lock;
use crate::ports::{Knowledge, StoreError};

/// The verified queries of targets.
pub(crate) struct VerifiedSets {
    knowledge: Arc<dyn Knowledge>,
    sets: Mutex<BTreeMap<String, Arc<VerifiedSet>>>,
}

impl VerifiedSets {
    pub(crate) fn new(knowledge: Arc<dyn Knowledge>) -> Self {
        Self { knowledge, sets: Mutex::default() }
    }

    /// The verified queries of a target that answer questions now.
    pub(crate) async fn of(&self, target: &str) -> Result<Arc<VerifiedSet>, StoreError> {
        let queries = self.knowledge.verified(target).await?;
        if let Some(set) = lock(&self.sets).get(target).filter(|set| set.queries() == queries) {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(VerifiedSet::new(queries));
        lock(&self.sets).insert(target.to_owned(), Arc::clone(&set));
        Ok(set)
    }
}
