//! Numbers of a result as a chart shows them.

use serde::{Deserialize, Serialize};

/// The form of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Bars of categories, in the order of the result.
    Bars,
    /// A line through moments, the earliest first.
    Line,
}

/// Numbers of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// As the database names the column.
    pub name: String,
    /// One a label; `None` where there is no value.
    pub values: Vec<Option<f64>>,
}

/// A chart of a small result: typed data and nothing to interpret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The question where there is one, else the names of the columns.
    pub title: String,
    /// A sentence about the rows it leaves out, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its form.
    pub shape: Shape,
    /// The categories or moments, 2 to 200.
    pub labels: Vec<String>,
    /// One to three; each has at least one value.
    pub series: Vec<Series>,
}
