//! A chat without a chat: it keeps every state of every message, and fails when a script says so.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::channel::mpsc;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::domain::{
    Actor, ButtonAction, Event, EventBody, Form, Length, MessageRef, Outgoing, OutgoingState, Place, PlatformName,
};
use crate::ports::{
    BudgetSignal, BudgetSignals, Capabilities, ChatPlatform, Inbox, LONGEST_WRITE, PlatformError, SendKey, WriteBudget,
};
use crate::text::{Text, text};

/// The requests that a script can refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// A new message.
    Send,
    /// A change of a message.
    Edit,
    /// The end of a message.
    Delete,
    /// A private place.
    OpenDm,
}

/// A chat without a chat. Its clock stands at 2026-11-21T10:00:00Z.
#[derive(Debug)]
pub struct FakeChat {
    capabilities: Capabilities,
    state: Mutex<State>,
    changed: Notify,
    events: mpsc::UnboundedSender<Event>,
    queue: Mutex<mpsc::UnboundedReceiver<Event>>,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Kept>,
    refusals: VecDeque<(Request, PlatformError)>,
    last_event: u64,
    typing: usize,
    /// True if typing indicators never complete.
    typing_hangs: bool,
    signals: Option<Signals>,
    /// Places that Pstral was removed from, and how often it tried to write there since.
    closed: Vec<Place>,
    knocks: usize,
    /// True if actions can be answered to one person alone, and statements are edited in forms.
    beside: bool,
    forms: Vec<Form>,
}

#[derive(Clone)]
struct Signals(BudgetSignals);

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signals")
    }
}

#[derive(Debug)]
struct Kept {
    key: SendKey,
    place: Place,
    states: Vec<Outgoing>,
    deleted: bool,
}

impl Default for FakeChat {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeChat {
    /// A chat with edits and buttons, messages of 2000 characters, files of 10 MB, and as fast as it is written to.
    pub fn new() -> Self {
        Self::with(Capabilities {
            length: Length::characters(2_000),
            max_messages: 4,
            edits: true,
            max_edits: 1_000,
            longest_write: LONGEST_WRITE,
            budget: WriteBudget::default(),
            buttons: true,
            pages: true,
            asides: false,
            tables: true,
            command_prefix: "/",
            max_file_bytes: 10_000_000,
            uploads: true,
        })
    }

    /// A chat that can do this.
    pub fn with(capabilities: Capabilities) -> Self {
        let (events, queue) = mpsc::unbounded();
        let state = Mutex::new(State::default());
        Self { capabilities, state, changed: Notify::new(), events, queue: Mutex::new(queue) }
    }

    /// Somebody of this chat.
    pub fn actor(name: &str) -> Actor {
        Actor { platform: platform(), id: format!("id-of-{name}"), name: name.to_owned() }
    }

    /// The private place where [`FakeChat::event`] happens.
    pub fn place() -> Place {
        Place { platform: platform(), id: "private".to_owned(), thread: None, private: true }
    }

    /// A place that many read.
    pub fn channel(path: &str) -> Place {
        Place::at_path(platform(), path, false)
    }

    /// An event in [`FakeChat::place`], not yet handed to anybody. Events are numbered from 1.
    pub fn event(&self, actor: &Actor, body: EventBody) -> Event {
        let mut state = self.state();
        state.last_event += 1;
        let at = Timestamp::constant(1_795_255_200, 0);
        Event { id: state.last_event.to_string(), at, actor: actor.clone(), place: Self::place(), body }
    }

    /// Somebody writes: [`ChatPlatform::run`] hands it over.
    pub fn say(&self, actor: &Actor, place: &Place, text: &str) -> Event {
        self.deliver(actor, place, EventBody::Said(text.to_owned()))
    }

    /// Somebody types a command, without prefix: [`ChatPlatform::run`] hands it over.
    pub fn command(&self, actor: &Actor, place: &Place, command: &str) -> Event {
        self.deliver(actor, place, EventBody::command(command))
    }

    /// Somebody presses a button: [`ChatPlatform::run`] hands it over.
    pub fn click(&self, actor: &Actor, place: &Place, action: ButtonAction) -> Event {
        self.deliver(actor, place, EventBody::Clicked(action))
    }

    /// The platform says what is left of a budget, as in the headers of an answer.
    pub fn tell_budget(&self, signal: &BudgetSignal) {
        let signals = self.state().signals.clone();
        if let Some(Signals(signals)) = signals {
            signals(signal);
        }
    }

