//! The keys of a SQLite target in the configuration.

use std::path::PathBuf;
use std::sync::Arc;

use pstral_core::ports::{NeededPath, QueryTarget, SectionError, SectionFault, TargetSection, TargetSurroundings};
use serde::Deserialize;

use crate::{SqliteConfig, SqliteTarget};

/// The keys of `[targets.<name>]` with `kind = "sqlite"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml documents every key")]
pub struct SqliteSection {
    pub path: Option<PathBuf>,
}

impl TargetSection for SqliteSection {
    fn keys() -> &'static [&'static str] {
        &["path"]
    }

    fn has_accounts(&self) -> bool {
        false
    }

    fn estimates_costs(&self) -> bool {
        false
    }

    fn faults(&self, _: &TargetSurroundings) -> Vec<SectionFault> {
        self.path.is_none().then(|| SectionFault::missing("path")).into_iter().collect()
    }

    fn needed_paths(&self, around: &TargetSurroundings) -> Vec<NeededPath> {
        let needed = |path: &PathBuf| NeededPath { key: "path", path: around.inside(path), is_folder: false };
        self.path.iter().map(needed).collect()
    }

    fn target(&self, around: &TargetSurroundings) -> Result<Arc<dyn QueryTarget>, SectionError> {
        let path = self.path.as_deref().ok_or(SectionError::Key("path"))?;
        let mut config = SqliteConfig::new(around.inside(path));
        config.max_concurrent = around.max_concurrent.unwrap_or(config.max_concurrent);
        Ok(Arc::new(SqliteTarget::new(config)))
    }
}
