//! A panic, in a library for example, is one line of the log, and no backtrace on the terminal of whoever started the program.

use std::panic::PanicHookInfo;

/// Characters of a message that are logged.
const MESSAGE: usize = 300;

/// From now on each panic is logged in one line. Before there is a log, it is printed.
pub(super) fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let (message, location) = (message(panic), panic.location().map(ToString::to_string).unwrap_or_default());
        if tracing::enabled!(tracing::Level::ERROR) {
            tracing::error!(location, message, "a part of the program failed with a panic");
        } else {
            super::out::say_error(&format!("{location}: {message}"));
        }
    }));
}

fn message(panic: &PanicHookInfo<'_>) -> String {
    let message = panic.payload_as_str().unwrap_or("no message");
    message.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    /// Set in the program that panics.
    const PANICS: &str = "PSTRAL_TEST_PANICS";

    /// In a program of its own: the hook is that of the whole program.
    #[test]
    fn a_panic_is_one_line() {
        if std::env::var_os(PANICS).is_some() {
            super::log_panics();
            let _ = std::thread::spawn(|| panic!("a library\nfailed")).join();
            return;
        }
        let name = "cli::panics::tests::a_panic_is_one_line";
        let test = std::env::current_exe().unwrap();
        let ended = Command::new(test)
            .args(["--exact", name, "--nocapture", "--test-threads", "1"])
            .envs([(PANICS, "1"), ("RUST_BACKTRACE", "1")])
            .output()
            .unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(err.lines().filter(|line| line.contains("a library failed")).count(), 1, "{err}");
        assert!(!err.contains("panicked") && !err.contains("backtrace"), "{err}");
    }
}
