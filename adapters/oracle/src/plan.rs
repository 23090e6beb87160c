//! Execution plans of statements, with Oracle's cost estimate.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use pstral_core::domain::{Row, Value};
use pstral_core::ports::{Estimate, TargetError};
use pstral_reading::Brake;

use crate::bind_value::BindValue;
use crate::calls::BoundedSession;
use crate::error::{Code, Phase};
use crate::pool::{Pool, Purpose};
use crate::statement::{Person, query_all, with_person};

/// The query that checks whether the plan table is accessible.
const TABLE: &str = "SELECT id FROM sys.plan_table$ WHERE ROWNUM < 1";

/// Each step in order. The table that everybody has, by its own name: `PLAN_TABLE` would be the company's where the
/// schema of the session has one. <https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/PLAN_TABLE.html>.
const STEPS: &str = "SELECT id, depth, operation, options, object_name, cost, cardinality FROM sys.plan_table$ \
     WHERE statement_id = :name ORDER BY id";

/// Steps told at most.
const LINES: usize = 200;

/// Tells plans apart that are asked for at the same time.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Reads the plan of a person's statement, in a session of theirs, since their rights and row policies determine it.
/// The plan is written into a table, so the session serves nothing else and is not read-only, and the transaction is
/// rolled back. Fails if the statement is invalid; if there is no plan for another reason, the estimate is empty.
pub(crate) fn read(pool: &Pool, text: &str, person: &Person, brake: &Brake) -> Result<Estimate, TargetError> {
    // It stands in the statement itself, which takes no parameter there.
    let name = format!("pstral-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    with_person(pool, Purpose::Plans, person, brake, |bounded| {
        bounded.phase = Phase::Running;
        let explain = format!("EXPLAIN PLAN SET STATEMENT_ID = '{name}' INTO sys.plan_table$ FOR {text}");
        if !explained(bounded, &explain)? {
            return Ok(Estimate::default());
        }
        match query_all(bounded, STEPS, &[("name".to_owned(), BindValue::Text(name))]) {
            Ok(rows) => Ok(estimate(&rows)),
            Err(TargetError::Rejected(reason)) => {
                tracing::warn!(reason, "the execution plan could not be read");
                Ok(Estimate::default())
            }
            Err(other) => Err(other),
        }
    })
}

/// Explains a statement, and returns true if there is a plan now. Fails if the statement itself is refused.
fn explained(bounded: &mut BoundedSession<'_>, explain: &str) -> Result<bool, TargetError> {
    let refused = bounded.call(|session| match session.run(explain) {
        Ok(()) => Ok(None),
        Err(fault) if may_be_the_plans(fault.code) => Ok(Some(fault)),
        Err(other) => Err(other),
    })?;
    let Some(fault) = refused else { return Ok(true) };
    if is_missing(fault.code) && query_all(bounded, TABLE, &[]).is_ok() {
        // The plan table exists: the missing table is one of the statement.
        return Err(bounded.decide(&fault));
    }
    tracing::debug!(%fault, "Oracle did not explain a statement; it has no estimate");
    Ok(false)
}

/// Refusals that running the statement does not meet: a view whose tables are not granted (1039), no table of plans, or
/// one of another form (2402 to 2404), an account or a database that may only read (1456, 16000, 28194), no right to
/// write a plan (1031). <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/EXPLAIN-PLAN.html>
fn may_be_the_plans(code: Code) -> bool {
    is_missing(code) || matches!(code, Code::Ora(1031 | 1039 | 1456 | 2402..=2404 | 16_000 | 28_194))
}

/// Checks for a missing or hidden table or view: one of the statement, or the plan table.
fn is_missing(code: Code) -> bool {
    matches!(code, Code::Ora(942 | 41_900))
}

/// The first step has the cost and the rows of the whole.
fn estimate(rows: &[Row]) -> Estimate {
    let first = rows.first();
    let cost = first.and_then(|row| row.get(5)).and_then(Value::as_f64);
    let cost = cost.filter(|cost| cost.is_finite() && *cost >= 0.0);
    // A count in the plan may be beyond what anybody counts: then it says nothing.
    let count = first.and_then(|row| row.get(6)).and_then(Value::as_u64);
    Estimate { cost, rows: count, plan: rows.iter().take(LINES).map(|row| line(row)).collect() }
}

fn line(row: &[Value]) -> String {
    let text = |at: usize| match row.get(at) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let depth = row.get(1).and_then(Value::as_u64).and_then(|depth| usize::try_from(depth).ok()).unwrap_or(0).min(64);
    let words: Vec<&str> = [text(2), text(3), text(4)].into_iter().flatten().collect();
    let mut line = format!("{}{}", "  ".repeat(depth), words.join(" "));
    for (at, word) in [(6, "rows"), (5, "cost")] {
        if let Some(count) = row.get(at).and_then(Value::as_u64) {
            let _ = write!(line, ", {word} {count}");
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: i64, depth: i64, words: [&str; 3], numbers: [Value; 2]) -> Row {
        let word = |word: &str| if word.is_empty() { Value::Null } else { Value::Text(word.to_owned()) };
        let mut row = vec![Value::Integer(id), Value::Integer(depth)];
        row.extend(words.map(word));
        row.extend(numbers);
        row
    }

    #[test]
    fn the_first_step_tells_of_the_whole() {
        let rows = [
            step(0, 0, ["SELECT STATEMENT", "", ""], [Value::Integer(12), Value::Integer(340)]),
            step(1, 1, ["HASH JOIN", "", ""], [Value::Integer(12), Value::Integer(340)]),
            step(2, 2, ["TABLE ACCESS", "FULL", "CLIENTS"], [Value::Integer(3), Value::Integer(120)]),
            step(3, 2, ["INDEX", "RANGE SCAN", "CONTRACTS_IX"], [Value::Null, Value::Null]),
        ];
        let told = estimate(&rows);
        assert_eq!((told.cost, told.rows), (Some(12.0), Some(340)));
        assert_eq!(
            told.plan,
            [
                "SELECT STATEMENT, rows 340, cost 12",
                "  HASH JOIN, rows 340, cost 12",
                "    TABLE ACCESS FULL CLIENTS, rows 120, cost 3",
                "    INDEX RANGE SCAN CONTRACTS_IX",
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_not_cheap() {
        let huge = Value::Decimal("99999999999999999999999".to_owned());
        let told = estimate(&[step(0, 0, ["SELECT STATEMENT", "", ""], [huge.clone(), huge])]);
        assert_eq!((told.cost, told.rows), (Some(1e23), None));
        let told = estimate(&[step(0, 0, ["SELECT STATEMENT", "", ""], [Value::Null, Value::Null])]);
        assert_eq!((told.cost, told.rows), (None, None));
        assert_eq!(estimate(&[]), Estimate::default());
    }
}
