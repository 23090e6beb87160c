//! A chat that people write in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::domain::{Actor, Event, Form, Length, Locale, MessageRef, Outgoing, Place, PlatformName, Suggested};
use crate::text::Text;

/// The capabilities of a platform. The pipeline reads this and never asks which platform it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something a platform can do or not")]
pub struct Capabilities {
    /// The longest text of one message.
    pub length: Length,
    /// The most messages of one answer, one at least: the rest of what is longer goes to a file.
    pub max_messages: usize,
    /// True if a sent message can be edited.
    pub edits: bool,
    /// The most changes of one message until it is final, the last one counted: on some platforms each is kept for ever.
    pub max_edits: u32,
    /// The time-out of a send, edit or deletion, [`LONGEST_WRITE`] unless there is a reason, plus one second for each
    /// 64 KiB of its files. After it the write is dropped, and the platform counts as unavailable.
    pub longest_write: Duration,
    /// The rate limits of writes, as far as they are known before the platform states them.
    pub budget: WriteBudget,
    /// True if messages can carry buttons; otherwise their labels tell what to type.
    pub buttons: bool,
    /// Turns the pages of a result in its message. Not where a button cannot be pressed again at once, as reactions cannot, or
    /// where each change of a message is kept for ever.
    pub pages: bool,
    /// Answers somebody alone where they did something: [`ChatPlatform::aside`].
    pub asides: bool,
    /// Draws Markdown tables as tables; where not, they are aligned in blocks of code.
    pub tables: bool,
    /// The prefix of typed commands; empty where nobody types any.
    pub command_prefix: &'static str,
    /// The largest file, in bytes.
    pub max_file_bytes: u64,
    /// True if files are uploaded with their message; otherwise people read them where they are stored.
    pub uploads: bool,
}

/// The default time-out of a write to a chat on a network.
pub const LONGEST_WRITE: Duration = Duration::from_secs(30);

/// The rate limits of a platform for sends, edits and deletions together. Where it limits both, a write takes from
/// both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteBudget {
    /// The limit of each place, as of Discord's channels; `None` if there is none.
    pub place: Option<Rate>,
    /// The limit of the account in all places together, as on Matrix homeservers; `None` if there is none.
    pub account: Option<Rate>,
}

/// A rate limit of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// `burst` writes at once, and one more each `refill`.
    Bucket {
        /// The capacity of the bucket.
        burst: u32,
        /// The time in which one comes back.
        refill: Duration,
    },
    /// At most `writes` within any `span`.
    Window {
        /// The number of writes.
        writes: u32,
        /// The length of the window.
        span: Duration,
    },
}

/// The state of a rate limit, as a platform reports it, such as in the headers of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetSignal {
    /// The place whose budget it is; `None` for that of the account.
    pub place: Option<Place>,
    /// The most writes it ever holds.
    pub limit: u32,
    /// Those left, the one just answered taken off.
    pub remaining: u32,
    /// The time until it is whole again, from now.
    pub reset_after: Duration,
}

/// The idempotency key of a message, the same for each attempt at sending it. No two messages have the same, not even
/// in different runs of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SendKey(pub u64);

/// The receiver of what a platform learns of its rate limits.
pub type BudgetSignals = Arc<dyn Fn(&BudgetSignal) + Send + Sync>;

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text that is inserted when it is chosen.
    pub word: String,
    /// The text that is shown.
    pub label: String,
}

impl Suggestion {
    /// A word that is shown as it is written.
    pub fn word(word: &str) -> Self {
        Self { word: word.to_owned(), label: word.to_owned() }
    }
}

/// Questions that a platform may ask before it hands an event over. If the answer is not known, it is the cautious one.
#[async_trait]
pub trait Advice: Send + Sync {
    /// Returns the suggestions for somebody, limited to what they may see.
    async fn suggestions(&self, actor: &Actor, suggested: Suggested) -> Vec<Suggestion>;

    /// Checks whether somebody is known and may ask a question in a place: only then is the question shown there before
    /// it is answered.
    async fn may_ask(&self, actor: &Actor, place: &Place) -> bool;

    /// Checks whether a statement was run for the question of this event, which is then not asked again when edited.
    async fn was_run(&self, platform: &PlatformName, event: &str) -> bool;
}

/// The receiver of a platform's events. The future ends when the event has been answered: a platform that takes several
/// events at once polls them side by side, and one whose events come in a row awaits each before the next.
pub type Inbox = Arc<dyn Fn(Event) -> BoxFuture<'static, ()> + Send + Sync>;

