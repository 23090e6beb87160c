//! The processes of a server, and the signals that are sent to them: by their own numbers, never by name.

use std::path::Path;
use std::process::Command;

/// The server that wrote the file in its folder, and all that it has started.
pub(super) fn of(data: &Path) -> Vec<String> {
    let file = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let Some(parent) = file.lines().next().map(str::to_owned) else { return Vec::new() };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let is_child = |number: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        // The name stands between brackets and may hold anything; behind it come the state and the parent.
        stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)) == Some(parent.as_str())
    };
    let children: Vec<String> = numbers.filter(is_child).collect();
    std::iter::once(parent).chain(children).collect()
}

pub(super) fn signal(signal: &str, processes: &[String]) {
    // One that has ended meanwhile is no fault.
    let _ = Command::new("kill").arg(signal).args(processes).output();
}

/// The most memory a process has held, KiB; `None` where it has ended.
pub(super) fn peak(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A server that does nothing any more, though its connections stand; goes on when this is dropped.
#[must_use]
pub struct Frozen(Vec<String>);

impl Frozen {
    pub(super) fn new(processes: Vec<String>) -> Self {
        signal("-STOP", &processes);
        Self(processes)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}
