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

/// A question, as it is asked by its message at one time.
pub(crate) struct Question {
    /// What asked it; changed, it is asked by another event.
    pub(crate) event: Event,
    /// What it said, mentions and files apart.
    pub(crate) said: String,
    /// The files that came with it.
    pub(crate) files: Vec<u64>,
    /// The message that asked it, where everybody sees one.
    pub(crate) message: Option<u64>,
    /// The server it was asked in.
    pub(crate) guild: Option<u64>,
    /// What its message asked before.
    before: Option<Arc<Question>>,
    /// When it was asked first.
    since: Instant,
    /// Cancelled when it is answered.
    pub(crate) answered: CancellationToken,
    /// Whether something was said in reply.
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

    /// The same with files.
    pub(crate) fn with_files(self, files: impl Iterator<Item = u64>) -> Self {
        Self { files: files.collect(), ..self }
    }

    /// What the same message asks after a change.
    pub(crate) fn reworded(self: &Arc<Self>, event: Event, said: String) -> Self {
        let before = Some(Arc::clone(self));
        Self { before, since: self.since, ..Self::new(event, said, self.guild, self.message) }
    }

    /// Whether it is recent enough to be asked again when its words change.
    pub(crate) fn can_change(&self) -> bool {
        self.since.elapsed() < CHANGEABLE
    }

    /// All that its message asked so far, the latest first.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |question| question.before.as_deref())
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

impl Questions {
    fn keep(&mut self, message: u64, question: Option<Arc<Question>>) {
        if self.known.insert(message, question).is_none() {
            self.order.push_back(message);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

impl Asked {
    /// Whether a message was not seen before. From now on it was.
    pub(crate) fn is_new(&self, message: u64) -> bool {
        let mut questions = self.questions();
        let is_new = !questions.known.contains_key(&message);
        if is_new {
            questions.keep(message, None);
        }
        is_new
    }

    /// A message asks this, from now on.
    pub(crate) fn asks(&self, message: u64, question: Question) -> Arc<Question> {
        let question = Arc::new(question);
        self.questions().keep(message, Some(Arc::clone(&question)));
        question
    }

    /// What a message asked last.
    pub(crate) fn by(&self, message: u64) -> Option<Arc<Question>> {
        self.questions().known.get(&message)?.clone()
    }

    /// Whether a message still asks this: it was neither changed nor deleted since.
    pub(crate) fn still_asks(&self, message: u64, question: &Arc<Question>) -> bool {
        self.by(message).is_some_and(|last| Arc::ptr_eq(&last, question))
    }

    /// A message asks nothing any more; what it asked.
    pub(crate) fn take_back(&self, message: u64) -> Option<Arc<Question>> {
        self.questions().known.get_mut(&message)?.take()
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
