//! Statements between lines of prose.

use super::{Statement, lines, marks, prose, tidy};

/// The longest statement in prose, in bytes: the guard takes half of that. Nothing in a longer block is a statement, as half
/// of one may mean something else.
const LONGEST: usize = 1 << 15;
/// Lines of one block that are tried as the first of a statement.
const STARTS: usize = 64;

/// The statements in prose: one begins a line and ends at a semicolon that ends a line, at a blank line, or before a fence.
pub(super) fn in_prose(answer: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    // The lines of the block that may begin a statement.
    let mut starts = Vec::new();
    for (at, line) in lines(answer) {
        if marks(line.trim()).is_some() {
            found.extend(first_statement(answer, at, std::mem::take(&mut starts)));
            continue;
        }
        if starts.len() < STARTS && prose::may_begin(line) {
            starts.push(at);
        }
        if line.trim().is_empty() || line.trim_end().ends_with(';') {
            found.extend(first_statement(answer, at + line.len(), std::mem::take(&mut starts)));
        }
    }
    found.extend(first_statement(answer, answer.len(), starts));
    found
}

/// The statement of a block, from the first start that makes one of what follows it.
fn first_statement(answer: &str, end: usize, starts: Vec<usize>) -> Option<Statement> {
    if end - starts.first()? > LONGEST {
        return None;
    }
    let start = starts.into_iter().find(|at| prose::is_query(&answer[*at..end]))?;
    Some(Statement { text: tidy(&answer[start..end]), range: start..end })
}
