//! Questions that were asked by messages: the same message is one question, may be changed, and may be taken back.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use matrix_sdk::ruma::{EventId, OwnedEventId, RoomId};
use pstral_core::domain::{Event, EventBody};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::place::spot;

/// Questions remembered.
const REMEMBERED: usize = 1024;
/// How long a question can be changed.
const CHANGEABLE: Duration = Duration::from_mins(15);

/// A question.
pub(crate) struct Question {
    /// What asked it; changed, it is asked by another event.
    pub(crate) event: Event,
    /// The events that asked it before.
    earlier: Vec<String>,
    /// What it said, names and files apart.
    pub(crate) words: String,
    /// The texts of its files, once they were read.
    files: OnceLock<String>,
    /// When it was asked first.
    since: Instant,
    /// Cancelled when it is answered.
    pub(crate) answered: CancellationToken,
    /// Whether it was taken back.
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

    /// The events that asked it, in other words each.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &str> {
        self.earlier.iter().chain([&self.event.id]).map(String::as_str)
    }

    /// What its files say, as it is known by now.
    pub(crate) fn files(&self) -> &str {
        self.files.get().map(String::as_str).unwrap_or_default()
    }

    /// The files were read.
    pub(crate) fn has_read(&self, files: String) {
        let _ = self.files.set(files);
    }

    /// What is asked: the words, and the files.
    pub(crate) fn whole(&self) -> Event {
        let words = format!("{}{}", self.words, self.files());
        Event { body: EventBody::Said(words.trim().to_owned()), ..self.event.clone() }
    }

    /// The same with other words, asked by another event.
    pub(crate) fn reworded(&self, event: Event, words: String) -> Self {
        let earlier = self.versions().map(str::to_owned).collect();
        Self { since: self.since, earlier, files: self.files.clone(), ..Self::new(event, words) }
    }

    /// Whether it may be asked again when its words change.
    pub(crate) fn can_change(&self) -> bool {
        self.since.elapsed() < CHANGEABLE && !self.is_gone()
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }
}

/// The questions of late, by their messages.
#[derive(Default)]
pub(crate) struct Asked(Mutex<Questions>);

#[derive(Default)]
struct Questions {
    known: HashMap<OwnedEventId, Arc<Question>>,
    order: VecDeque<OwnedEventId>,
}

impl Asked {
    /// A message asks this, from now on.
    pub(crate) fn asks(&self, message: &EventId, question: Question) -> Arc<Question> {
        let question = Arc::new(question);
        let mut questions = self.questions();
        if questions.known.insert(message.to_owned(), Arc::clone(&question)).is_none() {
            questions.order.push_back(message.to_owned());
        }
        if questions.order.len() > REMEMBERED
            && let Some(oldest) = questions.order.pop_front()
        {
            questions.known.remove(&oldest);
        }
        question
    }

    /// What a message asked.
    pub(crate) fn by(&self, message: &EventId) -> Option<Arc<Question>> {
        self.questions().known.get(message).cloned()
    }

    /// A message of a room is gone; the event that asked last what it asked.
    pub(crate) fn take_back(&self, message: &EventId, room: &RoomId) -> Option<String> {
        let question = self.by(message)?;
        spot(&question.event.place).ok().filter(|spot| spot.room == room)?;
        question.gone.store(true, Ordering::Relaxed);
        Some(question.event.id.clone())
    }

    fn questions(&self) -> MutexGuard<'_, Questions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
