//! The scripted model in a process of its own: this program once more, told to be the model.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// The process of the model, which ends when this value is dropped.
pub(crate) struct ModelProcess {
    child: Child,
    /// Its base URL, as `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

impl ModelProcess {
    /// Starts it with the words this program was started with, and waits for its address.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let this = std::env::current_exe().context("this program does not know where it is")?;
        let mut child = Command::new(this)
            .args(std::env::args_os().skip(1))
            .arg("--model-server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the model's process could not be started")?;
        let said = child.stdout.take().map(|out| BufReader::new(out).lines().next());
        let mut process = Self { child, url: String::new() };
        process.url = said.flatten().context("the model's process ended at once")??;
        Ok(process)
    }
}

impl Drop for ModelProcess {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
