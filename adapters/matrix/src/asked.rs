//! Questions that were asked by messages: the same message is one question, may be changed, and may be taken back.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use matrix_sdk::ruma::{EventId, OwnedEventId, RoomId};
use pstral_core::domain::{Event, Place};
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
    /// What it said, names and files apart.
    pub(crate) words: String,
    /// The texts of its files.
    pub(crate) files: String,
    /// When it was asked first.
    since: Instant,
    /// Cancelled when it is answered.
    pub(crate) answered: CancellationToken,
    /// Whether something was run since where it was asked.
    ran: AtomicBool,
    /// Whether it was taken back.
    gone: AtomicBool,
}

impl Question {
    pub(crate) fn new(event: Event, words: String, files: String) -> Self {
        Self {
            event,
            words,
            files,
            since: Instant::now(),
            answered: CancellationToken::new(),
            ran: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        }
    }

    /// The same with other words, asked by another event.
    pub(crate) fn reworded(&self, event: Event, words: String) -> Self {
        Self { since: self.since, ..Self::new(event, words, self.files.clone()) }
    }

    /// Whether it is asked again when its words change: not once something was run.
    pub(crate) fn can_change(&self) -> bool {
        self.since.elapsed() < CHANGEABLE && !self.ran.load(Ordering::Relaxed) && !self.is_gone()
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

    /// Something is run in a place.
    pub(crate) fn runs_in(&self, place: &Place) {
        let questions = self.questions();
        for question in questions.known.values().filter(|question| question.event.place == *place) {
            question.ran.store(true, Ordering::Relaxed);
        }
    }

    fn questions(&self) -> MutexGuard<'_, Questions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
