//! A suite of questions with the statements that answer them rightly: JSON lines, as `demo/questions.jsonl` has them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pstral_core::domain::{Dialect, Locale};
use serde::{Deserialize, Serialize};

/// A question, and what a right answer is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Distinguishes it from the others of its suite.
    pub(crate) id: String,
    pub(crate) question: String,
    #[serde(deserialize_with = "locale")]
    pub(crate) language: Locale,
    #[serde(default)]
    pub(crate) expect: Expected,
    /// The statements whose rows are right, each of them alone.
    #[serde(default, deserialize_with = "golds")]
    pub(super) gold: Vec<Gold>,
    /// True if the rows must have the order of the gold statement.
    #[serde(default)]
    pub(crate) ordered: bool,
    /// The tables that an answer needs.
    #[serde(default)]
    pub(crate) tables: Vec<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// The case right before it in the same conversation.
    #[serde(default)]
    pub(crate) after: Option<String>,
    /// Why that is expected, for whoever reads the suite.
    #[serde(default)]
    #[expect(dead_code, reason = "a remark for people")]
    pub(super) why: Option<String>,
    /// The database it is asked of, in a benchmark; elsewhere that is the run's target.
    #[serde(skip)]
    pub(crate) database: Option<Database>,
}

/// A SQLite database of a benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// What a right answer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Expected {
    /// The rows of a gold statement.
    #[default]
    Rows,
    /// No statement: the data does not hold it.
    Abstain,
    /// A question back: it can be understood in two ways.
    Ask,
    /// No statement that runs: it asks for what nobody may have.
    Refuse,
}

/// A statement for every dialect, or one for each.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Gold {
    Any(String),
    Each(BTreeMap<String, String>),
}

impl Gold {
    fn statement(&self, dialect: Dialect) -> Option<&str> {
        match self {
            Self::Any(statement) => Some(statement),
            Self::Each(each) => each.get(dialect.word()).map(String::as_str),
        }
    }
}

impl Case {
    /// The gold statements in a dialect.
    pub(crate) fn golds(&self, dialect: Dialect) -> Vec<&str> {
        self.gold.iter().filter_map(|gold| gold.statement(dialect)).collect()
    }
}

/// Reads a suite; every error at once, with its line.
pub(crate) fn parse(text: &str) -> Result<Vec<Case>, Vec<String>> {
    let (mut cases, mut errors, mut ids) = (Vec::<Case>::new(), Vec::new(), BTreeSet::new());
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    for (line, number) in lines {
        let case: Case = match serde_json::from_str(line) {
            Ok(case) => case,
            Err(error) => {
                errors.push(format!("{number}: {error}"));
                continue;
            }
        };
        if let Some(before) = &case.after
            && cases.last().is_none_or(|last| last.id != *before)
        {
            errors.push(format!("{number}: `after` must name the case on the line before"));
        }
        if (case.expect == Expected::Rows) == case.gold.is_empty() {
            errors.push(format!("{number}: `gold` belongs to each case that expects rows, and to no other"));
        }
        if !ids.insert(case.id.clone()) {
            errors.push(format!("{number}: another case has the id {}", case.id));
        }
        cases.push(case);
    }
    if cases.is_empty() && errors.is_empty() {
        errors.push("1: there is no case".to_owned());
    }
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

fn locale<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Locale, D::Error> {
    String::deserialize(from)?.parse().map_err(|_| serde::de::Error::custom("`language` is fr or en"))
}

fn golds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Gold>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        Many(Vec<Gold>),
        One(Gold),
    }
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::Many(golds) => golds,
        OneOrMany::One(gold) => vec![gold],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gold_statements_are_for_every_dialect_or_for_each() {
        let text = r#"{"id":"a","question":"Combien ?","language":"fr","gold":"SELECT 1"}
            {"id":"b","question":"And?","language":"en","after":"a","ordered":true,
             "gold":[{"sqlite":"SELECT 2","postgres":"SELECT 3"},"SELECT 4"]}"#
            .replace("true,\n", "true,");
        let cases = parse(&text).unwrap();
        assert_eq!(cases[0].golds(Dialect::Oracle), ["SELECT 1"]);
        assert_eq!(cases[1].golds(Dialect::Postgres), ["SELECT 3", "SELECT 4"]);
        assert_eq!(cases[1].golds(Dialect::Oracle), ["SELECT 4"]);
    }

    #[test]
    fn every_error_is_told_with_its_line() {
        let text = r#"{"id":"a","question":"x","language":"de","gold":"SELECT 1"}
{"id":"b","question":"x","language":"fr"}

{"id":"b","question":"x","language":"fr","gold":"SELECT 1","after":"a"}"#;
        let errors = parse(text).unwrap_err();
        insta::assert_snapshot!(errors.join("\n"), @"
        1: `language` is fr or en at line 1 column 40
        2: `gold` belongs to each case that expects rows, and to no other
        4: `after` must name the case on the line before
        4: another case has the id b
        ");
        assert_eq!(parse("\n").unwrap_err(), ["1: there is no case"]);
    }
}
