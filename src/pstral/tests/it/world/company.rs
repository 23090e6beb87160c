//! The sample company as it stood on one day, made once a run.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The day all tests take place on.
pub(crate) const DAY: &str = "2026-11-21";

/// Its database, shared by all tests: nothing may write to it.
pub(crate) fn company() -> PathBuf {
    static COMPANY: LazyLock<PathBuf> = LazyLock::new(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("company.db");
        pstral::demo::generate(&path, DAY.parse().unwrap()).unwrap();
        path
    });
    COMPANY.clone()
}

/// A copy of its own for a test that harms it.
pub(crate) fn copy_of_the_company(folder: &Path) -> PathBuf {
    let path = folder.join("company.db");
    std::fs::copy(company(), &path).unwrap();
    path
}
