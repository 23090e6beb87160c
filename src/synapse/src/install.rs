//! The installed Synapse: once in a folder that is kept, not with each test.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What the tests are written against.
const VERSION: &str = "1.163.2";
/// The folder that keeps it, in place of one beside what Cargo builds.
const FOLDER: &str = "PSTRAL_TEST_SYNAPSE";

/// The Python that has Synapse, or why there is none. Looked for, and installed, once a process.
pub(crate) fn python() -> Result<&'static Path, &'static str> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOUND.get_or_init(installed).as_deref().map_err(String::as_str)
}

fn installed() -> Result<PathBuf, String> {
    let folder = folder()?;
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Several test programs may want it at once.
    let lock = File::create(folder.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let home = folder.join(format!("venv-{VERSION}"));
    let (python, ready) = (home.join("bin/python"), home.join("ready"));
    if !ready.exists() {
        run(OsStr::new("python3"), &[OsStr::new("-m"), OsStr::new("venv"), home.as_os_str()])?;
        let wanted = format!("matrix-synapse=={VERSION}");
        let words = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", &wanted];
        run(python.as_os_str(), &words.map(OsStr::new))?;
        File::create(&ready).map_err(|error| error.to_string())?;
    }
    Ok(python)
}

fn folder() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Ok(PathBuf::from(folder));
    }
    // A test is built as target/<profile>/deps/<name>.
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let built = program.ancestors().find(|folder| folder.ends_with("deps")).and_then(Path::parent);
    let target = built.and_then(Path::parent);
    target.map(|target| target.join("synapse")).ok_or_else(|| format!("{FOLDER} is not set"))
}

fn run(program: &OsStr, words: &[&OsStr]) -> Result<(), String> {
    let name = program.to_string_lossy();
    let ended = Command::new(program).args(words).output().map_err(|error| format!("{name}: {error}"))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(format!("{name}: {}", said.lines().last().unwrap_or("it failed")))
}
