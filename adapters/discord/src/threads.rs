//! Threads on questions. A thread is created when the first message is sent to it, so that somebody who is answered in
//! private, or not at all, leaves no empty thread behind. Where none can be created, the answer is a reply in the
//! channel.
//!
//! Discord gives a thread the id of the message that it begins from, so that its place has a name before it is there.

use std::sync::Arc;

use parking_lot::Mutex;
use pstral_core::bounded_map::BoundedMap;
use pstral_core::domain::Place;
use pstral_core::egress::fit;
use serde_json::json;
use serenity::http::{LightMethod, Route};
use serenity::model::id::{ChannelId, MessageId, UserId};
use tokio_util::sync::CancellationToken;

use crate::Discord;
use crate::error::{DiscordError, codes};
use crate::place::thread;
use crate::recent_refusals::RecentRefusals;
use crate::rest::{plain, with_body};

/// The number of threads remembered that are wanted.
const REMEMBERED: usize = 1024;
/// The maximum length of a thread's name in characters; Discord allows 100.
const NAME: usize = 90;
/// Minutes of inactivity after which Discord archives a thread.
const ARCHIVED_AFTER: u32 = 1_440;

/// A thread on a question that is created once something is said in it.
struct PendingThread {
    channel: ChannelId,
    /// The asker, who is added so that the thread appears in their list.
    asker: Option<UserId>,
    name: String,
    /// The state of the thread. Its lock is held while it is being created.
    state: tokio::sync::Mutex<State>,
    /// Cancelled when something can be said in the thread.
    begun: CancellationToken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotBegun,
    /// The thread exists, and the asker has not been added yet.
    Begun,
    Joined,
    Refused,
}

impl PendingThread {
    fn new(channel: ChannelId, asker: Option<UserId>, name: String, state: State) -> Self {
        Self { channel, asker, name, state: tokio::sync::Mutex::new(state), begun: CancellationToken::new() }
    }
}

/// The target of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerTarget {
    /// The channel or thread that its place names.
    Place,
    /// This channel, as a reply to this message: there is no thread.
    Reply(ChannelId, MessageId),
}

/// The wanted threads, by the messages they begin from, and the channels that recently refused one.
#[derive(Default)]
pub(crate) struct Threads {
    wanted: Mutex<BoundedMap<u64, Arc<PendingThread>, REMEMBERED>>,
    forbidden: RecentRefusals<ChannelId>,
}

impl Threads {
    /// Returns a token that is cancelled once the wanted thread on a message exists.
    pub(crate) fn begins(&self, message: u64) -> Option<CancellationToken> {
        self.wanted(message).map(|wanted| wanted.begun.clone())
    }

    fn want(&self, message: u64, wanted: PendingThread) {
        self.wanted.lock().insert(message, Arc::new(wanted));
    }

    fn wanted(&self, message: u64) -> Option<Arc<PendingThread>> {
        self.wanted.lock().get(&message).cloned()
    }
}

impl Discord {
    /// Registers a thread on a message and returns its place. It is created, and the asker added, when something is
    /// said there.
    pub(crate) fn want_thread(&self, channel: ChannelId, message: u64, asker: UserId, words: &str) -> Place {
        let name = fit(&words.split_whitespace().collect::<Vec<_>>().join(" "), NAME);
        self.threads.want(message, PendingThread::new(channel, Some(asker), name, State::NotBegun));
        thread(channel.get(), message)
    }

    /// Returns the place of a thread on a message that is answered by replies instead. After a restart it is unknown,
    /// except for the message that somebody clicked on.
    pub(crate) fn without_thread(&self, channel: ChannelId, message: u64) -> Place {
        if self.threads.wanted(message).is_none() {
            self.threads.want(message, PendingThread::new(channel, None, String::new(), State::Refused));
        }
        thread(channel.get(), message)
    }

    /// Creates the thread of that id if it is wanted and does not exist yet.
    pub(crate) async fn begin_wanted(&self, id: ChannelId) -> Result<AnswerTarget, DiscordError> {
        let Some(wanted) = self.threads.wanted(id.get()) else { return Ok(AnswerTarget::Place) };
        let reply = AnswerTarget::Reply(wanted.channel, MessageId::new(id.get()));
        let mut state = wanted.state.lock().await;
        if *state == State::NotBegun && self.threads.forbidden.contains(&wanted.channel) {
            *state = State::Refused;
        }
        if *state == State::NotBegun {
            *state = match self.begin(&wanted, id).await {
                Ok(()) => State::Begun,
                // Of a channel that is full of threads, or where none may be made.
                Err(fault @ DiscordError::Rejected { status, .. }) => {
                    if status == 403 {
                        self.threads.forbidden.record(&wanted.channel);
                    }
                    tracing::warn!(
                        ?fault,
                        channel = wanted.channel.get(),
                        "no thread can begin there: replying instead"
                    );
                    State::Refused
                }
                Err(fault) => return Err(fault),
            };
        }
        if *state == State::Begun {
            wanted.begun.cancel();
            *state = self.join(&wanted, id).await;
        }
        Ok(if *state == State::Refused { reply } else { AnswerTarget::Place })
    }

    /// Adds the asker to their thread. Nobody waits for this: if Discord has no turn to spare, it is retried with the
    /// next message.
    async fn join(&self, wanted: &PendingThread, id: ChannelId) -> State {
        let Some(user_id) = wanted.asker else { return State::Joined };
        let route = Route::ChannelThreadMember { channel_id: id, user_id };
        match self.rest.send_if_idle(plain(LightMethod::Put, route)).await {
            Err(DiscordError::RateLimited(_)) => State::Begun,
            Err(fault) => {
                tracing::warn!(?fault, thread = id.get(), "the asker could not be added to their thread");
                State::Joined
            }
            Ok(()) => State::Joined,
        }
    }

    async fn begin(&self, wanted: &PendingThread, id: ChannelId) -> Result<(), DiscordError> {
        let wish = json!({ "name": wanted.name, "auto_archive_duration": ARCHIVED_AFTER });
        let route = Route::ChannelMessageThreads { channel_id: wanted.channel, message_id: id.get().into() };
        match self.rest.send_or_fail(with_body(LightMethod::Post, route, &wish)).await {
            // Somebody else's, unless Discord says that it is ours: what is said there without a mention is not for us.
            Err(fault) if fault.code() == Some(codes::THREAD_EXISTS) => {
                self.known(id).await;
                return Ok(());
            }
            begun => begun?,
        }
        if let (Some(known), Ok(own)) = (self.channels.get(wanted.channel.get()), self.own_id().await) {
            self.channels.learn(id.get(), known.with_thread_of(wanted.channel.get(), own));
            self.recent.spoke_in(id.get(), Some(known.guild));
        }
        Ok(())
    }
}
