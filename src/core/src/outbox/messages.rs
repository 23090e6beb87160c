//! The messages of an answer that has ended.

use crate::domain::Length;
use crate::domain::{ButtonAction, FileRef, Locale, Outgoing};
use crate::text::text;

/// The messages of an answer that has ended.
#[derive(Clone)]
pub(crate) struct Messages {
    /// Full ones, in order; none once they are shown.
    pub(crate) before: Vec<Outgoing>,
    /// The last message, which carries the buttons and the file.
    pub(crate) last: Outgoing,
}

impl From<Outgoing> for Messages {
    fn from(last: Outgoing) -> Self {
        Self { before: Vec::new(), last }
    }
}

impl Messages {
    /// Adds the file of the statement that it offers, where there is one.
    pub(crate) fn with_statement(mut self, files: Vec<FileRef>) -> Self {
        self.last.files.splice(0..0, files);
        self
    }

    /// True where one of its files is the statement that it offers.
    pub(crate) fn has_statement_file(&self) -> bool {
        self.last.files.iter().any(FileRef::is_statement)
    }

    pub(crate) fn all(&self) -> Vec<&Outgoing> {
        self.before.iter().chain([&self.last]).collect()
    }

    /// Drops the texts that people have seen, because thousands of answers may wait to be recorded.
    pub(crate) fn release_shown(&mut self) {
        self.before = Vec::new();
        if !self.last.buttons.iter().any(|button| matches!(button.action, ButtonAction::Execute(_))) {
            self.last.text = String::new();
        }
    }

    /// Copies the messages without files, with a sentence that says so if there is room. If the statement was in a file,
    /// its buttons that run or approve it go too.
    pub(crate) fn without_files(&self, locale: Locale, length: Length) -> Vec<Outgoing> {
        let sentence = if self.has_statement_file() { "statement-file-refused" } else { "files-refused" };
        let together = format!("{}\n{}", self.last.text, text(sentence).render(locale));
        let text = if length.holds(&together) { together } else { self.last.text.clone() };
        let mut last = Outgoing { text, files: Vec::new(), ..self.last.clone() };
        if self.has_statement_file() {
            let approves = |action: &ButtonAction| matches!(action, ButtonAction::Execute(_) | ButtonAction::Agree(_));
            last.buttons.retain(|button| !approves(&button.action));
        }
        self.before.iter().cloned().chain([last]).collect()
    }
}
