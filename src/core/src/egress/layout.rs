//! An answer laid out over messages.

use super::disarmed;
use super::split::{Split, Splitting, split};
use crate::ports::{Capabilities, Length};

/// Between what the model wrote and what is ours.
const GAP: &str = "\n\n";

/// How a platform's messages are filled.
pub fn splitting(capabilities: &Capabilities) -> Splitting {
    let Length { most, unit } = capabilities.length;
    Splitting { length: most, unit, most: capabilities.max_messages.max(1) }
}

/// What an answer consists of.
#[derive(Debug, Clone, Copy, Default)]
pub struct LaidOut<'a> {
    /// A line of ours above all of it, or nothing.
    pub heading: &'a str,
    /// What the model wrote first: it calls nobody.
    pub before: &'a str,
    /// Something of ours that must be read whole, such as a statement that can be run, or nothing.
    pub ours: &'a str,
    /// What the model wrote after it.
    pub after: &'a str,
}

/// Lays an answer out: the model's words over as many messages as they take, what is ours whole in the last one.
/// What is ours must fit in one.
pub fn lay_out(answer: LaidOut<'_>, by: Splitting) -> Split {
    let length = Length { most: by.length, unit: by.unit };
    let (mut before, after) = (disarmed(answer.before.trim()), disarmed(answer.after.trim()));
    let mut last = joined(GAP, &[answer.ours, &well_formed(&after, by)]);
    if !length.holds(&last) {
        before = joined(GAP, &[&before, &after]);
        answer.ours.clone_into(&mut last);
    }
    let gap = if before.is_empty() { "\n" } else { GAP };
    let prose = joined("\n", &[answer.heading, &before]);
    let mut laid = split(&prose, by);
    if last.is_empty() {
        return laid;
    }
    if laid.rest.is_none()
        && let Some(end) = laid.parts.last_mut()
    {
        let together = joined(gap, &[end, &last]);
        if length.holds(&together) {
            *end = together;
            return laid;
        }
    }
    if laid.rest.is_some() || laid.parts.len() >= by.most {
        laid = split(&prose, Splitting { most: by.most.saturating_sub(1), ..by });
    }
    laid.parts.push(last);
    laid
}

/// A text that goes with something else, its code closed.
fn well_formed(text: &str, by: Splitting) -> String {
    split(text, Splitting { length: usize::MAX, most: 1, ..by }).parts.pop().unwrap_or_default()
}

fn joined(gap: &str, parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(gap)
}
