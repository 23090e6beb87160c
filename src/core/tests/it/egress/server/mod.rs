//! A platform as a server sees it: it takes its time, it counts, it refuses, and it notes what it has shown and when.

mod count;
mod message;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use count::Count;
use message::Spoilt;
pub(super) use message::{Asked, Fault, Message};
use pstral_core::domain::Length;
use pstral_core::domain::{Actor, MessageRef, Outgoing, Place, PlatformName};
use pstral_core::ports::{
    BudgetSignal, BudgetSignals, Capabilities, ChatPlatform, Inbox, PlatformError, Rate, SendKey,
};
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::text::{Text, text};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// What such a server does. Times are simulated.
#[derive(Debug, Clone)]
pub(super) struct Manners {
    pub(super) capabilities: Capabilities,
    /// What it really allows, whatever it is assumed to.
    pub(super) place: Option<Rate>,
    pub(super) account: Option<Rate>,
    /// How long each request takes, over and over.
    pub(super) latencies: Vec<Duration>,
    /// What it answers instead of doing it, in turn; `None` does it. After the last, it does everything.
    pub(super) refusals: Vec<Option<PlatformError>>,
    /// Whether it says what is left of its budgets.
    pub(super) headers: bool,
}

impl Default for Manners {
    fn default() -> Self {
        let capabilities =
            Capabilities { length: Length::characters(20_000), ..FakeChat::new().capabilities().clone() };
        let latencies = vec![Duration::from_millis(20)];
        Self { capabilities, place: None, account: None, latencies, refusals: Vec::new(), headers: false }
    }
}

pub(super) struct Server {
    manners: Manners,
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    messages: Vec<Message>,
    /// Those that are being written.
    busy: HashSet<String>,
    counts: HashMap<Option<String>, Count>,
    requests: usize,
    asked_too_fast: usize,
    gone: HashSet<String>,
    spoilt: Vec<Spoilt>,
    signals: Option<BudgetSignals>,
}

impl Server {
    pub(super) fn with(manners: Manners) -> Arc<Self> {
        Arc::new(Self { manners, began: Instant::now(), state: Mutex::default() })
    }

    pub(super) fn messages(&self) -> Vec<Message> {
        self.state().messages.clone()
    }

    /// What people read in a place now.
    pub(super) fn read(&self, place: &Place) -> Vec<Outgoing> {
        let messages =
            self.messages().into_iter().filter(|message| message.place == *place && message.deleted.is_none());
        messages.map(|message| message.states.last().unwrap().1.clone()).collect()
    }

    /// Requests that came too fast.
    pub(super) fn asked_too_fast(&self) -> usize {
        self.state().asked_too_fast
    }

    pub(super) fn requests(&self) -> usize {
        self.state().requests
    }

    /// Somebody deletes a message.
    pub(super) fn take_away(&self, index: usize) {
        self.state().messages[index].deleted = Some(self.now());
    }

    /// From now on, something goes wrong, with one message or with all.
    pub(super) fn spoil(&self, asked: Asked, message: Option<usize>, until: Duration, fault: Fault) {
        self.state().spoilt.push(Spoilt { asked, message, until, fault });
    }

    /// The messages that looked live at a time.
    pub(super) fn live_at(&self, at: Duration) -> Vec<usize> {
        let messages = self.messages().into_iter().enumerate();
        messages.filter(|(_, message)| message.was_live(at)).map(|(index, _)| index).collect()
    }

    /// When something of what it shows changed.
    pub(super) fn changes(&self) -> Vec<Duration> {
        let messages = self.messages();
        let shown = messages.iter().flat_map(|message| message.states.iter().map(|(at, _)| *at));
        shown.chain(messages.iter().filter_map(|message| message.deleted)).collect()
    }

    /// A place is not there any more.
    pub(super) fn close(&self, place: &Place) {
        self.state().gone.insert(place.id.clone());
    }

    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// One request, from end to end.
    async fn request<T>(
        &self,
        (asked, place): (Asked, &Place),
        message: Option<&str>,
        act: impl FnOnce(&mut State, Duration) -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        let _busy = Busy::begin(self, message);
        let (half, fault) = self.received(asked, message);
        sleep(half).await;
        let result = match fault {
            None => self.decide(place, act),
            Some(Fault::Refused(error)) => Err(error),
            Some(Fault::Hangs { done }) => {
                if done {
                    drop(self.decide(place, act));
                }
                std::future::pending().await
            }
        };
        sleep(half).await;
        result
    }

