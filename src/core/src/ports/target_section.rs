//! The port to the keys of a target that only databases of its kind have, and to the target that is made of them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{QueryTarget, SectionError, SectionFault};

/// The settings that an adapter needs and that targets of every kind have.
#[derive(Debug, Clone, Default)]
pub struct TargetSurroundings {
    /// The folder of everything that Pstral keeps; [`Self::inside`] puts a relative path there.
    pub data: PathBuf,
    /// The time zone of statements, such as `Europe/Paris`.
    pub timezone: String,
    /// The number of statements at once, 1 to 64; `None` for the adapter's default.
    pub max_concurrent: Option<usize>,
    /// The account of each person by local user name where statements run as that person; `None` where one account runs
    /// them all.
    pub accounts: Option<BTreeMap<String, String>>,
    /// True if the account may do more than read.
    pub allow_privileged: bool,
}

impl TargetSurroundings {
    /// Returns a path as it is if it is absolute, and else inside the data folder.
    pub fn inside(&self, path: &Path) -> PathBuf {
        self.data.join(path)
    }
}

/// A file or folder that a target needs and that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededPath {
    /// The key within the section.
    pub key: &'static str,
    /// The path, absolute or relative to the working folder.
    pub path: PathBuf,
    /// True of a folder.
    pub is_folder: bool,
}

/// The keys of `[targets.<name>]` that belong to one kind of database. config/default.toml explains each.
pub trait TargetSection: fmt::Debug + Send + Sync {
    /// Returns the names of the keys.
    fn keys() -> &'static [&'static str]
    where
        Self: Sized;

    /// Returns the keys whose value is a secret, and may be given as `<key>_file`.
    fn secrets() -> &'static [&'static str]
    where
        Self: Sized,
    {
        &[]
    }

    /// Returns whether the database has accounts, and so can run statements as the person who asks.
    fn has_accounts(&self) -> bool {
        true
    }

    /// Returns whether the database estimates the cost of a statement before it runs.
    fn estimates_costs(&self) -> bool {
        true
    }

    /// Returns all errors in the values.
    fn faults(&self, around: &TargetSurroundings) -> Vec<SectionFault>;

    /// Returns the files and folders that must be readable.
    fn needed_paths(&self, _around: &TargetSurroundings) -> Vec<NeededPath> {
        Vec::new()
    }

    /// Creates the target, without connecting.
    ///
    /// # Errors
    /// Fails if a value has an error that [`Self::faults`] reports.
    fn target(&self, around: &TargetSurroundings) -> Result<Arc<dyn QueryTarget>, SectionError>;
}
