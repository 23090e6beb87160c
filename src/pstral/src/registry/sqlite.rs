//! SQLite, from a section of the configuration.

use std::sync::Arc;

use pstral_core::ports::QueryTarget;

use crate::config::TargetConfig;

#[cfg(feature = "sqlite")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
pub(super) fn target(config: &TargetConfig) -> anyhow::Result<Arc<dyn QueryTarget>> {
    let mut sqlite = pstral_sqlite::SqliteConfig::new(config.path.clone().unwrap_or_default());
    if let Some(most) = config.max_concurrent {
        sqlite.max_concurrent = most;
    }
    Ok(Arc::new(pstral_sqlite::SqliteTarget::new(sqlite)))
}

#[cfg(not(feature = "sqlite"))]
pub(super) fn target(_: &TargetConfig) -> anyhow::Result<Arc<dyn QueryTarget>> {
    Err(super::left_out("sqlite"))
}
