//! What a model has said, as the texts of the messages that show it.

use std::sync::Arc;

use crate::domain::Outgoing;
use crate::egress::split::Splitter;
use crate::egress::{Disarmer, Splitting};

/// The words of a model while they grow, under a heading of ours.
pub(super) struct Spoken {
    heading: String,
    by: Splitting,
    text: String,
    disarmer: Disarmer,
    splitter: Splitter,
    full: Vec<Arc<Outgoing>>,
}

impl Spoken {
    /// Nothing so far.
    pub(super) fn new(heading: String, by: Splitting) -> Self {
        let (disarmer, splitter) = (Disarmer::default(), Splitter::new(by));
        Self { heading, by, text: String::new(), disarmer, splitter, full: Vec::new() }
    }

    /// As the model wrote it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Full messages, which never change again.
    pub(super) fn full(&self) -> &[Arc<Outgoing>] {
        &self.full
    }

    /// The texts of those that follow them, as if nothing more were said: one, or none, or two.
    pub(super) fn open(&self) -> Vec<String> {
        self.splitter.open()
    }

    pub(super) fn forget(&mut self) {
        *self = Self::new(std::mem::take(&mut self.heading), self.by);
    }

    /// Takes what was said next; whether there is more to show for it.
    pub(super) fn push(&mut self, said: &str) -> bool {
        let mut chunk = said;
        if self.text.trim_start().is_empty() {
            chunk = chunk.trim_start();
            if !chunk.is_empty() && !self.heading.is_empty() {
                self.split(&format!("{}\n", self.heading));
            }
        }
        self.text.push_str(said);
        // What comes after the last message that an answer may have is for a file.
        let shows = !chunk.is_empty() && !self.splitter.is_full();
        if shows {
            let harmless = self.disarmer.push(chunk);
            self.split(&harmless);
        }
        shows
    }

    fn split(&mut self, text: &str) {
        self.full.extend(self.splitter.push(text).into_iter().map(|full| Arc::new(Outgoing::text(full))));
    }
}
