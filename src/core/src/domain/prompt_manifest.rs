//! A record of what a prompt contained, and what did not fit.

use serde::{Deserialize, Serialize};

/// The counts, and the first names, of what a model was told about a target and the conversation, and of what was left
/// out for lack of room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptManifest {
    /// Relations described with columns.
    pub relations: Names,
    /// Relations that were named at most.
    pub relations_left: Names,
    /// Columns left out of relations that were described.
    pub columns_left: u64,
    /// Verified queries given as examples.
    pub examples: u64,
    /// The number of examples that did not fit.
    pub examples_left: u64,
    /// Business terms whose definition was given.
    pub terms: Names,
    /// Earlier messages of the conversation.
    pub turns: u64,
    /// The number of messages that did not fit.
    pub turns_left: u64,
}

impl PromptManifest {
    /// Checks whether anything was left out.
    pub fn is_partial(&self) -> bool {
        self.relations_left.count + self.columns_left + self.examples_left + self.turns_left > 0
    }
}

/// A count, and the first names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Names {
    /// The number of names.
    pub count: u64,
    /// The first of them.
    pub first: Vec<String>,
}

/// Names kept: more than these say nothing to a person.
const KEPT: usize = 12;

impl Names {
    /// Those of a list.
    pub fn of(all: &[String]) -> Self {
        Self { count: all.len() as u64, first: all.iter().take(KEPT).cloned().collect() }
    }

    /// As a person reads them: an ellipsis stands for those that are not kept.
    pub fn shown(&self) -> String {
        let more = if self.count > self.first.len() as u64 { ", …" } else { "" };
        self.first.join(", ") + more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted_and_the_first_kept() {
        let names: Vec<String> = (0..30).map(|n| format!("t{n}")).collect();
        let all = Names::of(&names);
        assert_eq!((all.count, all.first.len()), (30, KEPT));
        assert!(all.shown().ends_with("t11, …"), "{}", all.shown());
        assert_eq!(Names::of(&names[..2]).shown(), "t0, t1");
    }

    #[test]
    fn what_another_release_kept_is_read() {
        let told: PromptManifest = serde_json::from_str(r#"{"columns_left":3,"documents":7}"#).unwrap();
        assert_eq!(told, PromptManifest { columns_left: 3, ..PromptManifest::default() });
        assert!(told.is_partial() && !PromptManifest::default().is_partial());
    }
}
