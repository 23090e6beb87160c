//! Discord as a chat platform, on serenity: <https://discord.com/developers/docs>.

mod advice;
mod attached;
mod body;
mod buttons;
mod catching_up;
mod channels;
mod clicks;
mod command_list;
mod commands;
mod config;
mod dm_channels;
mod error;
mod examine;
mod exhausted_limits;
mod forms;
mod gateway;
mod guilds;
mod hearing;
mod interactions;
mod pending_interactions;
mod place;
mod questions;
mod rate_limit_headers;
mod recent_refusals;
mod request_limiter;
mod rest;
mod rewording;
mod section;
mod slash;
mod snowflake;
mod suggesting;
mod threads;
mod unfinished;
mod writing;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
pub use config::{DiscordConfig, Shards};
use pstral_core::domain::{Actor, Event, Form, Locale, MessageRef, Outgoing, Place, PlatformName};
use pstral_core::ports::{
    Advice, BudgetSignals, Capabilities, ChatPlatform, Inbox, LONGEST_WRITE, PlatformError, Rate, SendKey, WriteBudget,
};
use pstral_core::text::{Text, text};
pub use section::DiscordSection;
use serenity::http::{LightMethod, Route};
use serenity::model::user::CurrentUser;
use tokio_util::sync::CancellationToken;

use crate::advice::TimedAdvice;
use crate::catching_up::Recent;
use crate::channels::Channels;
use crate::dm_channels::DmChannels;
use crate::error::{DiscordError, codes};
use crate::gateway::Connection;
use crate::guilds::NotifiedGuilds;
use crate::pending_interactions::Interactions;
use crate::place::{Spot, spot};
use crate::questions::Questions;
use crate::recent_refusals::RecentRefusals;
use crate::rest::{Rest, plain};
use crate::threads::{AnswerTarget, Threads};

/// The time-out of a typing indicator, which may be lost.
const TYPING: Duration = Duration::from_secs(5);

/// The Discord adapter.
pub struct Discord {
    config: DiscordConfig,
    capabilities: Capabilities,
    rest: Rest,
    interactions: Interactions,
    channels: Channels,
    dm_channels: DmChannels,
    /// Places where we may not write.
    closed: RecentRefusals<Place>,
    questions: Questions,
    recent: Recent,
    threads: Threads,
    advice: TimedAdvice,
    connection: Connection,
    notified_guilds: NotifiedGuilds,
    /// The user id of the bot, once known.
    own: OnceLock<u64>,
}

impl Discord {
    /// Creates the adapter from its configuration. No connection is made yet.
    ///
    /// # Errors
    /// Fails if TLS cannot be set up for its connections.
    pub fn new(config: DiscordConfig) -> Result<Self, reqwest::Error> {
        Ok(Self {
            rest: Rest::new(&config)?,
            config,
            capabilities: capabilities(),
            interactions: Interactions::default(),
            channels: Channels::default(),
            dm_channels: DmChannels::default(),
            closed: RecentRefusals::default(),
            questions: Questions::default(),
            recent: Recent::default(),
            threads: Threads::default(),
            advice: TimedAdvice::default(),
            connection: Connection::default(),
            notified_guilds: NotifiedGuilds::default(),
            own: OnceLock::new(),
        })
    }

    /// Returns the user id of the bot, fetching it once.
    async fn own_id(&self) -> Result<u64, DiscordError> {
        if let Some(id) = self.own.get() {
            return Ok(*id);
        }
        let own: CurrentUser = self.rest.request_json(plain(LightMethod::Get, Route::UserMe)).await?;
        Ok(*self.own.get_or_init(|| own.id.get()))
    }
}

/// The capabilities of Discord. It publishes no limit for edits: five in five seconds per channel is what its headers
/// say. It allows fifty requests a second in all (<https://discord.com/developers/docs/topics/rate-limits>), not all of
/// which are writes.
fn capabilities() -> Capabilities {
    let window = |writes, span| Some(Rate::Window { writes, span });
    Capabilities {
        length: body::LENGTH,
        max_messages: 5,
        edits: true,
        max_edits: 300,
        longest_write: LONGEST_WRITE,
        budget: WriteBudget {
            place: window(5, Duration::from_secs(5)),
            account: window(request_limiter::WRITES, Duration::from_secs(1)),
        },
        buttons: true,
        pages: true,
        asides: true,
        tables: false,
        command_prefix: "/",
        max_file_bytes: body::FILE,
        uploads: true,
    }
}

#[async_trait]
impl ChatPlatform for Discord {
    fn name(&self) -> PlatformName {
        place::platform()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn report_budgets(&self, signals: BudgetSignals) {
        self.rest.report(signals);
    }

    fn advise(&self, advice: Arc<dyn Advice>) {
        self.advice.set(advice);
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        self.listen(&inbox, &shutdown).await
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.send_to(key, place, message).await
    }

    fn lacks_permission(&self, place: &Place) -> bool {
        self.closed.contains(place)
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        self.edit_at(at, message).await
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.delete_at(at).await
    }

    async fn live(
        &self,
        place: &Place,
        known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        self.find_unfinished(place, known).await
    }

    async fn typing(&self, place: &Place) {
        let Ok(Spot::Channel(channel_id)) = spot(place) else { return };
        let shown = async {
            let channel_id = match self.begin_wanted(channel_id).await? {
                AnswerTarget::Place => channel_id,
                AnswerTarget::Reply(channel, _) => channel,
            };
            self.rest.send_if_idle(plain(LightMethod::Post, Route::ChannelTyping { channel_id })).await
        };
        if let Ok(Err(fault)) = tokio::time::timeout(TYPING, shown).await {
            if fault.code() == Some(codes::MISSING_PERMISSIONS) {
                self.closed.record(place);
            }
            tracing::debug!(?fault, place = place.path(), "the typing indicator could not be shown");
        }
    }

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        let user = actor.id.parse().ok().filter(|user| *user > 0).ok_or(PlatformError::Gone)?;
        Ok(place::private(self.private_with(user).await?))
    }

    fn aside(&self, event: &Event) -> Option<Place> {
        // Of what belongs to an interaction, the event's own name comes after it.
        let interaction = event.id.split('.').next()?.parse().ok().filter(|_| !event.place.private)?;
        self.interactions.get(interaction).map(|opened| place::aside(opened.id))
    }

    fn awaits(&self, event: &Event) -> Option<Locale> {
        let interaction = event.id.split('.').next()?.parse().ok()?;
        self.interactions.get(interaction).map(|opened| opened.locale)
    }

    async fn open_form(&self, event: &str, form: &Form) -> Result<(), PlatformError> {
        self.show_form(event, form).await
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        self.connection.is_up(self.config.shards).await?;
        let began = Instant::now();
        let own: CurrentUser = self.rest.request_json(plain(LightMethod::Get, Route::UserMe)).await?;
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(text("health-discord").with("name", own.name.clone()).count("millis", millis))
    }
}
