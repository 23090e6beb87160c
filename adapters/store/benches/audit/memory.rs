//! The memory use of the process, as the kernel reports it
//! (<https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>).

/// Forgets the highest so far and says what is held now, in kB; 0 where the kernel does not tell.
pub(crate) fn settle() -> u64 {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    now()
}

/// Returns the resident memory, in kB.
pub(crate) fn now() -> u64 {
    status("VmRSS:")
}

/// The most that was held since, in kB.
pub(crate) fn highest() -> u64 {
    status("VmHWM:")
}

fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