    /// Deletes the message of a question: [`ChatPlatform::run`] hands that over with the id of the event alone.
    pub fn take_back(&self, asked: &Event) -> Event {
        self.deliver(&Self::actor("nobody"), &asked.place, EventBody::Deleted { event: asked.id.clone() })
    }

    /// Pstral is removed from a place, where nothing can be written any more: [`ChatPlatform::run`] hands it over.
    pub fn remove_from(&self, place: &Place) -> Event {
        self.state().closed.push(place.clone());
        self.deliver(&Self::actor("nobody"), place, EventBody::Left)
    }

    /// From now on, whoever says that they are typing hears nothing more of it.
    pub fn hang_typing(&self) {
        self.state().typing_hangs = true;
    }

    /// From now on, what is clicked or typed as a command where others read can be answered to who did it alone, and
    /// statements are changed in forms.
    pub fn answer_beside(&self) {
        self.state().beside = true;
    }

    /// The forms that were opened.
    pub fn forms(&self) -> Vec<Form> {
        self.state().forms.clone()
    }

    /// Counts the attempts to write in places that Pstral was removed from.
    pub fn knocks(&self) -> usize {
        self.state().knocks
    }

    /// Nobody does anything more: [`ChatPlatform::run`] ends when what was done is answered.
    pub fn end(&self) {
        self.events.close_channel();
    }

    /// The next `request` of this kind fails with `error`; several are taken in the order they were given.
    pub fn refuse(&self, request: Request, error: PlatformError) {
        self.state().refusals.push_back((request, error));
    }

    /// Fails the test when a refusal was scripted but never asked for.
    #[track_caller]
    pub fn assert_refusals_used(&self) {
        assert_eq!(self.state().refusals, [], "scripted, but never asked for");
    }

    /// Every message that people see now, as text for a snapshot.
    pub fn transcript(&self) -> String {
        let mut out = String::new();
        let state = self.state();
        for (index, kept) in state.messages.iter().enumerate().filter(|(_, kept)| !kept.deleted) {
            let message = kept.states.last().expect("invariant: a kept message has a first state");
            // What nobody can change any more looks as it did.
            let is_live = message.state == OutgoingState::Streaming && !state.closed.contains(&kept.place);
            let mark = if is_live { " (streaming)" } else { "" };
            let _ = writeln!(out, "#{} in {}{mark}\n{}", index + 1, kept.place.path(), message.text);
            for file in &message.files {
                let _ = writeln!(out, "<{} {} {} bytes>", file.name, file.media_type, file.bytes);
            }
            let labels: Vec<String> = message.buttons.iter().map(|button| format!("[{}]", button.label)).collect();
            if !labels.is_empty() {
                let _ = writeln!(out, "{}", labels.join(" "));
            }
        }
        out
    }

    /// The messages that people see now, with where they are.
    pub fn messages(&self) -> Vec<(MessageRef, Outgoing)> {
        let state = self.state();
        let seen = state.messages.iter().enumerate().filter(|(_, kept)| !kept.deleted);
        seen.filter_map(|(index, kept)| Some((at(&kept.place, index), kept.states.last()?.clone()))).collect()
    }

    /// Every state a message has had, as first sent first. Empty when there never was such a message.
    pub fn edits_of(&self, message: &MessageRef) -> Vec<Outgoing> {
        let state = self.state();
        index_of(message).and_then(|index| state.messages.get(index)).map_or_else(Vec::new, |kept| kept.states.clone())
    }

    /// Counts the typing indicators shown.
    pub fn typings(&self) -> usize {
        self.state().typing
    }

    /// Ends once some message shows `text`.
    pub async fn shown(&self, text: &str) {
        loop {
            let changed = self.changed.notified();
            if self.messages().iter().any(|(_, message)| message.text.contains(text)) {
                return;
            }
            changed.await;
        }
    }

    fn deliver(&self, actor: &Actor, place: &Place, body: EventBody) -> Event {
        let event = Event { place: place.clone(), ..self.event(actor, body) };
        self.events.unbounded_send(event.clone()).expect("invariant: nobody acts after the end");
        event
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("invariant: nothing panics while holding the chat")
    }

    fn checked(&self, request: Request, message: Option<&Outgoing>) -> Result<MutexGuard<'_, State>, PlatformError> {
        let mut state = self.state();
        let scripted = state.refusals.iter().position(|(refused, _)| *refused == request);
        if let Some((_, error)) = scripted.and_then(|index| state.refusals.remove(index)) {
            return Err(error);
        }
        let length = self.capabilities.length;
        if let Some(message) = message.filter(|message| !length.holds(&message.text)) {
            return Err(PlatformError::Rejected(format!("{} of {length:?}", length.unit.count(&message.text))));
        }
        if message.is_some_and(|message| message.files.iter().any(|file| file.bytes > self.capabilities.max_file_bytes))
        {
            return Err(PlatformError::Rejected("a file is too large".to_owned()));
        }
        Ok(state)
    }
}

