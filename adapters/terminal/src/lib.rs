//! The terminal as a chat platform.
//!
//! In front of a person, a message changes in place while it is written and Ctrl-C stops the answer. With piped input,
//! each line is a message, answered before the next is read, and each answer is printed once, when it is final.

#[cfg(unix)]
mod completion;
mod drawing;
mod editing;
#[cfg(unix)]
mod editor;
#[cfg(unix)]
mod history_file;
mod io;
mod keyboard;
mod lines;
mod message;
mod page;
mod rows;
mod section;
mod session;
mod typed;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use jiff::Timestamp;
use pstral_core::domain::{Actor, Event, EventBody, Length, Locale, MessageRef, Outgoing, Place, PlatformName};
use pstral_core::ports::{Advice, Capabilities, ChatPlatform, Inbox, PlatformError, SendKey, WriteBudget};
use pstral_core::text::{Text, text};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use crate::drawing::Size;
use crate::editing::RestoredMode;
pub use crate::io::TerminalIo;
use crate::page::{Effect, Look, Page};
pub use crate::section::TerminalSection;
use crate::session::Session;

/// The person at the terminal, and the adapter's own sentences in their language.
#[derive(Debug, Clone)]
pub struct TerminalConfig {
    /// The person's immutable id, such as the name of their account on this machine.
    pub actor_id: String,
    /// The person's name.
    pub actor_name: String,
    /// Stands before what the person types, such as `> `.
    pub prompt: String,
    /// The language of the words that Tab completes first.
    pub locale: Locale,
    /// The file that keeps what was typed, on a terminal; `None` to keep nothing.
    pub history: Option<PathBuf>,
    /// The sentence shown on Ctrl-C when nothing is being answered: how to leave.
    pub idle_hint: String,
    /// The sentence shown at the end of the input while something is being answered: how to stop it.
    pub ending_hint: String,
    /// True if it is a terminal; `None` to detect that.
    pub tty: Option<bool>,
    /// True if secondary text is dimmed on a terminal.
    pub dim: bool,
}

/// The terminal as a chat platform. It has one place, which is private.
pub struct Terminal {
    config: TerminalConfig,
    capabilities: Capabilities,
    live: bool,
    edits: bool,
    size: Box<dyn Fn() -> Size + Send + Sync>,
    forget: Box<dyn Fn() + Send + Sync>,
    screen: tokio::sync::Mutex<Screen>,
    input: Mutex<Option<Input>>,
    #[cfg(unix)]
    editor: OnceLock<editor::EditorControl>,
    advice: Arc<OnceLock<Arc<dyn Advice>>>,
    /// The number of messages that are still being written.
    streaming: watch::Sender<usize>,
    /// Cancelled when nobody reads the output any more.
    closed: CancellationToken,
    /// Begins every id, so that no event or message of another run has the same.
    started: String,
    last_id: AtomicU64,
}

struct Screen {
    page: Page,
    output: Box<dyn AsyncWrite + Send + Unpin>,
}

/// The typed bytes, an item for each Ctrl-C, and an item for each change of the screen's size.
type Input = (Box<dyn AsyncRead + Send + Unpin>, BoxStream<'static, ()>, BoxStream<'static, ()>);

impl Terminal {
    /// The terminal this program runs in. Reads its standard input from now on.
    pub fn new(config: TerminalConfig) -> Self {
        Self::with(config, TerminalIo::stdio())
    }

    /// A terminal that is read from and written to as given.
    pub fn with(config: TerminalConfig, io: TerminalIo) -> Self {
        let live = config.tty.unwrap_or(io.tty);
        let dim = live && config.dim;
        let edits = live && io.edits;
        let page = Page::new(Look { live, dim, edits, prompt: config.prompt.clone() });
        let started = format!("{}-{}", Timestamp::now().as_millisecond(), std::process::id());
        let capabilities = Capabilities {
            length: Length::characters(100_000),
            max_messages: 1,
            edits: true,
            // On a screen nothing stays of a change; where answers are printed once, nothing is seen of it.
            max_edits: if live { u32::MAX } else { 1 },
            // It waits for whoever reads it, as long as they like.
            longest_write: Duration::MAX,
            budget: WriteBudget::default(),
            buttons: false,
            pages: false,
            asides: false,
            tables: true,
            command_prefix: "/",
            max_file_bytes: u64::MAX,
            uploads: false,
        };
        Self {
            config,
            capabilities,
            live,
            edits,
            size: io.size,
            forget: io.forget,
            screen: tokio::sync::Mutex::new(Screen { page, output: io.output }),
            input: Mutex::new(Some((io.input, io.interrupts, io.resizes))),
            #[cfg(unix)]
            editor: OnceLock::new(),
            advice: Arc::default(),
            streaming: watch::Sender::new(0),
            closed: CancellationToken::new(),
            started,
            last_id: AtomicU64::new(0),
        }
    }

    /// Returns true if a person sits in front of it. While the adapter runs it then handles every Ctrl-C: the program
    /// must not treat it as a request to end.
    pub fn is_interactive(&self) -> bool {
        self.live
    }

    fn actor(&self) -> Actor {
        let TerminalConfig { actor_id, actor_name, .. } = &self.config;
        Actor { platform: self.name(), id: actor_id.clone(), name: actor_name.clone() }
    }

    fn place(&self) -> Place {
        Place { platform: self.name(), id: "terminal".to_owned(), thread: None, private: true }
    }

    fn event(&self, body: EventBody) -> Event {
        let id = format!("{}-{}", self.started, self.next_id());
        Event { id, at: Timestamp::now(), actor: self.actor(), place: self.place(), body }
    }

    fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The number of a message of this run.
    fn number(&self, at: &MessageRef) -> Option<u64> {
        at.id.strip_prefix(&self.started)?.strip_prefix('-')?.parse().ok()
    }

    async fn idle(&self) {
        self.show_quietly(|page, _| page.idle()).await;
    }

    async fn entered(&self, line: &str) {
        self.show_quietly(|page, size| page.entered(line, size)).await;
    }

    async fn hint(&self) {
        self.show_quietly(|page, _| page.hint(&self.config.idle_hint)).await;
    }

    async fn ending(&self) {
        self.show_quietly(|page, size| page.aside(&self.config.ending_hint, size)).await;
    }

    async fn resized(&self) {
        self.show_quietly(Page::resized).await;
    }

    async fn line_left(&self) {
        self.screen.lock().await.page.line_left();
    }

    async fn leave(&self) {
        self.show_quietly(|page, _| page.leave()).await;
    }

    /// Shows something decorative, ignoring errors of the output.
    async fn show_quietly(&self, change: impl FnOnce(&mut Page, Size) -> String) {
        if let Err(error) = self.show(|page, size| Some(change(page, size))).await {
            tracing::debug!(%error, "the terminal could not be written to");
        }
    }

    /// Changes the page and writes what that takes, in one write. `None` means that the message is gone.
    async fn show(&self, change: impl FnOnce(&mut Page, Size) -> Option<String>) -> Result<(), PlatformError> {
        let mut screen = self.screen.lock().await;
        if self.closed.is_cancelled() {
            return Err(PlatformError::Gone);
        }
        let above = screen.page.is_edited();
        let bytes = change(&mut screen.page, (self.size)()).ok_or(PlatformError::Gone)?;
        let effect = screen.page.effect();
        if effect == Effect::Forget {
            (self.forget)();
        }
        let written = if above && screen.page.is_edited() {
            self.print_above(bytes);
            Ok(())
        } else {
            write(&mut screen.output, bytes.as_bytes()).await
        };
        if effect == Effect::Ask {
            self.ask();
        }
        self.streaming.send_replace(screen.page.streaming().count());
        written.map_err(|error| {
            if error.kind() == ErrorKind::BrokenPipe {
                self.closed.cancel();
                return PlatformError::Gone;
            }
            PlatformError::Unavailable(error.to_string())
        })
    }

    fn check_length(&self, message: &Outgoing) -> Result<(), PlatformError> {
        let length = self.capabilities.length;
        if !length.holds(&message.text) {
            return Err(PlatformError::Rejected(format!("a text of more than {} characters", length.most)));
        }
        Ok(())
    }
}

async fn write(output: &mut (dyn AsyncWrite + Send + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    output.write_all(bytes).await?;
    output.flush().await
}

#[async_trait]
impl ChatPlatform for Terminal {
    fn name(&self) -> PlatformName {
        PlatformName("terminal".to_owned())
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn columns(&self) -> Option<usize> {
        self.live.then(|| (self.size)().columns.into()).filter(|columns| *columns > 0)
    }

    fn advise(&self, advice: Arc<dyn Advice>) {
        if self.advice.set(advice).is_err() {
            tracing::debug!("the terminal has its advice already");
        }
    }

    async fn run(&self, inbox: Inbox, shutdown: CancellationToken) -> Result<(), PlatformError> {
        let input = self.input.lock().expect("invariant: nothing panics while taking the input").take();
        let (input, interrupts, resizes) =
            input.ok_or_else(|| PlatformError::Rejected("it has run already".to_owned()))?;
        let _mode = RestoredMode(self);
        Session::new(self, inbox).run(input, interrupts, resizes, shutdown).await
    }

    async fn send(&self, key: SendKey, place: &Place, message: &Outgoing) -> Result<MessageRef, PlatformError> {
        self.check_length(message)?;
        if *place != self.place() {
            return Err(PlatformError::Gone);
        }
        let SendKey(number) = key;
        self.show(|page, size| Some(page.add(number, message.clone(), size))).await?;
        Ok(MessageRef { place: place.clone(), id: format!("{}-{number}", self.started) })
    }

    async fn edit(&self, at: &MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        self.check_length(message)?;
        let number = self.number(at).ok_or(PlatformError::Gone)?;
        self.show(|page, size| page.change(number, message.clone(), size)).await
    }

    async fn delete(&self, at: &MessageRef) -> Result<(), PlatformError> {
        let Some(number) = self.number(at) else { return Ok(()) };
        match self.show(|page, size| Some(page.remove(number, size))).await {
            // Where nobody reads any more, nothing is left to remove.
            Err(PlatformError::Gone) => Ok(()),
            removed => removed,
        }
    }

    async fn live(
        &self,
        place: &Place,
        _known: Option<&MessageRef>,
    ) -> Result<Vec<(MessageRef, String)>, PlatformError> {
        if *place != self.place() {
            return Err(PlatformError::Gone);
        }
        let at = |number| MessageRef { place: self.place(), id: format!("{}-{number}", self.started) };
        let screen = self.screen.lock().await;
        Ok(screen.page.streaming().map(|(number, message)| (at(number), message.text.clone())).collect())
    }

    async fn typing(&self, _: &Place) {}

    async fn open_dm(&self, _: &Actor) -> Result<Place, PlatformError> {
        Ok(self.place())
    }

    async fn health(&self) -> Result<Text, PlatformError> {
        if self.closed.is_cancelled() {
            return Err(PlatformError::Unavailable("nobody reads the output".to_owned()));
        }
        let Size { columns, rows } = (self.size)();
        Ok(if self.live {
            text("health-terminal").count("columns", columns.into()).count("rows", rows.into())
        } else {
            text("health-piped")
        })
    }
}
