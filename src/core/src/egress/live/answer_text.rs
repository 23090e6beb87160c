//! The model's text, as the texts of the messages that show it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::Outgoing;
use crate::egress::split::Splitter;
use crate::egress::{Neutralizer, Splitting};

/// Bytes of room for what is said, from its first word on: room that is not used takes no memory, while a text that moves
/// each time it has doubled leaves as much behind as it takes.
const ROOM: usize = 16 << 10;

/// The words of a model while they grow, under a heading of ours.
pub(super) struct AnswerText {
    heading: String,
    by: Splitting,
    /// Shared at the end with who keeps it: there it is as large as all else that is held for an answer.
    text: Arc<String>,
    disarmer: Neutralizer,
    splitter: Splitter,
    /// Full messages, but for the first ones, of which only the number is kept.
    full: VecDeque<Arc<Outgoing>>,
    passed: usize,
}

impl AnswerText {
    /// Nothing so far.
    pub(super) fn new(heading: String, by: Splitting) -> Self {
        let (disarmer, splitter) = (Neutralizer::default(), Splitter::new(by));
        Self { heading, by, text: Arc::default(), disarmer, splitter, full: VecDeque::new(), passed: 0 }
    }

    /// As the model wrote it.
    pub(super) fn text(&self) -> &Arc<String> {
        &self.text
    }

    /// Full messages, which never change again, but for those that were passed.
    pub(super) fn full(&self) -> &VecDeque<Arc<Outgoing>> {
        &self.full
    }

    /// Returns the number of full messages in all.
    pub(super) fn parts(&self) -> usize {
        self.passed + self.full.len()
    }

    /// Returns the number of full messages that are no longer kept.
    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    /// Keeps the next full message no more.
    pub(super) fn pass(&mut self) {
        self.passed += usize::from(self.full.pop_front().is_some());
    }

    /// The texts of all full messages, from what was said.
    pub(super) fn rebuild_full_texts(&self) -> Vec<String> {
        let mut again = Self::new(self.heading.clone(), self.by);
        again.push(&self.text);
        again.full.iter().map(|full| full.text.clone()).collect()
    }

    /// The texts of those that follow them, as if nothing more were said: one, or none, or two.
    pub(super) fn open(&self) -> Vec<String> {
        self.splitter.open()
    }

    /// Nothing more is said: of what it takes to part it, nothing is kept.
    pub(super) fn end(&mut self) {
        self.passed += self.full.len();
        self.full = VecDeque::new();
        (self.disarmer, self.splitter) = (Neutralizer::default(), Splitter::new(self.by));
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
        let text = Arc::make_mut(&mut self.text);
        text.reserve(if text.is_empty() { ROOM } else { said.len() });
        text.push_str(said);
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
