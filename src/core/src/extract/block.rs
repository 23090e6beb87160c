//! Statements between lines of prose.

use super::{Statement, marks, prose, tidy};

/// Statements in prose: one begins a line and ends at a semicolon that ends a line, at a blank line, or before a fence.
#[derive(Debug, Default)]
pub(super) struct Prose {
    /// The lines since one that may begin a statement, and the byte that one begins at.
    block: String,
    begin: usize,
    /// Offsets in the block at which a statement may begin.
    starts: Vec<usize>,
    /// The block is too long: nothing in it is a statement, as half of one may mean something else.
    too_long: bool,
    found: Vec<Statement>,
}

/// The longest statement in prose, in bytes: the guard takes half of that.
const LONGEST: usize = 1 << 15;
/// Lines of one block that are tried as the first of a statement.
const STARTS: usize = 64;

impl Prose {
    /// Takes the next line of prose, which may begin, continue or end a statement.
    pub(super) fn take(&mut self, line: &str, at: usize) {
        if marks(line.trim()).is_some() {
            self.end();
            return;
        }
        if self.starts.len() < STARTS && prose::may_begin(line) {
            self.starts.push(self.block.len());
            self.begin = if self.block.is_empty() { at } else { self.begin };
        }
        if self.starts.is_empty() {
            return;
        }
        self.too_long |= self.block.len() + line.len() > LONGEST;
        if !self.too_long {
            self.block.push_str(line);
        }
        if line.trim().is_empty() || line.trim_end().ends_with(';') {
            self.end();
        }
    }

    /// The first start that makes a statement of what follows it.
    fn end(&mut self) {
        let (block, mut starts) = (std::mem::take(&mut self.block), std::mem::take(&mut self.starts).into_iter());
        if std::mem::take(&mut self.too_long) {
            return;
        }
        if let Some(start) = starts.find(|start| prose::is_query(&block[*start..])) {
            let range = self.begin + start..self.begin + block.len();
            self.found.push(Statement { text: tidy(&block[start..]), range });
        }
    }

    pub(super) fn finish(mut self) -> Vec<Statement> {
        self.end();
        self.found
    }
}
