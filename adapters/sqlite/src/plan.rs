//! Query plans of SQLite.

use std::path::Path;

use pstral_core::ports::{Estimate, TargetError};
use pstral_reading::Brake;
use rusqlite::Statement;

use crate::fault::fault;
use crate::open;
use crate::statement::prepare;

/// One line a step, indented by two spaces a level. SQLite tells neither cost nor rows:
/// <https://www.sqlite.org/eqp.html>.
pub(crate) fn read(path: &Path, text: &str, brake: &Brake) -> Result<Estimate, TargetError> {
    let (connection, _) = open::for_statements(path, brake)?;
    let mut statement = prepare(&connection, &format!("EXPLAIN QUERY PLAN {text}"), brake)?;
    let plan = lines(&mut statement).map_err(|error| fault(&error, brake))?;
    Ok(Estimate { cost: None, rows: None, plan })
}

fn lines(statement: &mut Statement<'_>) -> rusqlite::Result<Vec<String>> {
    let mut depths = std::collections::HashMap::new();
    let mut plan = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let (step, parent, detail): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
        let depth = depths.get(&parent).map_or(0, |depth| depth + 1);
        depths.insert(step, depth);
        plan.push(format!("{}{detail}", "  ".repeat(depth)));
    }
    Ok(plan)
}
