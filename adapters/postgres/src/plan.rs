//! Query plans of PostgreSQL.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pstral_core::domain::Value as Bound;
use pstral_core::ports::{Estimate, TargetError};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row as _, Statement as _};

use crate::fault::fault;
use crate::parameters;
use crate::placeholders::numbered;

/// The plan of a text with its values; one without a value counts as null. Names of the members:
/// <https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/commands/explain.c>. A server that goes away
/// meanwhile has failed: the statement may be why.
pub(crate) async fn read(
    connection: &mut PgConnection,
    text: &str,
    mut values: BTreeMap<String, Bound>,
) -> Result<Estimate, TargetError> {
    for name in numbered(text).1 {
        values.entry(name).or_insert(Bound::Null);
    }
    let text = format!("EXPLAIN (FORMAT JSON) {text}");
    let (statement, arguments) = parameters::prepare(connection, &text, &values).await?;
    let sql = AssertSqlSafe(statement.sql().as_str().to_owned());
    let row = sqlx::query_with(sql, arguments).fetch_one(connection).await.map_err(|error| fault(&error, true))?;
    let unreadable = || TargetError::Failed("the plan cannot be read".to_owned());
    let bytes = row.try_get_raw(0).ok().and_then(|raw| raw.as_bytes().ok()).ok_or_else(unreadable)?;
    let plan: Value = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    Ok(estimate(&plan[0]["Plan"]))
}

fn estimate(root: &Value) -> Estimate {
    let mut plan = Vec::new();
    describe(root, 0, &mut plan);
    Estimate { cost: root["Total Cost"].as_f64(), rows: root["Plan Rows"].as_u64(), plan }
}

/// One line a step, indented by two spaces a level.
fn describe(step: &Value, depth: usize, plan: &mut Vec<String>) {
    let text = |name: &str| step[name].as_str().unwrap_or_default();
    let mut line = format!("{}{}", "  ".repeat(depth), text("Node Type"));
    for (before, name) in [(" of ", "Subplan Name"), (" using ", "Index Name"), (" on ", "Relation Name")] {
        if !text(name).is_empty() {
            line.push_str(before);
            line.push_str(text(name));
        }
    }
    if !text("Alias").is_empty() && text("Alias") != text("Relation Name") {
        let _ = write!(line, " as {}", text("Alias"));
    }
    let _ = write!(line, " (rows {}, cost {})", step["Plan Rows"], step["Total Cost"]);
    plan.push(line);
    for inner in step["Plans"].as_array().into_iter().flatten() {
        describe(inner, depth + 1, plan);
    }
}
