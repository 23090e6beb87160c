//! `/metrics`: what is counted, what describes it, and what reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use pstral::metrics::{Kind, METRICS, Metric};
use pstral_core::domain::{AuditAction, AuditStatus};
use pstral_ollama::testkit::{Answer, ScriptedOllama};
use serde_json::Value as Json;
use yaml_rust2::{Yaml, YamlLoader};

use crate::bot::{Bot, until};
use crate::invariants::rust_files;
use crate::program::feed;
use crate::running::installed;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every metric that the sources count, with the kind of the macro; of the process, the kind is in the table.
fn counted() -> BTreeSet<(String, Option<&'static str>)> {
    let crates = ["src", "adapters"].map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let sources = crates.into_iter().flatten().map(|krate| krate.unwrap().path().join("src"));
    let mut counted = BTreeSet::new();
    for file in sources.filter(|source| source.is_dir()).flat_map(|source| rust_files(&source)) {
        let text = std::fs::read_to_string(&file).unwrap();
        for kind in ["counter", "gauge", "histogram"] {
            for name in literals(&text, &format!("{kind}!(")) {
                let name = name.unwrap_or_else(|| panic!("{}: name a metric where it is counted", file.display()));
                counted.insert((name.to_owned(), Some(kind)));
            }
        }
        if file.ends_with("metrics/process.rs") {
            counted.extend(literals(&text, "(").flatten().map(|name| (name.to_owned(), None)));
        }
    }
    counted.retain(|(name, kind)| kind.is_some() || name.starts_with("process_"));
    counted
}

/// The literal, if there is one, after each of these beginnings; a description counts nothing.
fn literals<'a>(text: &'a str, begins: &str) -> impl Iterator<Item = Option<&'a str>> {
    let places = text.match_indices(begins).filter(|(at, _)| !text[..*at].ends_with("describe_"));
    let after = places.map(|(at, begins)| text[at + begins.len()..].trim_start());
    after.map(|rest| Some(rest.strip_prefix('"')?.split_once('"')?.0))
}

#[test]
fn what_is_counted_is_in_the_table_and_nothing_else_is() {
    let counted = counted();
    for (name, kind) in &counted {
        let metric = METRICS.iter().find(|metric| metric.name == name);
        let metric = metric.unwrap_or_else(|| panic!("{name} is counted and not in METRICS"));
        assert!(kind.is_none_or(|kind| kind == metric.kind.word()), "{name} is counted as a {kind:?}");
    }
    for Metric { name, .. } in METRICS {
        assert!(counted.iter().any(|(other, _)| other == name), "{name} is in METRICS and never counted");
    }
}

#[test]
fn names_follow_the_conventions_of_prometheus() {
    assert!(METRICS.is_sorted_by(|one, next| one.name < next.name), "by name, each once");
    for Metric { name, kind, unit, help } in METRICS {
        assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
        let base = name.trim_end_matches("_total");
        let word = unit.as_str();
        assert!(word == "count" || base.ends_with(&format!("_{word}")), "{name}: its unit is {word}");
        assert!(help.ends_with('.'), "{name}: a sentence");
    }
}

/// A platform or a model that is counted must still do all it can: a method with a default is easily forgotten.
#[test]
fn what_is_counted_does_all_it_did() {
    let methods = |path: &str, of: &str| -> BTreeSet<String> {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let (_, body) = text.split_once(of).unwrap();
        let (body, _) = body.split_once("\n}\n").unwrap();
        let names =
            body.lines().filter_map(|line| line.strip_prefix("    ")?.trim_start_matches("async ").strip_prefix("fn "));
        names.map(|name| name.split(['(', '<']).next().unwrap().to_owned()).collect()
    };
    for (port, name, counted) in
        [("chat_platform", "ChatPlatform", "chat"), ("language_model", "LanguageModel", "model")]
    {
        let all = methods(&format!("src/core/src/ports/{port}.rs"), &format!("pub trait {name}:"));
        assert!(all.len() > 5, "{all:?}");
        assert_eq!(methods(&format!("src/pstral/src/metrics/{counted}.rs"), &format!("impl {name} for")), all);
    }
}

/// The names of metrics in an expression.
fn named(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("pstral_") || word.starts_with("process_")).map(str::to_owned).collect()
}

