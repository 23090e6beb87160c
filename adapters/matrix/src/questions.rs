//! Questions asked by messages. Each message is one question, which may be edited or withdrawn.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use matrix_sdk::ruma::{EventId, OwnedEventId, RoomId};
use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use pstral_core::domain::{Event, EventBody};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::place::spot;

/// The number of questions remembered.
const REMEMBERED: usize = 1024;
/// Time after the first asking in which an edit of the message asks the question again.
const CHANGEABLE: Duration = Duration::from_mins(15);

/// A question asked by a message.
pub(crate) struct Question {
    /// The event that asked its current version. Each edit is an event of its own.
    pub(crate) event: Event,
    /// The ids of the events that asked earlier versions.
    earlier: Vec<String>,
    /// The text of the question, without mentions and files.
    pub(crate) words: String,
    /// The texts of its files, once they have been read.
    files: OnceLock<String>,
    /// The time at which the first version was asked.
    since: Instant,
    /// Cancelled when the question is answered.
    pub(crate) answered: CancellationToken,
    /// True once the question was withdrawn.
    gone: AtomicBool,
}

impl Question {
    pub(crate) fn new(event: Event, words: String) -> Self {
        Self {
            event,
            earlier: Vec::new(),
            words,
            files: OnceLock::new(),
            since: Instant::now(),
            answered: CancellationToken::new(),
            gone: AtomicBool::new(false),
        }
    }

    /// Iterates over the ids of the events that asked it, one for each version.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &str> {
        self.earlier.iter().chain([&self.event.id]).map(String::as_str)
    }

    /// Returns the texts of its files; empty until they have been read.
    pub(crate) fn files(&self) -> &str {
        self.files.get().map(String::as_str).unwrap_or_default()
    }

    /// Stores the texts of its files.
    pub(crate) fn has_read(&self, files: String) {
        let _ = self.files.set(files);
    }

    /// Builds the event that asks the whole question: its text and the texts of its files.
    pub(crate) fn whole(&self) -> Event {
        let words = format!("{}{}", self.words, self.files());
        Event { body: EventBody::Said(words.trim().to_owned()), ..self.event.clone() }
    }

    /// Creates the version that an edit asks, with another event and text and the same files.
    pub(crate) fn reworded(&self, event: Event, words: String) -> Self {
        let earlier = self.versions().map(str::to_owned).collect();
        Self { since: self.since, earlier, files: self.files.clone(), ..Self::new(event, words) }
    }

    /// Checks whether an edit may still ask it again: it is recent and was not withdrawn.
    pub(crate) fn can_change(&self) -> bool {
        self.since.elapsed() < CHANGEABLE && !self.is_gone()
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }
}

/// The recent questions, by the ids of their messages.
#[derive(Default)]
pub(crate) struct Questions(Mutex<BoundedMap<OwnedEventId, Arc<Question>, REMEMBERED>>);

impl Questions {
    /// Records the question that a message asks from now on.
    pub(crate) fn record(&self, message: &EventId, question: Question) -> Arc<Question> {
        let question = Arc::new(question);
        self.0.lock().insert(message.to_owned(), Arc::clone(&question));
        question
    }

    /// Returns the question of a message.
    pub(crate) fn get(&self, message: &EventId) -> Option<Arc<Question>> {
        self.0.lock().get(message).cloned()
    }

    /// Marks the question of a deleted message as withdrawn, and returns the id of the event that asked it last.
    pub(crate) fn withdraw(&self, message: &EventId, room: &RoomId) -> Option<String> {
        let question = self.get(message)?;
        spot(&question.event.place).ok().filter(|spot| spot.room == room)?;
        question.gone.store(true, Ordering::Relaxed);
        Some(question.event.id.clone())
    }
}
