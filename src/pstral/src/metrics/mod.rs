//! Every metric of `/metrics`: its name, kind, unit and help. What counts them is beside this file and in the adapters.

pub mod answer_times;
pub mod audit;
mod audit_clock;
mod audit_gap;
pub mod chat;
pub mod model;
#[cfg(feature = "endpoint")]
pub mod process;
#[cfg(feature = "endpoint")]
pub mod sampled;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};

/// A metric of `/metrics`.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// The name, by Prometheus's conventions (<https://prometheus.io/docs/practices/naming/>).
    pub name: &'static str,
    /// What may happen to its value.
    pub kind: Kind,
    /// The unit of its value.
    pub unit: Unit,
    /// The sentence of its `HELP` line.
    pub help: &'static str,
}

/// The type of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, until the program starts again.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It counts values in buckets.
    Histogram,
}

/// All metrics, by name.
pub const METRICS: &[Metric] = &[
    count("process_cpu_seconds_total", Unit::Seconds, "Processor time spent, in the program and in the kernel for it."),
    gauged("process_max_fds", Unit::Count, "The most file descriptors that may be open."),
    gauged("process_open_fds", Unit::Count, "Open file descriptors."),
    gauged("process_resident_memory_bytes", Unit::Bytes, "Memory held."),
    gauged("process_start_time_seconds", Unit::Seconds, "Start of the program, in seconds since 1970-01-01 UTC."),
    gauged("process_threads", Unit::Count, "Threads of the operating system."),
    count("pstral_audit_events_total", Unit::Count, "Audit events, such as questions, answers and executions."),
    count("pstral_audit_failures_total", Unit::Count, "Audit events that could not be written."),
    gauged("pstral_audit_head_unsent", Unit::Count, "1 while the newest head of the audit chain is not in its chat."),
    gauged("pstral_build_info", Unit::Count, "1, with the version of the program and the revision it was built from."),
    gauged("pstral_disk_available_bytes", Unit::Bytes, "Room left on the disk of a folder."),
    gauged("pstral_disk_size_bytes", Unit::Bytes, "Size of the disk of a folder."),
    timed("pstral_duration_seconds", "Time of answers, waiting for the model included, and of results."),
    gauged("pstral_endpoint_resting", Unit::Count, "1 while a model server is not asked, because it failed."),
    timed("pstral_first_text_seconds", "Time from a question to the first text of the model that a person sees."),
    gauged("pstral_generations_running", Unit::Count, "Answers being written by a model server."),
    gauged("pstral_generations_waiting", Unit::Count, "Questions that wait for a model server."),
    timed("pstral_last_edit_seconds", "Time from a question to the last edit of the model's answer."),
    count("pstral_message_edits_total", Unit::Count, "Edits of messages that a platform took."),
    count("pstral_model_answer_tokens_total", Unit::Count, "Tokens written, of whole answers."),
    count("pstral_model_prompt_tokens_total", Unit::Count, "Tokens read, of prompts with whole answers."),
    timed("pstral_model_writing_seconds", "Time from the first to the last token of whole answers."),
    gauged("pstral_part_up", Unit::Count, "1 while a part is well: the state, a model server, a target, a platform."),
    gauged("pstral_platform_ended", Unit::Count, "1 once a platform has ended for good."),
    count("pstral_platform_rate_limited_total", Unit::Count, "Requests that a platform refused as too many (429)."),
    gauged("pstral_ready", Unit::Count, "1 while some question can be answered, as /readyz says."),
    count("pstral_result_rows_total", Unit::Count, "Rows of results delivered."),
];

const fn count(name: &'static str, unit: Unit, help: &'static str) -> Metric {
    Metric { name, kind: Kind::Counter, unit, help }
}

const fn gauged(name: &'static str, unit: Unit, help: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, unit, help }
}

const fn timed(name: &'static str, help: &'static str) -> Metric {
    Metric { name, kind: Kind::Histogram, unit: Unit::Seconds, help }
}

/// Describes every metric to the recorder, and says which build runs.
pub fn describe() {
    for Metric { name, kind, unit, help } in METRICS.iter().copied() {
        match kind {
            Kind::Counter => describe_counter!(name, unit, help),
            Kind::Gauge => describe_gauge!(name, unit, help),
            Kind::Histogram => describe_histogram!(name, unit, help),
        }
    }
    // `scripts/dist` sets it; an empty label is none.
    let revision = option_env!("PSTRAL_REVISION").unwrap_or_default();
    gauge!("pstral_build_info", "version" => env!("CARGO_PKG_VERSION"), "revision" => revision).set(1);
}

impl Kind {
    /// The word of a `TYPE` line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}
