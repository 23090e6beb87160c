//! One answer that grows while the model speaks, in as many messages as it takes, and always ends in a final state.

mod ending;
mod growing;
mod noting;
mod showing;
mod spoken;
mod writing;

use std::sync::Arc;

use futures::future::BoxFuture;

use super::fence::closed;
use super::lane::Owed;
use super::scheduler::{Outlet, Scheduler};
use super::{Pacing, splitting};
use crate::domain::{Button, MessageRef, Outgoing, Place};
use crate::ports::ChatPlatform;
pub use ending::Unfinished;
pub(crate) use growing::THOUGHTS;
pub use growing::{AnswerLimits, Streamed};
use spoken::Spoken;
use writing::{Sending, Shown};

/// Told of each message as soon as it exists, and of the one that stays where others go, so that a restart can close it.
pub type OnSent<'a> = &'a (dyn Fn(MessageRef) -> BoxFuture<'static, ()> + Send + Sync);

/// How what is shown lags behind what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lag {
    None,
    /// There is text that was not shown yet.
    Behind,
    /// All that follows is for the last state: a message may be changed only so often.
    Spent,
}

/// An answer that is being written.
pub struct LiveMessage {
    platform: Arc<dyn ChatPlatform>,
    outlet: Outlet,
    place: Place,
    buttons: Vec<Button>,
    /// Apart, because an answer is handed from one to the other while it is written.
    said: Box<Spoken>,
    /// Its messages, in order: all but the last are full.
    shown: Vec<Shown>,
    /// One more of which it is not known whether it stands there.
    unsent: Option<Sending>,
    /// Whether the last of them shows what is said, and whether somebody deleted it: then it does not come back.
    speaks: bool,
    /// How often what was said was put aside: a write that was under way meanwhile shows nothing of what is said now.
    round: u32,
    deleted: bool,
    lag: Lag,
    /// Whether the platform lets no message be removed.
    keeps_all: bool,
    pacing: Pacing,
    /// Keeps a write for the last text.
    owed: Vec<Owed>,
    /// The bytes that were thought in the last stream, and those before it was followed.
    thoughts: usize,
    thought_before: usize,
}

impl LiveMessage {
    /// An answer of which nothing is shown yet. `heading` stands above it and `buttons` under it while it grows.
    pub fn new(
        scheduler: &Scheduler,
        platform: Arc<dyn ChatPlatform>,
        place: Place,
        heading: Option<String>,
        buttons: Vec<Button>,
    ) -> Self {
        let outlet = scheduler.outlet(&*platform, &place);
        let said = Box::new(Spoken::new(heading.unwrap_or_default(), splitting(platform.capabilities())));
        Self {
            platform,
            outlet,
            place,
            buttons,
            said,
            shown: Vec::new(),
            unsent: None,
            speaks: false,
            round: 0,
            deleted: false,
            lag: Lag::None,
            keeps_all: false,
            pacing: Pacing::default(),
            owed: Vec::new(),
            thoughts: 0,
            thought_before: 0,
        }
    }

    /// What the model has said so far, without its thoughts.
    pub fn text(&self) -> &str {
        self.said.text()
    }

    /// Whether the model thought, and said nothing.
    pub fn is_only_thought(&self) -> bool {
        self.thoughts > 0 && self.text().trim().is_empty()
    }

    /// Where its last message stands, once one was sent.
    pub fn sent(&self) -> Option<&MessageRef> {
        self.shown.last().map(|shown| &shown.at)
    }

    /// Its messages as people see them, without their buttons; none where they show nothing that the model said.
    pub fn kept(&self) -> Vec<Outgoing> {
        if !self.speaks {
            return Vec::new();
        }
        let mut full = self.said.full_again().into_iter();
        let texts = self.shown.iter().map(|shown| (full.next(), shown.text()));
        texts.filter_map(|(full, text)| Some(Outgoing::text(closed(text.or(full.as_deref())?)))).collect()
    }

    /// Forgets what was said so far: what is said next takes its place, in the first of its messages. The others go before
    /// anything else is shown: two may not look live.
    pub fn put_aside(&mut self) {
        self.said.forget();
        self.pacing.begin_anew();
        self.round = self.round.wrapping_add(1);
        (self.speaks, self.lag) = (false, Lag::None);
    }

    /// Keeps room in the budget for the last text from now on, as [`follow`](Self::follow) does: what comes may come at
    /// any moment.
    pub fn reserve(&mut self) {
        if self.owed.is_empty() {
            self.owed = self.outlet.owe();
        }
    }

    fn streaming(&self, text: String) -> Outgoing {
        Outgoing { buttons: self.buttons.clone(), ..Outgoing::streaming(text) }
    }
}
