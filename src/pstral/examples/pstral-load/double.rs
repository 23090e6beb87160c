//! A platform inside this process: it has people who ask, a limit of requests, and a memory for what it was told when.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use jiff::Timestamp;
use pstral_core::domain::{Actor, Event, EventBody, Length, MessageRef, Outgoing, OutgoingState, Place, PlatformName};
use pstral_core::ports::{Capabilities, ChatPlatform, Inbox, LONGEST_WRITE, PlatformError, Rate, SendKey, WriteBudget};
use pstral_core::text::{Text, text};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::clock::{Micros, now};
use crate::limit::Limit;
use crate::options::{Options, Scope};
use crate::server::MARK;
use crate::words::Shown;

/// A message to send or to change, as it reached the platform.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Write {
    /// The time of the request.
    pub(crate) begun: Micros,
    /// The time of the answer.
    pub(crate) ended: Micros,
    /// True if it was refused because of the rate limit.
    pub(crate) refused: bool,
    /// True if it edited an existing message.
    pub(crate) edit: bool,
    /// True if it is marked as the last one.
    pub(crate) last: bool,
    /// Tokens of the answer up to the last one it shows.
    pub(crate) until: usize,
}

/// A message, and all that became of it. Its text is read and not kept: a platform's memory is not Pstral's.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) place: Place,
    pub(crate) writes: Vec<Write>,
    /// Its current content.
    pub(crate) shown: Shown,
    pub(crate) last: bool,
    pub(crate) gone: bool,
}

/// The platform.
pub(crate) struct Double {
    capabilities: Capabilities,
    options: Options,
    latency: Duration,
    limit: Mutex<Limit>,
    seen: Mutex<Vec<Message>>,
    /// Refusals of new messages: they belong to none.
    refused: Mutex<Vec<Write>>,
}

impl Double {
    /// With the people and the limits asked for.
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            capabilities: Capabilities {
                length: Length::characters(options.max_chars),
                max_messages: options.max_messages,
                edits: true,
                max_edits: options.max_edits,
                longest_write: LONGEST_WRITE,
                budget: budget(options),
                buttons: true,
                pages: true,
                asides: false,
                tables: true,
                command_prefix: "/",
                max_file_bytes: 10 << 20,
                uploads: true,
            },
            options: options.clone(),
            latency: Duration::from_millis(options.latency_ms),
            limit: Mutex::new(Limit::new(options.edits, options.window())),
            seen: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// Its name.
    pub(crate) fn platform() -> PlatformName {
        PlatformName("load".to_owned())
    }

    /// One of the people.
    pub(crate) fn actor(person: usize) -> Actor {
        Actor { platform: Self::platform(), id: format!("person-{person}"), name: format!("Person {person}") }
    }

    /// Every message, as sent first first.
    pub(crate) fn messages(&self) -> MutexGuard<'_, Vec<Message>> {
        lock(&self.seen)
    }

    /// New messages that were refused.
    pub(crate) fn refused_sends(&self) -> usize {
        lock(&self.refused).len()
    }

    /// Returns the place where a person writes.
    pub(crate) fn place(&self, person: usize) -> Place {
        let (id, private) = match self.options.rooms {
            Some(rooms) => (format!("room-{}", person % rooms), false),
            None => (format!("private-{person}"), true),
        };
        Place { platform: Self::platform(), id, thread: None, private }
    }

    /// One person's questions, one after the other.
    async fn ask(&self, person: usize, inbox: &Inbox, shutdown: &CancellationToken) {
        let spread = Duration::from_millis(self.options.spread_ms);
        let share = f64::from(u32::try_from(person).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(self.options.people).unwrap_or(u32::MAX));
        sleep(spread.mul_f64(share)).await;
        for round in 0..self.options.rounds {
            if shutdown.is_cancelled() {
                return;
            }
            let answer = round * self.options.people + person;
            let event = Event {
                id: answer.to_string(),
                at: Timestamp::now(),
                actor: Self::actor(person),
                place: self.place(person),
                body: EventBody::Said(format!("What do you know of the weather, in case {MARK}{answer}?")),
            };
            inbox(event).await;
        }
    }

    async fn write(&self, place: &Place, message: &Outgoing, edit: bool) -> (Write, Shown, Result<(), PlatformError>) {
        let begun = now();
        let refused = lock(&self.limit).ask(self.options.scope.budget(place), begun);
        let shown = shown(message);
        if !self.latency.is_zero() {
            sleep(self.latency).await;
        }
        let write = Write {
            begun,
            ended: now(),
            refused: refused.is_some(),
            edit,
            last: message.state == OutgoingState::Final,
            until: shown.until(),
        };
        let result = match refused {
            Some(retry_after) => Err(PlatformError::RateLimited { retry_after }),
            None if !self.capabilities.length.holds(&message.text) => {
                Err(PlatformError::Rejected("too long".to_owned()))
            }
            None => Ok(()),
        };
        (write, shown, result)
    }
}

fn budget(options: &Options) -> WriteBudget {
    let rate = Some(Rate::Window { writes: options.edits, span: options.window() });
    match options.scope {
        Scope::Place => WriteBudget { place: rate, account: None },
        Scope::Account => WriteBudget { place: None, account: rate },
    }
}

/// Reads the content of a message, including its files.
fn shown(message: &Outgoing) -> Shown {
    let files = message.files.iter().map(|file| std::fs::read_to_string(&file.path).unwrap_or_default());
    let text = std::iter::once(message.text.clone()).chain(files).collect::<Vec<_>>().join("\n");
    Shown::of(&text)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn index_of(at: &MessageRef) -> Option<usize> {
    at.id.parse().ok()
}

#[async_trait]
impl ChatPlatform for Double {
    fn name(&self) -> PlatformName {
        Self::platform()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        join_all((0..self.options.people).map(|person| self.ask(person, &inbox, &shutdown))).await;
        Ok(())
    }

    async fn send(&self, _: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        let (write, shown, result) = self.write(place, message, false).await;
        if result.is_err() {
            lock(&self.refused).push(write);
        }
        result?;
        let mut seen = self.messages();
        let message = Message { place: place.clone(), writes: vec![write], shown, last: write.last, gone: false };
        seen.push(message);
        Ok(MessageRef { place: place.clone(), id: (seen.len() - 1).to_string() })
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let (write, shown, result) = self.write(&at.place, message, true).await;
        let mut seen = self.messages();
        let kept = index_of(at).and_then(|index| seen.get_mut(index)).filter(|kept| !kept.gone);
        let kept = kept.ok_or(PlatformError::Gone)?;
        kept.writes.push(write);
        result?;
        kept.last = write.last;
        kept.shown = shown;
        Ok(())
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        let mut seen = self.messages();
        if let Some(kept) = index_of(at).and_then(|index| seen.get_mut(index)) {
            kept.gone = true;
        }
        Ok(())
    }

    // Of texts nothing is kept.
    async fn live(&self, place: &Place, _: Option<&MessageRef>) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        let seen = self.messages();
        let live = seen.iter().enumerate().filter(|(_, kept)| kept.place == *place && !kept.last && !kept.gone);
        let at = |index: usize| MessageRef { place: place.clone(), id: index.to_string() };
        Ok(live.map(|(index, _)| (at(index), String::new())).collect())
    }

    async fn typing(&self, _: &Place) {}

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        Ok(Place { platform: Self::platform(), id: format!("private of {}", actor.id), thread: None, private: true })
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        Ok(text("health-piped"))
    }
}