/// The reason why a platform did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// Too fast: try again after this long. Where a platform limits both its places and its account, this is the place; of
    /// its account it says so through its [`BudgetSignals`].
    #[error("asked to wait {retry_after:?}")]
    RateLimited {
        /// As the platform says.
        retry_after: Duration,
    },
    /// The message or the place is no longer there: do not try again.
    #[error("the message or the place is gone")]
    Gone,
    /// It refuses this: the same will be refused again.
    #[error("refused: {0}")]
    Rejected(String),
    /// It cannot be reached for now. What was asked may have been done all the same.
    #[error("not reachable: {0}")]
    Unavailable(String),
}

/// A chat that people write in. Implementations neither interpret text nor decide anything.
///
/// No write may hang for ever: one that takes longer than [`Capabilities::longest_write`] is dropped and made again, with
/// the text of then. So that nobody reads the same twice, and nothing old in place of the new, an implementation sees to it
/// that what was dropped, or ended [`PlatformError::Unavailable`], is over before the next write to the same place is made:
///
/// - a message that is sent again has the [`SendKey`] it had before: what the platform itself calls a nonce or a
///   transaction id is made of that;
/// - a change that is no longer waited for never comes after a later one.
#[async_trait]
pub trait ChatPlatform: Send + Sync {
    /// The name its actors and places carry.
    fn name(&self) -> PlatformName;

    /// Returns its capabilities, which do not change while it runs.
    fn capabilities(&self) -> &Capabilities;

    /// Returns the width of the screen at this moment, in columns of a terminal; `None` where it is not known, as in a chat
    /// that people read in windows of their own.
    fn columns(&self) -> Option<usize> {
        None
    }

    /// Takes where to say what is learnt of its budgets from now on. One that learns nothing but when it is refused
    /// ([`PlatformError::RateLimited`]) has nothing to do.
    fn report_budgets(&self, _signals: BudgetSignals) {}

    /// Takes whom to ask from now on before something is handed over. One that asks nothing has nothing to do.
    fn advise(&self, _advice: Arc<dyn Advice>) {}

    /// Hands every event to `inbox` until `shutdown` is cancelled or the platform has no more; then awaits the events
    /// it has handed over, so that no answer is cut by the end of the platform. [`PlatformError::Rejected`] and [`PlatformError::Gone`] mean
    /// that running it again would be of no use.
    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError>;

    /// Sends a new message. With a key it was given before, it comes with the same content, and is the same message: it
    /// stands where it stands, or is sent now if it never arrived.
    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError>;

    /// Replaces the whole of a message; files that stand there stay, unless others come. [`PlatformError::Gone`] when it is
    /// not there any more. Dropped before it has ended, it never comes after a later one.
    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError>;

    /// Removes a message; one that is already gone counts as removed.
    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError>;

    /// Our own messages in a place that still read as being written ([`OutgoingState::Streaming`](crate::domain::OutgoingState)), in
    /// their order, each with its text as it was sent last: of the newest fifty, since a program that ends between sending
    /// one and noting it down knows of it only so, and `known`, however old it is. What is shown on a screen of a program
    /// is gone with it. [`PlatformError::Gone`] where the place itself is not there any more.
    async fn live(&self, place: &Place, known: Option<&MessageRef>)
    -> Result<Vec<(MessageRef, String)>, PlatformError>;

    /// Shows that an answer is being prepared. Failing to is no error.
    async fn typing(&self, place: &Place);

    /// A place that only `actor` reads.
    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError>;

    /// Says if one person and Pstral are alone in a place that is not private all the same, such as a direct conversation
    /// without encryption. What anybody may know is answered there.
    fn is_of_two(&self, _place: &Place) -> bool {
        false
    }

    /// Says if what was last sent to a place was refused for want of a permission there.
    fn lacks_permission(&self, _place: &Place) -> bool {
        false
    }

    /// A place beside an event where only whoever caused it reads what answers it at once, such as Discord's ephemeral
    /// messages. `None` where there is none, or not for this event. What is sent there cannot be changed any more after a
    /// quarter of an hour: a change is [`PlatformError::Rejected`], the place [`PlatformError::Gone`].
    /// [`ChatPlatform::open_dm`] is for what has to last.
    fn aside(&self, _event: &Event) -> Option<Place> {
        None
    }

    /// The language of the client of whoever caused an event that is shown to them as waiting for an answer, such as
    /// Discord's interactions: those are always answered, and in that language where nobody knows who acts. `None` for
    /// other events.
    fn awaits(&self, _event: &Event) -> Option<Locale> {
        None
    }

    /// Opens a form for whoever caused the event of this id; what they send comes as
    /// [`EventBody::Edited`](crate::domain::EventBody). [`PlatformError::Rejected`] where there are no forms, where its text
    /// is too long, or where it comes too late.
    async fn open_form(&self, _event: &str, _form: &Form) -> Result<(), PlatformError> {
        Err(PlatformError::Rejected("there are no forms here".to_owned()))
    }

    /// Checks whether it is connected, and returns the measured fact that `doctor` and `/readyz` show.
    async fn health(&self) -> Result<Text, PlatformError>;
}
