//! The results, for people and for programs.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::double::{Double, Message};
use crate::endpoints::Asked;
use crate::measure::{Outcome, Spread, Traffic, Used};
use crate::options::Options;
use crate::server::Sent;

/// The results of a run. docs/load.md explains each figure.
pub(crate) struct Report {
    pub(crate) heading: String,
    pub(crate) answers: usize,
    pub(crate) delta_to_edit: Spread,
    pub(crate) first_text: Spread,
    pub(crate) last_edit: Spread,
    pub(crate) silence: Spread,
    pub(crate) edits: usize,
    pub(crate) messages: usize,
    pub(crate) refused: usize,
    pub(crate) unfinished: usize,
    pub(crate) lost: usize,
    pub(crate) duplicated: usize,
    pub(crate) strange: usize,
    pub(crate) people: usize,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) rss_before_mb: Option<f64>,
    pub(crate) rss_mb: Option<f64>,
    pub(crate) asked: Asked,
}

impl Report {
    /// Compares what the platform was told with what the model says it sent.
    pub(crate) fn of(options: &Options, double: &Double, model: &str, used: &Used) -> anyhow::Result<Self> {
        let traffic = Traffic::of(options, &double.messages());
        let mut outcomes = Vec::new();
        for answer in 0..options.people * options.rounds {
            let sent = sent(model, answer)?;
            let messages = double.messages();
            let of_answer = messages_of(answer, &double.place(answer % options.people), &messages);
            outcomes.push(Outcome::of(&sent, &of_answer, options.max_edits, &traffic));
        }
        let sum = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).sum();
        Ok(Self {
            heading: heading(options),
            answers: outcomes.len(),
            delta_to_edit: outcomes.iter().flat_map(|outcome| outcome.delays.iter().copied()).collect(),
            first_text: outcomes.iter().filter_map(|outcome| outcome.first_text).collect(),
            last_edit: outcomes.iter().filter_map(|outcome| outcome.last_edit).collect(),
            silence: outcomes.iter().filter_map(|outcome| outcome.silence).collect(),
            edits: sum(|outcome| outcome.edits),
            messages: sum(|outcome| outcome.messages),
            refused: sum(|outcome| outcome.refused) + double.refused_sends(),
            unfinished: outcomes.iter().filter(|outcome| outcome.unfinished).count(),
            lost: sum(|outcome| outcome.lost),
            duplicated: sum(|outcome| outcome.duplicated),
            strange: sum(|outcome| outcome.strange),
            people: options.people,
            wall_s: used.wall_s,
            cpu_s: used.cpu_s,
            rss_before_mb: used.rss_before_mb,
            rss_mb: used.rss_mb,
            asked: Asked::default(),
        })
    }

    /// Adds what the endpoints answered meanwhile.
    pub(crate) fn with(self, asked: Asked) -> Self {
        Self { asked, ..self }
    }

    /// Everything as one line.
    pub(crate) fn json(&self) -> Value {
        json!({
            "answers": self.answers,
            "delta_to_edit_ms": self.delta_to_edit.json(),
            "delta_to_edit_count": self.delta_to_edit.count(),
            "first_text_ms": self.first_text.percentile(50),
            "first_text_p95_ms": self.first_text.percentile(95),
            "last_edit_ms": self.last_edit.percentile(50),
            "last_edit_p95_ms": self.last_edit.percentile(95),
            "last_edit_max_ms": self.last_edit.max(),
            "longest_silence_ms": self.silence.max(),
            "edits_per_answer": self.per_answer(self.edits),
            "messages_per_answer": self.per_answer(self.messages),
            "refused_edits": self.refused,
            "refused_percent": self.refused_percent(),
            "final_edits_missing": self.unfinished,
            "lost_chars": self.lost,
            "duplicated_chars": self.duplicated,
            "strange_chars": self.strange,
            "wall_s": round(self.wall_s),
            "cpu_s": self.cpu_s.map(round),
            "cores": self.cores().map(round),
            "rss_mb": self.rss_mb.map(round),
            "rss_before_mb": self.rss_before_mb.map(round),
            "kb_per_stream": self.kb_per_stream().map(round),
            "scrape_ms": self.asked.scrapes.json(),
            "scrape_count": self.asked.scrapes.count(),
            "audit_page_ms": self.asked.pages.json(),
            "audit_page_count": self.asked.pages.count(),
            "failed_requests": self.asked.failed,
        })
    }

    fn cores(&self) -> Option<f64> {
        self.cpu_s.map(|cpu| cpu / self.wall_s)
    }

    /// By how much memory grew for each person answered at once, in thousands of bytes.
    fn kb_per_stream(&self) -> Option<f64> {
        let (before, most) = self.rss_before_mb.zip(self.rss_mb)?;
        Some((most - before) * 1000.0 / real(self.people))
    }

    fn refused_percent(&self) -> f64 {
        let all = self.refused + self.edits + self.messages;
        round(100.0 * real(self.refused) / real(all.max(1)))
    }

    fn per_answer(&self, count: usize) -> f64 {
        round(real(count) / real(self.answers.max(1)))
    }
}

