//! Up to where events were handed over. matrix-sdk notes what it has read before anybody has seen it: what was read last
//! before a program ends is read again by the next one.

use std::path::{Path, PathBuf};

/// A file beside the keys: with them it goes.
#[derive(Debug)]
pub(crate) struct Bookmark(PathBuf);

impl Bookmark {
    pub(crate) fn new(store: &Path) -> Self {
        Self(store.join("heard-until"))
    }

    /// Where it stands; `None` for where matrix-sdk stands.
    pub(crate) fn read(&self) -> Option<String> {
        let token = std::fs::read_to_string(&self.0).ok()?;
        (!token.is_empty()).then_some(token)
    }

    /// Stands there from now on, where there is something new.
    pub(crate) fn put(&self, token: Option<String>) {
        let Some(token) = token else { return };
        let new = self.0.with_extension("new");
        if let Err(error) = std::fs::write(&new, token).and_then(|()| std::fs::rename(&new, &self.0)) {
            tracing::warn!(%error, "what was answered may be answered again after a restart");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_where_it_was_put() {
        let folder = tempfile::tempdir().unwrap();
        let bookmark = Bookmark::new(folder.path());
        assert_eq!(bookmark.read(), None);
        for token in [Some("s1"), Some("s2"), None] {
            bookmark.put(token.map(str::to_owned));
        }
        assert_eq!(Bookmark::new(folder.path()).read().as_deref(), Some("s2"));
    }
}
