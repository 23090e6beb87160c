//! Questions asked by messages. Each message is one question, which may be edited or withdrawn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use pstral_core::domain::{Event, Place};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The number of questions remembered.
const REMEMBERED: usize = 1024;
/// Time after the first asking in which an edit of the message asks the question again.
const CHANGEABLE: Duration = Duration::from_mins(15);

/// One version of a question, as its message asked it at one time.
pub(crate) struct Question {
    /// The event that asked it. Each edit is an event of its own.
    pub(crate) event: Event,
    /// The text of the message, without mentions and files.
    pub(crate) said: String,
    /// The ids of the attached files.
    pub(crate) files: Vec<u64>,
    /// The id of the message that asked it, if everybody sees one.
    pub(crate) message: Option<u64>,
    /// The id of the server it was asked in; `None` in private.
    pub(crate) guild: Option<u64>,
    /// The previous version of the question.
    before: Option<Arc<Question>>,
    /// The time at which the first version was asked.
    since: Instant,
    /// Cancelled when the question is answered.
    pub(crate) answered: CancellationToken,
    /// True once something was said in reply.
    replied: AtomicBool,
}

impl Question {
    pub(crate) fn new(event: Event, said: String, guild: Option<u64>, message: Option<u64>) -> Self {
        Self {
            event,
            said,
            files: Vec::new(),
            message,
            guild,
            before: None,
            since: Instant::now(),
            answered: CancellationToken::new(),
            replied: AtomicBool::new(false),
        }
    }

    /// Sets the ids of the attached files.
    pub(crate) fn with_files(self, files: impl Iterator<Item = u64>) -> Self {
        Self { files: files.collect(), ..self }
    }

    /// Creates the version that the same message asks after an edit.
    pub(crate) fn reworded(self: &Arc<Self>, event: Event, said: String) -> Self {
        let before = Some(Arc::clone(self));
        Self { before, since: self.since, ..Self::new(event, said, self.guild, self.message) }
    }

    /// Checks whether it is recent enough to be asked again when its message is edited.
    pub(crate) fn can_change(&self) -> bool {
        self.since.elapsed() < CHANGEABLE
    }

    /// Iterates over all versions that its message asked so far, the latest first.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |question| question.before.as_deref())
    }

    /// Notes that something was said in reply.
    pub(crate) fn mark_replied(&self) {
        self.replied.store(true, Ordering::Relaxed);
    }
}

/// The recent questions, by the ids of their messages.
#[derive(Default)]
pub(crate) struct Questions(
    /// `None` for messages that are still being examined, and for those that asked nothing.
    Mutex<BoundedMap<u64, Option<Arc<Question>>, REMEMBERED>>,
);

impl Questions {
    /// Notes a message, and returns true if it was not known before.
    pub(crate) fn is_new(&self, message: u64) -> bool {
        let mut questions = self.0.lock();
        let is_new = !questions.contains_key(&message);
        if is_new {
            questions.insert(message, None);
        }
        is_new
    }

    /// Records the question that a message asks from now on.
    pub(crate) fn record(&self, message: u64, question: Question) -> Arc<Question> {
        let question = Arc::new(question);
        self.0.lock().insert(message, Some(Arc::clone(&question)));
        question
    }

    /// Returns the latest version of a message's question.
    pub(crate) fn get(&self, message: u64) -> Option<Arc<Question>> {
        self.0.lock().get(&message)?.clone()
    }

    /// Checks whether this is still the message's latest version: it was neither edited nor deleted since.
    pub(crate) fn still_asks(&self, message: u64, question: &Arc<Question>) -> bool {
        self.get(message).is_some_and(|last| Arc::ptr_eq(&last, question))
    }

    /// Forgets the question of a message, and returns it.
    pub(crate) fn withdraw(&self, message: u64) -> Option<Arc<Question>> {
        self.0.lock().get_mut(&message)?.take()
    }

    /// Finds the question that the next message in a channel replies to: the only one being answered there that has no
    /// reply yet. `None` if there are several, since it is not known whose answer comes first.
    pub(crate) fn to_reply_to(&self, place: &Place) -> Option<Arc<Question>> {
        let mut open = self.open(|question| question.event.place == *place);
        let question = open.pop().filter(|_| open.is_empty())?;
        (!question.replied.load(Ordering::Relaxed)).then_some(question)
    }

    /// Returns the unanswered questions that fulfil a condition.
    pub(crate) fn open(&self, holds: impl Fn(&Question) -> bool) -> Vec<Arc<Question>> {
        let questions = self.0.lock();
        let open = questions
            .iter()
            .filter_map(|(_, question)| question.as_ref())
            .filter(|question| !question.answered.is_cancelled());
        open.filter(|question| holds(question)).cloned().collect()
    }
}
