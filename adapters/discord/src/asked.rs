//! Questions that were asked by messages: the same message is one question, may be changed, and may be taken back.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pstral_core::domain::{Event, Place};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Questions remembered.
const REMEMBERED: usize = 1024;
/// How long a question can be changed.
const CHANGEABLE: Duration = Duration::from_mins(15);

/// A question.
pub(crate) struct Question {
    /// What asked it; changed, it is asked by another event.
    pub(crate) event: Event,
    /// What it said, mentions apart.
    pub(crate) words: String,
    /// The message that asked it, where everybody sees one.
    pub(crate) message: Option<u64>,
    /// The server it was asked in.
    pub(crate) guild: Option<u64>,
    since: Instant,
    /// Cancelled when it is answered.
    pub(crate) answered: CancellationToken,
    /// Whether something was run since where it was asked.
    ran: AtomicBool,
    /// Whether something was said in reply.
    replied: AtomicBool,
}

impl Question {
    pub(crate) fn new(event: Event, words: String, guild: Option<u64>, message: Option<u64>) -> Self {
        let (answered, since) = (CancellationToken::new(), Instant::now());
        Self {
            event,
            words,
            message,
            guild,
            since,
            answered,
            ran: AtomicBool::new(false),
            replied: AtomicBool::new(false),
        }
    }

    /// Whether it is asked again when its words change: not once something was run.
    pub(crate) fn can_change(&self) -> bool {
        self.since.elapsed() < CHANGEABLE && !self.ran.load(Ordering::Relaxed)
    }

    /// Something was said in reply.
    pub(crate) fn is_replied_to(&self) {
        self.replied.store(true, Ordering::Relaxed);
    }
}

/// The questions of late, by their messages.
#[derive(Default)]
pub(crate) struct Asked(Mutex<Questions>);

#[derive(Default)]
struct Questions {
    /// `None` for messages that are being looked at, or that were no questions.
    known: HashMap<u64, Option<Arc<Question>>>,
    order: VecDeque<u64>,
}

impl Asked {
    /// Whether a message was not seen before. From now on it was.
    pub(crate) fn is_new(&self, message: u64) -> bool {
        let mut questions = self.questions();
        if questions.known.contains_key(&message) {
            return false;
        }
        questions.known.insert(message, None);
        questions.order.push_back(message);
        if questions.order.len() > REMEMBERED
            && let Some(oldest) = questions.order.pop_front()
        {
            questions.known.remove(&oldest);
        }
        true
    }

    /// A message asks this.
    pub(crate) fn asks(&self, message: u64, question: Question) -> Arc<Question> {
        let question = Arc::new(question);
        if let Some(known) = self.questions().known.get_mut(&message) {
            *known = Some(Arc::clone(&question));
        }
        question
    }

    /// What a message asked.
    pub(crate) fn by(&self, message: u64) -> Option<Arc<Question>> {
        self.questions().known.get(&message)?.clone()
    }

    /// Something is run in a place.
    pub(crate) fn runs_in(&self, place: &Place) {
        let asked_here = |question: &&Arc<Question>| question.event.place == *place;
        let questions = self.questions();
        questions.known.values().flatten().filter(asked_here).for_each(|question| {
            question.ran.store(true, Ordering::Relaxed);
        });
    }

    /// The question that is replied to by what is said next in a channel: the only one which is being answered there and was
    /// not replied to. Where there are several, nobody knows whose answer comes first.
    pub(crate) fn to_reply_to(&self, place: &Place) -> Option<Arc<Question>> {
        let mut open = self.open(|question| question.event.place == *place);
        let question = open.pop().filter(|_| open.is_empty())?;
        (!question.replied.load(Ordering::Relaxed)).then_some(question)
    }

    /// Those that are being answered where this holds.
    pub(crate) fn open(&self, holds: impl Fn(&Question) -> bool) -> Vec<Arc<Question>> {
        let questions = self.questions();
        let open = questions.known.values().flatten().filter(|question| !question.answered.is_cancelled());
        open.filter(|question| holds(question)).cloned().collect()
    }

    fn questions(&self) -> MutexGuard<'_, Questions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
