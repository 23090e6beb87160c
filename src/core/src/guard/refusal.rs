//! Why a statement may not run, where in the text, and what to write instead.

/// A rule of the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The text cannot be fully parsed.
    Syntax,
}

/// Why a statement may not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule it breaks.
    pub rule: Rule,
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// What was found, from the statement itself.
    pub found: String,
    /// What to write instead; empty when there is nothing to suggest.
    pub instead: String,
}
