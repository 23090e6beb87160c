//! The installed Synapse.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use pstral_pypackages::Package;

/// The version that the tests are written against.
const SYNAPSE: Package = Package {
    name: "matrix-synapse",
    version: "1.163.2",
    beside: &[],
    is_alone: false,
    folder: "synapse",
    variable: "PSTRAL_TEST_SYNAPSE",
};

/// The Python that has Synapse, or why there is none. Looked for, and installed, once a process.
pub(crate) fn python() -> Result<&'static Path, &'static str> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOUND.get_or_init(|| SYNAPSE.python()).as_deref().map_err(String::as_str)
}
