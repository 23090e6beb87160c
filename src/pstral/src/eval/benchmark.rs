//! Spider 1.0 and BIRD as suites: their folders, as they are published, with a SQLite database for each question.
//!
//! Sources: `README.md` and `evaluation.py` of <https://github.com/taoyds/spider> and `exec_eval.py` of
//! <https://github.com/taoyds/test-suite-sql-eval>; `bird/README.md` and `bird/llm/src` of
//! <https://github.com/AlibabaResearch/DAMO-ConvAI>, and <https://github.com/bird-bench/mini_dev> for `question_id` and
//! `difficulty`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use pstral_core::domain::Locale;
use serde::Deserialize;
use serde_json::json;

use super::suite::{Case, Database, Expected, Gold};
use crate::config::TargetConfig;

/// An entry of `dev.json`, in either benchmark.
#[derive(Deserialize)]
struct Entry {
    db_id: String,
    question: String,
    #[serde(alias = "query", alias = "SQL")]
    gold: String,
    /// BIRD: its place in the full set, also in the smaller one.
    question_id: Option<usize>,
    /// BIRD: what a person must know to answer; often empty.
    #[serde(default)]
    evidence: String,
    /// BIRD: `simple`, `moderate` or `challenging`.
    difficulty: Option<String>,
}

/// Reads a benchmark; each of its databases must be there.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Vec<Case>> {
    let file = folder.join("dev.json");
    let shown = || file.display().to_string();
    let entries: Vec<Entry> = serde_json::from_slice(&fs::read(&file).with_context(shown)?).with_context(shown)?;
    let bird = folder.join("dev_databases");
    let is_bird = bird.is_dir();
    let databases = std::path::absolute(if is_bird { bird } else { folder.join("database") })?;
    let cases = entries.into_iter().enumerate().map(|(place, entry)| {
        let path = databases.join(&entry.db_id).join(format!("{}.sqlite", entry.db_id));
        fs::metadata(&path).with_context(|| path.display().to_string())?;
        Ok(case(entry, place, path.as_path(), is_bird))
    });
    cases.collect()
}

fn case(entry: Entry, place: usize, path: &Path, is_bird: bool) -> Case {
    // As in the prompts of BIRD's own runs.
    let question = match entry.evidence.trim() {
        "" => entry.question,
        evidence => format!("{}\nExternal Knowledge: {evidence}", entry.question),
    };
    Case {
        id: entry.question_id.unwrap_or(place).to_string(),
        question,
        language: Locale::En,
        expect: Expected::Rows,
        // Spider's evaluation compares the order of rows wherever ORDER BY stands in the gold; BIRD's never does.
        ordered: !is_bird && entry.gold.to_ascii_lowercase().contains("order by"),
        gold: vec![Gold::Any(entry.gold)],
        tables: Vec::new(),
        tags: entry.difficulty.into_iter().chain([entry.db_id.clone()]).collect(),
        after: None,
        why: None,
        database: Some(Database { name: entry.db_id, path: path.to_owned() }),
    }
}

/// The only target of a run on a database of a benchmark.
pub(crate) fn targets(database: &Database) -> anyhow::Result<BTreeMap<String, TargetConfig>> {
    let target = serde_json::from_value(json!({ "kind": "sqlite", "path": database.path }))?;
    Ok(BTreeMap::from([(database.name.clone(), target)]))
}
