//! A platform as a server sees it: it takes its time, it counts, it refuses, and it notes what it has shown and when.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::domain::{Actor, MessageRef, Outgoing, OutgoingState, Place, PlatformName};
use pstral_core::ports::{BudgetSignal, BudgetSignals, Capabilities, ChatPlatform, Inbox, Length, PlatformError, Rate};
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

#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) place: Place,
    /// When each was shown.
    pub(super) states: Vec<(Duration, Outgoing)>,
    pub(super) deleted: bool,
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
    signals: Option<BudgetSignals>,
}

/// What was taken from one budget.
#[derive(Default)]
struct Count {
    taken: VecDeque<Duration>,
    full_at: Duration,
}

impl Count {
    /// Takes one write, or says when there is one.
    fn take(&mut self, rate: Rate, now: Duration) -> Result<(), Duration> {
        match rate {
            Rate::Bucket { burst, refill } => {
                let has_one = self.full_at.saturating_sub(refill * (burst - 1));
                if has_one > now {
                    return Err(has_one.saturating_sub(now));
                }
                self.full_at = self.full_at.max(now) + refill;
            }
            Rate::Window { writes, span } => {
                while self.taken.front().is_some_and(|taken| *taken + span <= now) {
                    self.taken.pop_front();
                }
                if self.taken.len() >= writes as usize {
                    return Err((self.taken[0] + span).saturating_sub(now));
                }
                self.taken.push_back(now);
            }
        }
        Ok(())
    }
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
        let messages = self.messages().into_iter().filter(|message| message.place == *place && !message.deleted);
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
        self.state().messages[index].deleted = true;
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
        place: &Place,
        message: Option<&str>,
        act: impl FnOnce(&mut State, Duration) -> Result<T, PlatformError>,
    ) -> Result<T, PlatformError> {
        let half = {
            let mut state = self.state();
            let number = state.requests;
            state.requests += 1;
            if let Some(message) = message {
                assert!(state.busy.insert(message.to_owned()), "two writes of one message at once");
            }
            self.manners.latencies[number % self.manners.latencies.len()] / 2
        };
        sleep(half).await;
        let result = self.decide(place, act);
        sleep(half).await;
        if let Some(message) = message {
            self.state().busy.remove(message);
        }
        result
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

    async fn send(&self, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        assert!(self.manners.capabilities.length.holds(&message.text), "{}", message.text);
        self.request(place, None, |state, now| {
            let states = vec![(now, message.clone())];
            state.messages.push(Message { place: place.clone(), states, deleted: false });
            Ok(MessageRef { place: place.clone(), id: (state.messages.len() - 1).to_string() })
        })
        .await
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        assert!(self.manners.capabilities.length.holds(&message.text), "{}", message.text);
        self.request(&at.place, Some(&at.id), |state, now| {
            let kept = state.messages.get_mut(index(at)).filter(|kept| !kept.deleted);
            kept.ok_or(PlatformError::Gone)?.states.push((now, message.clone()));
            Ok(())
        })
        .await
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        self.request(&at.place, Some(&at.id), |state, _| {
            state.messages[index(at)].deleted = true;
            Ok(())
        })
        .await
    }

    async fn live(&self, place: &Place, _: Option<&MessageRef>) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        let state = self.state();
        if state.gone.contains(&place.id) {
            return Err(PlatformError::Gone);
        }
        let kept = state.messages.iter().enumerate().filter(|(_, kept)| kept.place == *place && !kept.deleted);
        let last = kept.filter_map(|(index, kept)| Some((index, &kept.states.last()?.1)));
        let live = last.filter(|(_, last)| last.state == OutgoingState::Streaming);
        let at = |index: usize| MessageRef { place: place.clone(), id: index.to_string() };
        Ok(live.map(|(index, last)| (at(index), last.text.clone())).collect())
    }

    async fn typing(&self, _: &Place) {}

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        Ok(Place { platform: self.name(), id: format!("private of {}", actor.name), private: true })
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        Ok(text("health-piped"))
    }
}