impl State {
    fn open(&mut self, place: &Place) -> Result<(), PlatformError> {
        if self.closed.contains(place) {
            self.knocks += 1;
            return Err(PlatformError::Gone);
        }
        Ok(())
    }
}

fn platform() -> PlatformName {
    PlatformName("fake".to_owned())
}

fn at(place: &Place, index: usize) -> MessageRef {
    MessageRef { place: place.clone(), id: (index + 1).to_string() }
}

fn index_of(message: &MessageRef) -> Option<usize> {
    message.id.parse::<usize>().ok()?.checked_sub(1)
}

#[async_trait]
impl ChatPlatform for FakeChat {
    fn name(&self) -> PlatformName {
        platform()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn report_budgets(&self, signals: BudgetSignals) {
        self.state().signals = Some(Signals(signals));
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        let events = futures::stream::poll_fn(|context| {
            self.queue.lock().expect("invariant: nothing panics while polling the queue").poll_next_unpin(context)
        });
        events.take_until(shutdown.cancelled()).for_each_concurrent(None, |event| inbox(event)).await;
        Ok(())
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        let mut state = self.checked(Request::Send, Some(message))?;
        state.open(place)?;
        if place.platform != platform() {
            return Err(PlatformError::Gone);
        }
        if let Some(index) = state.messages.iter().position(|kept| kept.key == key) {
            return Ok(at(place, index));
        }
        state.messages.push(Kept { key, place: place.clone(), states: vec![message.clone()], deleted: false });
        self.changed.notify_waiters();
        Ok(at(place, state.messages.len() - 1))
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let mut state = self.checked(Request::Edit, Some(message))?;
        state.open(&at.place)?;
        if !self.capabilities.edits {
            return Err(PlatformError::Rejected("messages cannot be changed here".to_owned()));
        }
        let kept = index_of(at).and_then(|index| state.messages.get_mut(index)).filter(|kept| !kept.deleted);
        let states = &mut kept.ok_or(PlatformError::Gone)?.states;
        let mut message = message.clone();
        if message.files.is_empty() {
            message.files = states.last().map(|last| last.files.clone()).unwrap_or_default();
        }
        states.push(message);
        self.changed.notify_waiters();
        Ok(())
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        let mut state = self.checked(Request::Delete, None)?;
        if let Some(kept) = index_of(at).and_then(|index| state.messages.get_mut(index)) {
            kept.deleted = true;
        }
        self.changed.notify_waiters();
        Ok(())
    }

    async fn live(&self, place: &Place, _: Option<&MessageRef>) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        if place.platform != platform() {
            return Err(PlatformError::Gone);
        }
        let state = self.state();
        let kept = state.messages.iter().enumerate().filter(|(_, kept)| kept.place == *place && !kept.deleted);
        let last = kept.filter_map(|(index, kept)| Some((index, kept.states.last()?)));
        let live = last.filter(|(_, last)| last.state == OutgoingState::Streaming);
        Ok(live.map(|(index, last)| (at(place, index), last.text.clone())).collect())
    }

    async fn typing(&self, _: &Place) {
        let hangs = {
            let mut state = self.state();
            state.typing += 1;
            state.typing_hangs
        };
        if hangs {
            std::future::pending::<()>().await;
        }
    }

    async fn open_dm(&self, actor: &Actor) -> Result<Place, PlatformError> {
        drop(self.checked(Request::OpenDm, None)?);
        Ok(Place { platform: platform(), id: format!("private of {}", actor.name), thread: None, private: true })
    }

    fn aside(&self, event: &Event) -> Option<Place> {
        let can_be = self.state().beside && !event.place.private && !matches!(event.body, EventBody::Said(_));
        can_be.then(|| Place { id: format!("beside {}", event.id), thread: None, private: true, platform: platform() })
    }

    async fn open_form(&self, _: &str, form: &Form) -> Result<(), PlatformError> {
        let mut state = self.state();
        if !state.beside {
            return Err(PlatformError::Rejected("there are no forms here".to_owned()));
        }
        state.forms.push(form.clone());
        Ok(())
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        Ok(text("health-piped"))
    }
}
