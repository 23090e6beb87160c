//! Python packages that tests need: each in an environment of its own, installed once into a folder that is kept.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of PyPI at the version that tests are written against.
#[derive(Debug, Clone, Copy)]
pub struct Package {
    /// Its name on PyPI.
    pub name: &'static str,
    /// The one version that is installed.
    pub version: &'static str,
    /// Others that stand beside it in the environment, with their versions.
    pub beside: &'static [(&'static str, &'static str)],
    /// True if all of them are installed without what they depend on.
    pub is_alone: bool,
    /// The folder beside what Cargo builds that keeps it.
    pub folder: &'static str,
    /// The environment variable that names another folder.
    pub variable: &'static str,
}

impl Package {
    /// The Python that has the package, installed first where it is not there yet; or why there is none.
    pub fn python(&self) -> Result<PathBuf, String> {
        let folder = self.kept_in()?;
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        // Several test programs may want it at once.
        let lock = File::create(folder.join("lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let beside: String = self.beside.iter().flat_map(|(name, version)| ["-", name, "-", version]).collect();
        let home = folder.join(format!("venv-{}{beside}", self.version));
        let (python, ready) = (home.join("bin/python"), home.join("ready"));
        if !ready.exists() {
            run(OsStr::new("python3"), &[OsStr::new("-m"), OsStr::new("venv"), home.as_os_str()])?;
            let wanted = std::iter::once((self.name, self.version)).chain(self.beside.iter().copied());
            let wanted: Vec<String> = wanted.map(|(name, version)| format!("{name}=={version}")).collect();
            let words = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet"];
            let alone = self.is_alone.then_some("--no-deps");
            let words = words.into_iter().chain(alone).chain(wanted.iter().map(String::as_str));
            let words: Vec<&OsStr> = words.map(OsStr::new).collect();
            run(python.as_os_str(), &words)?;
            File::create(&ready).map_err(|error| error.to_string())?;
        }
        Ok(python)
    }

    fn kept_in(&self) -> Result<PathBuf, String> {
        if let Some(folder) = std::env::var_os(self.variable) {
            return Ok(PathBuf::from(folder));
        }
        // A test is built as target/<profile>/deps/<name>.
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let built = program.ancestors().find(|folder| folder.ends_with("deps")).and_then(Path::parent);
        let target = built.and_then(Path::parent);
        target.map(|target| target.join(self.folder)).ok_or_else(|| format!("{} is not set", self.variable))
    }
}

/// Says why a test is skipped that needs what cannot be had.
///
/// # Panics
/// If `PSTRAL_TEST_REQUIRE` is `all`: a skip is a failure then.
#[expect(clippy::print_stdout, reason = "whoever reads a test's output must see what was not tested")]
pub fn skip(what: &str, why: &str) {
    assert_ne!(std::env::var("PSTRAL_TEST_REQUIRE").as_deref(), Ok("all"), "{what} is required: {why}");
    println!("skipped: {what} cannot be had: {why}");
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
