//! A chat that people write in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::domain::{Actor, Event, MessageRef, Outgoing, Place, PlatformName};
use crate::text::Text;

/// What a platform can do. The pipeline reads this and never asks which platform it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The longest text of one message, in characters.
    pub max_chars: usize,
    /// Whether a sent message can be changed.
    pub edits: bool,
    /// Whether messages can carry buttons; where not, their labels tell what to type.
    pub buttons: bool,
    /// What commands begin with when typed.
    pub command_prefix: &'static str,
    /// The shortest time between two edits of one message when nothing else is said.
    pub edit_interval: Duration,
    /// The largest file, in bytes.
    pub max_file_bytes: u64,
    /// Whether files are copied to the platform with their message; where not, people read them where they lie.
    pub uploads: bool,
}

/// Where a platform hands its events. The future ends when the event has been answered: a platform that takes several
/// events at once polls them side by side, and one whose events come in a row awaits each before the next.
pub type Inbox = Arc<dyn Fn(Event) -> BoxFuture<'static, ()> + Send + Sync>;

/// Why a platform did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// Too fast: try again after this long.
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
    /// It cannot be reached for now.
    #[error("not reachable: {0}")]
    Unavailable(String),
}

/// A chat that people write in. Implementations neither interpret text nor decide anything.
#[async_trait]
pub trait ChatPlatform: Send + Sync {
    /// The name its actors and places carry.
    fn name(&self) -> PlatformName;

    /// What it can do; does not change while it runs.
    fn capabilities(&self) -> &Capabilities;

    /// Hands every event to `inbox` until `shutdown` is cancelled or the platform has no more; then awaits the events
    /// it has handed over, so that no answer is cut by the end of the platform. [`PlatformError::Rejected`] and [`PlatformError::Gone`] mean
    /// that running it again would be of no use.
    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError>;

    /// Sends a new message.
    async fn send(&self, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError>;

    /// Replaces the whole of a message. [`PlatformError::Gone`] when it is not there any more.
    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError>;

    /// Removes a message; one that is already gone counts as removed.
    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError>;

    /// Our own messages in a place that still read as being written ([`OutgoingState::Streaming`](crate::domain::OutgoingState)), among the newest
    /// fifty: a program that ends between sending one and noting it down knows of it only so. None where what is shown
    /// ends with the program.
    async fn live(&self, place: &Place) -> Result<Vec<MessageRef>, PlatformError>;

    /// Shows that an answer is being prepared. Failing to is no error.
    async fn typing(&self, place: &Place);

    /// A place that only `actor` reads.
    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError>;

    /// Whether it is connected: the measured fact that `doctor` and `/readyz` show.
    async fn health(&self) -> Result<Text, PlatformError>;
}