/// Fetches the times at which the model sent its tokens.
fn sent(model: &str, answer: usize) -> anyhow::Result<Sent> {
    let host = model.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host)?;
    write!(connection, "GET /sent/{answer} HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut response = String::new();
    connection.read_to_string(&mut response)?;
    let (_, body) = response.split_once("\r\n\r\n").context("the model's process does not say what it sent")?;
    Ok(serde_json::from_str(body)?)
}

/// Those with words of the answer; where it has none, what else was said in its place.
fn messages_of<'a>(answer: usize, place: &pstral_core::domain::Place, all: &'a [Message]) -> Vec<&'a Message> {
    let of_answer: Vec<&Message> = all.iter().filter(|message| message.shown.answer == Some(answer)).collect();
    if !of_answer.is_empty() {
        return of_answer;
    }
    all.iter().filter(|message| message.shown.answer.is_none() && message.place == *place).collect()
}

fn heading(options: &Options) -> String {
    let speech = options.speech();
    let chars = speech.tokens * crate::words::TOKEN_CHARS;
    format!(
        "{} people, {} answers of {chars} characters each at {} tokens/s; {} requests in {} s a {:?}, {} ms each",
        options.people, options.rounds, options.rate, options.edits, options.per, options.scope, options.latency_ms
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are small")]
fn real(count: usize) -> f64 {
    count as f64
}

/// To the hundredth.
fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| round(number).to_string());
        let times = |spread: &Spread| {
            let [p50, p95, p99] = [50, 95, 99].map(|part| shown(spread.percentile(part)));
            format!("p50 {p50}  p95 {p95}  p99 {p99}  max {} ms", shown(spread.max()))
        };
        let lines = [
            (
                "token in → edit out, budget free",
                format!("{}  ({} edits)", times(&self.delta_to_edit), self.delta_to_edit.count()),
            ),
            ("first token → first text", times(&self.first_text)),
            ("last token → final edit", times(&self.last_edit)),
            ("longest time without new text", times(&self.silence)),
            ("edits an answer", self.per_answer(self.edits).to_string()),
            ("messages an answer", self.per_answer(self.messages).to_string()),
            ("refused (429)", format!("{} ({} %)", self.refused, self.refused_percent())),
            ("answers without a final state", self.unfinished.to_string()),
            ("characters lost · twice · strange", format!("{} · {} · {}", self.lost, self.duplicated, self.strange)),
            ("/metrics and /readyz", format!("{}  ({})", times(&self.asked.scrapes), self.asked.scrapes.count())),
            ("pages of the audit", format!("{}  ({})", times(&self.asked.pages), self.asked.pages.count())),
            ("requests that failed", self.asked.failed.to_string()),
            (
                "processor",
                format!("{} s in {} s: {} cores", shown(self.cpu_s), round(self.wall_s), shown(self.cores())),
            ),
            (
                "memory",
                format!(
                    "{} MB, {} before: {} kB a person",
                    shown(self.rss_mb),
                    shown(self.rss_before_mb),
                    shown(self.kb_per_stream())
                ),
            ),
        ];
        writeln!(f, "{}", self.heading)?;
        lines.iter().try_for_each(|(name, value)| writeln!(f, "  {name:<34} {value}"))
    }
}