/// Fails the test unless an expression names only metrics there are, and words of the audit.
fn check_expression(expression: &str) {
    assert!(!expression.is_empty());
    for name in named(expression) {
        let is = |metric: &&Metric| match name.strip_prefix(metric.name) {
            Some("") => metric.kind != Kind::Histogram,
            Some("_bucket" | "_count" | "_sum") => metric.kind == Kind::Histogram,
            _ => false,
        };
        assert!(METRICS.iter().any(|metric| is(&metric)), "{name} is no metric: {expression}");
    }
    let values = |label: &str| -> Vec<&str> {
        let after = expression.split(label).skip(1);
        after.filter_map(|rest| rest.split_once('"')).map(|(value, _)| value).collect()
    };
    let unknown = |value: &&&str| AuditAction::from_word(value).is_none();
    assert_eq!(values("action=\"").iter().find(unknown), None, "{expression}");
    let unknown = |value: &&&str| AuditStatus::from_word(value).is_none();
    assert_eq!(values("status=\"").iter().find(unknown), None, "{expression}");
}

#[test]
fn alerts_name_metrics_there_are() {
    let text = std::fs::read_to_string(root().join("docs/alerts.yml")).unwrap();
    let file = YamlLoader::load_from_str(&text).unwrap();
    let mut alerts = BTreeSet::new();
    for rule in file[0]["groups"].as_vec().unwrap().iter().flat_map(|group| group["rules"].as_vec().unwrap()) {
        let word = |value: &Yaml| value.as_str().unwrap_or_else(|| panic!("{rule:?}")).to_owned();
        check_expression(&word(&rule["expr"]));
        assert!(alerts.insert(word(&rule["alert"])), "{rule:?}");
        assert!(["critical", "warning"].contains(&word(&rule["labels"]["severity"]).as_str()), "{rule:?}");
        assert!(word(&rule["annotations"]["description"]).ends_with('.'), "{rule:?}");
        word(&rule["annotations"]["summary"]);
    }
    assert!(alerts.len() > 10, "{alerts:?}");
    if let Some(printed) = promtool(&["check", "rules", "docs/alerts.yml"], "") {
        assert!(printed.contains(&format!("SUCCESS: {} rules found", alerts.len())), "{printed}");
    }
}

#[test]
fn the_dashboard_shows_metrics_there_are() {
    let text = std::fs::read_to_string(root().join("docs/grafana.json")).unwrap();
    let dashboard: Json = serde_json::from_str(&text).unwrap();
    // The last one of the classic model, which every Grafana imports
    // (<https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/>).
    assert_eq!(dashboard["schemaVersion"], 42);
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let variables: Vec<&str> = variables.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
    assert_eq!(variables, ["datasource", "instance"]);
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    let mut cells = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_i64().unwrap()), "{panel}");
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
        assert!(x + w <= 24, "{panel}");
        for cell in (x..x + w).flat_map(|column| (y..y + h).map(move |row| (column, row))) {
            assert!(cells.insert(cell), "two panels lie on {cell:?}: {panel}");
        }
        for target in panel["targets"].as_array().unwrap() {
            check_expression(target["expr"].as_str().unwrap());
        }
    }
    check_expression(dashboard["annotations"]["list"][0]["expr"].as_str().unwrap());
}

#[test]
fn the_manual_explains_every_metric() {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let explained = |name: &str| page.split('`').any(|code| code.split('{').next() == Some(name));
    let missing: Vec<_> = METRICS.iter().map(|metric| metric.name).filter(|name| !explained(name)).collect();
    assert_eq!(missing, [""; 0]);
}

/// Runs Prometheus's own tool, where it is installed, and gives what it printed.
fn promtool(words: &[&str], input: &str) -> Option<String> {
    if Command::new("promtool").arg("--version").output().is_err() {
        println!("skipped: promtool (Debian's package prometheus) is not installed");
        return None;
    }
    let mut command = Command::new("promtool");
    command.args(words).current_dir(root());
    let ended = feed(command, input.as_bytes()).code(0);
    Some(format!("{}{}", ended.out, ended.err))
}

/// The samples of `/metrics`, each with its labels, after a check of what stands before them.
struct Scrape {
    samples: BTreeMap<String, f64>,
    names: BTreeSet<&'static str>,
    text: String,
}

