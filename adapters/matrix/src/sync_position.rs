//! The sync token up to which events were handed over. matrix-sdk stores its own before anybody has seen the events, so
//! whatever a program read last is read again by the next one.

use std::path::{Path, PathBuf};

/// The file of the token, which is kept, and removed, together with the keys.
#[derive(Debug)]
pub(crate) struct SyncPosition(PathBuf);

impl SyncPosition {
    pub(crate) fn new(store: &Path) -> Self {
        Self(store.join("heard-until"))
    }

    /// Reads the token; `None` to continue from matrix-sdk's own.
    pub(crate) fn read(&self) -> Option<String> {
        let token = std::fs::read_to_string(&self.0).ok()?;
        (!token.is_empty()).then_some(token)
    }

    /// Stores the token, if there is a new one.
    pub(crate) fn put(&self, token: Option<String>) {
        let Some(token) = token else { return };
        let new = self.0.with_extension("new");
        if let Err(error) = std::fs::write(&new, token).and_then(|()| std::fs::rename(&new, &self.0)) {
            tracing::warn!(%error, "could not save the sync position: a restart may answer messages again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_where_it_was_put() {
        let folder = tempfile::tempdir().unwrap();
        let position = SyncPosition::new(folder.path());
        assert_eq!(position.read(), None);
        for token in [Some("s1"), Some("s2"), None] {
            position.put(token.map(str::to_owned));
        }
        assert_eq!(SyncPosition::new(folder.path()).read().as_deref(), Some("s2"));
    }
}
