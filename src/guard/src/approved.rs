//! A statement that may run; made only by the guard.

use std::collections::BTreeMap;

use super::row_limit::RowLimit;
use crate::{Dialect, Limits, Value};

/// A statement that may run. Only [`super::Guard::check`] makes one:
///
/// ```compile_fail,E0451
/// use pstral_guard::Dialect;
/// use pstral_guard::ApprovedStatement;
///
/// let forged = ApprovedStatement {
///     text: "DROP TABLE clients".to_owned(),
///     dialect: Dialect::Sqlite,
///     relations: Vec::new(),
///     columns: Vec::new(),
///     left_out: Vec::new(),
///     read_as_text: Vec::new(),
///     functions: Vec::new(),
///     parameters: Vec::new(),
///     row_limit: None,
///     limits: Default::default(),
///     values: Default::default(),
/// };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovedStatement {
    pub(super) text: String,
    pub(super) dialect: Dialect,
    pub(super) relations: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) left_out: Vec<String>,
    pub(super) read_as_text: Vec<String>,
    pub(super) functions: Vec<String>,
    pub(super) parameters: Vec<String>,
    pub(super) row_limit: Option<RowLimit>,
    pub(super) limits: Limits,
    pub(super) values: BTreeMap<String, Value>,
}

/// A parameter of the statement has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter :{0} has no value")]
pub struct MissingParameter(pub String);

impl ApprovedStatement {
    /// The exact text that runs: the tree's own rendering, without comments and hints.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The dialect it was checked in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The relations it reads, as the catalog names them, sorted and each once.
    pub fn relations(&self) -> &[String] {
        &self.relations
    }

    /// The columns it reads, `relation.column` as the catalog names them, sorted and each once.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The columns that a `*` of the text stood for and that the policy closes, `relation.column` as the catalog names
    /// them, sorted and each once. The statement names the others instead.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The words in double quotes that name nothing here and were read as texts, as SQLite reads them: in order, each
    /// once. The statement has them in single quotes.
    pub fn read_as_text(&self) -> &[String] {
        &self.read_as_text
    }

    /// The functions it calls and the pseudo-columns it names, in upper case, sorted and each once.
    pub fn functions(&self) -> &[String] {
        &self.functions
    }

    /// The names of its `:name` parameters in order of first appearance, each once.
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// Rows that its own LIMIT, FETCH FIRST or ROWNUM lets through at most, once its parameters have values: a result of as
    /// many rows may not be everything. `None` where it has none, or computes it.
    pub fn row_limit(&self) -> Option<u64> {
        match self.row_limit.as_ref()? {
            RowLimit::Rows(rows) => Some(*rows),
            RowLimit::Parameter(name) => match self.values.get(name)? {
                Value::Integer(rows) => u64::try_from(*rows).ok(),
                _ => None,
            },
        }
    }

    /// The limits of its cost.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The values bound to its parameters.
    pub fn values(&self) -> &BTreeMap<String, Value> {
        &self.values
    }

    /// Binds values to the parameters; every parameter must have one, others are left out.
    pub fn bind(mut self, values: &BTreeMap<String, Value>) -> Result<Self, MissingParameter> {
        for name in &self.parameters {
            let value = values.get(name).ok_or_else(|| MissingParameter(name.clone()))?;
            self.values.insert(name.clone(), value.clone());
        }
        Ok(self)
    }
}