impl Scrape {
    fn of(bot: &Bot) -> Self {
        let answer = bot.get("/metrics").unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("text/plain; version=0.0.4"), "{head}");
        let (mut samples, mut names) = (BTreeMap::new(), BTreeSet::new());
        for family in text.trim_end().split("\n\n") {
            let mut lines = family.lines();
            let first = lines.next().unwrap();
            let name = first.strip_prefix("# HELP ").and_then(|rest| rest.split(' ').next());
            let metric = METRICS.iter().find(|metric| Some(metric.name) == name);
            let Metric { name, kind, help, .. } = metric.unwrap_or_else(|| panic!("nothing describes {family}"));
            assert_eq!(first, format!("# HELP {name} {help}"));
            assert_eq!(lines.next().unwrap(), format!("# TYPE {name} {}", kind.word()));
            assert!(names.insert(*name), "{name} comes twice");
            for line in lines {
                assert!(line.starts_with(name), "{line} is not of {name}");
                let (sample, value) = line.rsplit_once(' ').unwrap();
                samples.insert(sample.to_owned(), value.parse().unwrap());
            }
        }
        Self { samples, names, text: text.to_owned() }
    }

    fn value(&self, sample: &str) -> f64 {
        *self.samples.get(sample).unwrap_or_else(|| panic!("{sample} is missing: {}", self.text))
    }

    fn is_one(&self, sample: &str) -> bool {
        (self.value(sample) - 1.0).abs() < f64::EPSILON
    }

    /// Fails the test unless these samples have these values.
    fn has(&self, samples: &[(&str, f64)]) {
        for (sample, value) in samples {
            assert!((self.value(sample) - value).abs() < f64::EPSILON, "{sample} is not {value}: {}", self.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_there_from_the_start_and_counts() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = installed(&ollama.url());
    let mut bot = Bot::start(&place);
    // Discord and Matrix count their refusals.
    let expected =
        METRICS.iter().map(|metric| metric.name).filter(|name| *name != "pstral_platform_rate_limited_total");
    let expected: BTreeSet<_> = expected.collect();
    until("all are there", || Scrape::of(&bot).names == expected);
    let start = Scrape::of(&bot);
    let counters =
        start.samples.iter().filter(|(sample, _)| sample.starts_with("pstral_") && sample.contains("_total"));
    let moved: Vec<_> = counters.filter(|(_, value)| **value != 0.0).map(|(sample, _)| sample.as_str()).collect();
    // Each start listens elsewhere.
    let started = ["config.changed", "started"];
    assert_eq!(moved, started.map(|action| format!("pstral_audit_events_total{{action=\"{action}\",status=\"ok\"}}")));
    let build = start.samples.keys().find(|sample| sample.starts_with("pstral_build_info{")).unwrap();
    assert!(build.contains(concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"")), "{build}");
    start.has(&[
        ("pstral_audit_events_total{action=\"question\",status=\"ok\"}", 0.0),
        ("pstral_first_text_seconds_count{platform=\"terminal\"}", 0.0),
        ("pstral_message_edits_total{platform=\"terminal\"}", 0.0),
        ("pstral_model_prompt_tokens_total{model=\"qwen2.5-coder:3b\"}", 0.0),
        ("pstral_part_up{kind=\"target\",name=\"crm\"}", 1.0),
        ("pstral_part_up{kind=\"model\",name=\"\"}", 1.0),
        ("pstral_ready", 1.0),
    ]);
    assert!(start.value("process_resident_memory_bytes") > 1e6 && start.value("process_start_time_seconds") > 1.7e9);

    let answer = "They are counted so:\n```sql\nSELECT count(id) AS clients FROM clients\n```\n";
    ollama.answer(Answer::text(answer));
    bot.types("How many clients are there of which nobody has asked yet?");
    until("it is answered", || Scrape::of(&bot).is_one("pstral_last_edit_seconds_count{platform=\"terminal\"}"));
    bot.types("/execute");
    until("it has run", || Scrape::of(&bot).is_one("pstral_audit_events_total{action=\"result\",status=\"ok\"}"));
    let end = Scrape::of(&bot);
    end.has(&[
        ("pstral_audit_events_total{action=\"question\",status=\"ok\"}", 1.0),
        ("pstral_audit_events_total{action=\"answer\",status=\"ok\"}", 1.0),
        ("pstral_audit_events_total{action=\"execution\",status=\"ok\"}", 1.0),
        ("pstral_duration_seconds_count{action=\"answer\"}", 1.0),
        ("pstral_duration_seconds_count{action=\"result\"}", 1.0),
        ("pstral_first_text_seconds_count{platform=\"terminal\"}", 1.0),
        ("pstral_generations_waiting", 0.0),
        ("pstral_last_edit_seconds_count{platform=\"terminal\"}", 1.0),
        ("pstral_model_answer_tokens_total{model=\"qwen2.5-coder:3b\"}", 5.0),
        ("pstral_model_prompt_tokens_total{model=\"qwen2.5-coder:3b\"}", 15.0),
        ("pstral_model_writing_seconds_count{model=\"qwen2.5-coder:3b\"}", 1.0),
        ("pstral_result_rows_total", 1.0),
    ]);
    assert!(!end.text.contains("zoe") && !end.text.contains("SELECT"), "no label holds who asked or what");
    if let Some(printed) = promtool(&["check", "metrics"], &end.text) {
        assert_eq!(printed, "", "of what `promtool check metrics` finds");
    }
    bot.signal("-TERM");
    bot.ended().code(0);
}
