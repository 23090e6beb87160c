//! The names of the files of a statement and of its result.

use jiff::Timestamp;

use crate::asker::Asker;
use crate::attached::own_words;
use crate::domain::{FileRef, Proposal};
use crate::results::slug;

/// The names of a file: the one people see, and one that no other file in the folder has.
#[derive(Debug, Clone)]
pub(crate) struct FileName {
    shown: String,
    pub(crate) stored: String,
}

impl FileName {
    /// The names of the files of a proposal, without an ending: after its question, and when it was asked.
    pub(crate) fn of(asker: &Asker, proposal: &Proposal, now: Timestamp) -> Self {
        let about = slug(&own_words(&proposal.question), &proposal.target);
        let id = &proposal.id.0[..proposal.id.0.len().min(6)];
        Self {
            shown: format!("{about}-{}", now.to_zoned(asker.zone.clone()).strftime("%Y-%m-%d")),
            stored: format!("{about}-{}-{id}", now.strftime("%Y%m%d-%H%M%S")),
        }
    }

    /// Adds a word to both names.
    pub(crate) fn with(self, word: &str) -> Self {
        Self { shown: format!("{}-{word}", self.shown), stored: format!("{}-{word}", self.stored) }
    }

    /// Gives a file that was stored under its name the one that people see.
    pub(crate) fn show(&self, file: FileRef) -> FileRef {
        FileRef { name: file.name.replacen(&self.stored, &self.shown, 1), ..file }
    }
}
