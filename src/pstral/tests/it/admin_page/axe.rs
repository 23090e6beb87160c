//! axe-core, which looks for what keeps people out: from a package of PyPI that carries its script.

use std::path::Path;
use std::process::Command;

use pstral_pypackages::{Package, skip};

const AXE: Package = Package {
    name: "axe-playwright-python",
    version: "0.1.8",
    beside: &[],
    is_alone: true,
    folder: "axe",
    variable: "PSTRAL_TEST_AXE",
};

/// The script; `None` if it is neither installed nor can be installed, which is printed.
///
/// # Panics
/// Panics if it cannot be had and `PSTRAL_TEST_REQUIRE=all`.
pub(super) fn script() -> Option<String> {
    AXE.python().and_then(|python| read(&python)).map_err(|why| skip("axe-core", &why)).ok()
}

fn read(python: &Path) -> Result<String, String> {
    let find = "import pathlib, sysconfig; print(pathlib.Path(sysconfig.get_path('purelib'), 'axe_playwright_python', 'axe.min.js'))";
    let found = Command::new(python).args(["-c", find]).output().map_err(|error| error.to_string())?;
    let path = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
}
