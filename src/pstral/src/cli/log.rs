//! The log of a command, on standard error.

use std::io::IsTerminal as _;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use super::THREAD_PATIENCE;
use crate::config::{Log, LogFormat, colours};

/// Lines that wait for a slow reader, some megabytes.
const LINES_WAITING: usize = 10_000;

/// The log levels of matrix-sdk, whose details are only for those who name it.
const MATRIX_SDK: &str = "matrix_sdk=warn,matrix_sdk_base=warn,matrix_sdk_crypto=warn,matrix_sdk_sqlite=warn";

/// Sends the log to standard error, in the form the configuration asks for, until what it gives back is dropped. A reader
/// who has left or is slow holds up nobody: lines that cannot be written in time are lost.
pub(super) fn log_to_stderr(log: &Log) -> LogEnd {
    let written_later = NonBlockingBuilder::default().buffered_lines_limit(LINES_WAITING);
    let (writer, written) = written_later.finish(std::io::stderr());
    // Its spans hold whole requests, with what people said; those who look for them name it.
    let filter = EnvFilter::new(format!("serenity=error,{},{}", MATRIX_SDK, log.level));
    let ansi = std::io::stderr().is_terminal() && colours();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(ansi);
    // It would tell of a line that is lost on standard error too, and panic.
    let builder = builder.log_internal_errors(false);
    // A second subscriber is refused: the first one stays, and nothing is lost.
    let _ = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    LogEnd(Some(written))
}

/// Writes the lines that still wait, when dropped. Whoever does not read them holds up the end for a moment only.
pub(super) struct LogEnd(Option<WorkerGuard>);

impl Drop for LogEnd {
    fn drop(&mut self) {
        let written = self.0.take();
        let (done, ended) = std::sync::mpsc::channel();
        // It tells of lines that are lost on standard output, which nobody may read either.
        let writing = std::thread::Builder::new().spawn(move || {
            drop(written);
            let _ = done.send(());
        });
        if writing.is_ok() {
            let _ = ended.recv_timeout(THREAD_PATIENCE);
        }
    }
}
