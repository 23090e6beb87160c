//! The processor time and memory of this process, as Linux reports them.

use std::fs;

/// A tick of the counters in `/proc/self/stat`: `USER_HZ` is 100 on every machine Linux gives programs
/// (<https://man7.org/linux/man-pages/man7/time.7.html>).
const TICKS_A_SECOND: f64 = 100.0;

/// Seconds of processor time of all threads, in the program and in the kernel for it; `None` where nobody tells.
pub(crate) fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_A_SECOND)
}

/// Megabytes (10⁶ bytes) of memory in use now.
pub(crate) fn resident_mb() -> Option<f64> {
    of_status("VmRSS:").map(|kib| kib * 1024.0 / 1e6)
}

/// Files and connections this process may have open.
pub(crate) fn open_files() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn of_status(name: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
