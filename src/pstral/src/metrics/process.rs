//! What the kernel says of this process, by the names that Prometheus's own client libraries use. Where there is no
//! `/proc`, nothing.

use std::fs;

use super::METRICS;

/// Ticks of the processor's clock in a second, as `/proc` counts them on every architecture of Linux that Rust is tested on
/// (<https://man7.org/linux/man-pages/man7/time.7.html>).
const TICKS: f64 = 100.0;

/// The samples of this process, as `/metrics` shows them.
pub fn render() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (stat, kernel) = (read("/proc/self/stat"), read("/proc/stat"));
    // Reading the folder takes one itself.
    let open = fs::read_dir("/proc/self/fd").map(|open| open.count().saturating_sub(1)).ok();
    let samples = [
        ("process_cpu_seconds_total", cpu_seconds(&stat)),
        ("process_max_fds", number_after(&read("/proc/self/limits"), "Max open files")),
        ("process_open_fds", open.and_then(|open| u32::try_from(open).ok()).map(f64::from)),
        ("process_resident_memory_bytes", number_after(&read("/proc/self/status"), "VmRSS:").map(|kib| kib * 1024.0)),
        ("process_start_time_seconds", start_seconds(&stat, &kernel)),
        ("process_threads", field(&stat, 20)),
    ];
    samples.into_iter().filter_map(|(name, value)| Some(sample(name, value?))).collect()
}

/// Formats a sample: the recorder has no counters of fractions.
fn sample(name: &str, value: f64) -> String {
    let metric = METRICS.iter().find(|metric| metric.name == name).expect("invariant: every metric is in the table");
    format!("# HELP {name} {}\n# TYPE {name} {}\n{name} {value}\n\n", metric.help, metric.kind.word())
}

/// A field of `/proc/self/stat`, by its number in <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>.
fn field(stat: &str, number: usize) -> Option<f64> {
    // The second one, the name of the program, stands in brackets and may hold anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    Some((field(stat, 14)? + field(stat, 15)?) / TICKS)
}

/// Since 1970: the kernel counts from its own start, and says when that was.
fn start_seconds(stat: &str, kernel: &str) -> Option<f64> {
    Some(number_after(kernel, "btime")? + field(stat, 22)? / TICKS)
}

/// The first number on the line that begins so.
fn number_after(lines: &str, name: &str) -> Option<f64> {
    lines.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str =
        "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 9 0 0 0 250 75 0 0 20 0 12 0 360050 1000 2000 18446744073709551615";

    #[test]
    fn what_the_kernel_writes_is_read() {
        assert_eq!(cpu_seconds(STAT), Some(3.25));
        assert_eq!(field(STAT, 20), Some(12.0));
        assert_eq!(start_seconds(STAT, "cpu 1 2 3\nbtime 1700000000\nprocesses 5\n"), Some(1_700_003_600.5));
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n";
        assert_eq!(number_after(limits, "Max open files"), Some(1024.0));
        assert_eq!(number_after("Max open files   unlimited unlimited files\n", "Max open files"), None);
        assert_eq!((cpu_seconds(""), start_seconds("", "")), (None, None), "there is no /proc");
    }
}