    /// Half of what it takes, and what goes wrong with it.
    fn received(&self, asked: Asked, message: Option<&str>) -> (Duration, Option<Fault>) {
        let (now, mut state) = (self.now(), self.state());
        let number = state.requests;
        state.requests += 1;
        let message = message.map(|message| message.parse::<usize>().unwrap());
        let mut spoilt = state.spoilt.iter();
        let fault = spoilt.find(|spoilt| {
            spoilt.asked == asked && now < spoilt.until && (spoilt.message.is_none() || spoilt.message == message)
        });
        (self.manners.latencies[number % self.manners.latencies.len()] / 2, fault.map(|spoilt| spoilt.fault.clone()))
    }

    fn decide<T>(
        &self,
        place: &Place,
        act: impl FnOnce(&mut State, Duration) -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        let (now, mut state) = (self.now(), self.state());
        let scripted = self.manners.refusals.get(state.requests - 1).cloned().flatten();
        if let Some(error) = scripted {
            return Err(error);
        }
        if state.gone.contains(&place.id) {
            return Err(PlatformError::Gone);
        }
        let budgets = [(Some(place.id.clone()), self.manners.place), (None, self.manners.account)];
        for (key, rate) in budgets {
            let Some(rate) = rate else { continue };
            if let Err(retry_after) = state.counts.entry(key.clone()).or_default().take(rate, now) {
                state.asked_too_fast += 1;
                return Err(PlatformError::RateLimited { retry_after });
            }
            if let (true, Rate::Window { writes, span }) = (self.manners.headers, rate) {
                let taken = &state.counts[&key].taken;
                let signal = BudgetSignal {
                    place: key.as_ref().map(|_| place.clone()),
                    limit: writes,
                    remaining: writes - u32::try_from(taken.len()).unwrap(),
                    reset_after: (taken[taken.len() - 1] + span).saturating_sub(now),
                };
                if let Some(signals) = state.signals.clone() {
                    signals(&signal);
                }
            }
        }
        act(&mut state, now)
    }
}

/// A message that is being written, until that has ended or is dropped.
struct Busy<'a>(&'a Server, Option<String>);

impl<'a> Busy<'a> {
    fn begin(server: &'a Server, message: Option<&str>) -> Self {
        if let Some(message) = message {
            assert!(server.state().busy.insert(message.to_owned()), "two writes of one message at once");
        }
        Self(server, message.map(str::to_owned))
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if let Some(message) = &self.1 {
            self.0.state().busy.remove(message);
        }
    }
}

fn index(at: &MessageRef) -> usize {
    at.id.parse().unwrap()
}

#[async_trait]
impl ChatPlatform for Server {
    fn name(&self) -> PlatformName {
        PlatformName("server".to_owned())
    }

    fn capabilities(&self) -> &Capabilities {
        &self.manners.capabilities
    }

    fn report_budgets(&self, signals: BudgetSignals) {
        self.state().signals = Some(signals);
    }

    async fn run(&self, _: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        shutdown.cancelled().await;
        Ok(())
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        assert!(self.manners.capabilities.length.holds(&message.text), "{}", message.text);
        self.request((Asked::Send, place), None, |state, now| {
            if let Some((index, kept)) = state.messages.iter().enumerate().find(|(_, kept)| kept.key == key) {
                assert_eq!(kept.states[0].1, *message, "the same key, and another message");
                return Ok(MessageRef { place: place.clone(), id: index.to_string() });
            }
            let states = vec![(now, message.clone())];
            state.messages.push(Message { key, place: place.clone(), states, deleted: None });
            Ok(MessageRef { place: place.clone(), id: (state.messages.len() - 1).to_string() })
        })
        .await
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        assert!(self.manners.capabilities.length.holds(&message.text), "{}", message.text);
        self.request((Asked::Edit, &at.place), Some(&at.id), |state, now| {
            let kept = state.messages.get_mut(index(at)).filter(|kept| kept.deleted.is_none());
            kept.ok_or(PlatformError::Gone)?.states.push((now, message.clone()));
            Ok(())
        })
        .await
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.request((Asked::Delete, &at.place), Some(&at.id), |state, now| {
            state.messages[index(at)].deleted.get_or_insert(now);
            Ok(())
        })
        .await
    }

    async fn live(&self, place: &Place, _: Option<&MessageRef>) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        let state = self.state();
        if state.gone.contains(&place.id) {
            return Err(PlatformError::Gone);
        }
        let now = self.now();
        let live = |message: &Message| message.place == *place && message.was_live(now);
        let found = state.messages.iter().enumerate().filter(|(_, message)| live(message));
        let shown = |message: &Message| message.states.last().map(|(_, shown)| shown.text.clone()).unwrap_or_default();
        let at = |index: usize| MessageRef { place: place.clone(), id: index.to_string() };
        Ok(found.map(|(index, message)| (at(index), shown(message))).collect())
    }

    async fn typing(&self, _: &Place) {}

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        Ok(Place { platform: self.name(), id: format!("private of {}", actor.name), thread: None, private: true })
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        Ok(text("health-piped"))
    }
}
