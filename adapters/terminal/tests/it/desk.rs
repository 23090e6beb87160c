//! A terminal in memory: what is typed, what is written, and a screen that shows it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::channel::mpsc;
use futures::{FutureExt as _, StreamExt as _};
use pstral_core::domain::{Event, EventBody, Locale, Outgoing, Place, PlatformName};
use pstral_core::ports::{ChatPlatform as _, Inbox, PlatformError};
use pstral_terminal::{Size, Terminal, TerminalConfig, TerminalIo};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Every write, one by one; broken once it has taken as many bytes as it may.
#[derive(Clone)]
pub(crate) struct Paper {
    writes: Arc<Mutex<Vec<Vec<u8>>>>,
    room: usize,
}

impl AsyncWrite for Paper {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut writes = self.writes.lock().unwrap();
        if writes.iter().map(Vec::len).sum::<usize>() + bytes.len() > self.room {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        writes.push(bytes.to_vec());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

pub(crate) struct Desk {
    pub(crate) terminal: Arc<Terminal>,
    pub(crate) shutdown: CancellationToken,
    keyboard: Option<DuplexStream>,
    interrupts: mpsc::UnboundedSender<()>,
    resizes: mpsc::UnboundedSender<()>,
    paper: Paper,
    forgotten: Arc<AtomicUsize>,
    size: Arc<Mutex<Size>>,
}

impl Desk {
    /// A person in front of a screen of `columns` by `rows`.
    pub(crate) fn live(columns: u16, rows: u16) -> Self {
        let (keyboard, input) = tokio::io::duplex(1024);
        Self { keyboard: Some(keyboard), ..Self::of(Size { columns, rows }, true, input, usize::MAX) }
    }

    /// Such input through a pipe.
    pub(crate) fn piped(input: impl AsRef<[u8]>) -> Self {
        Self::piped_to_a_reader_of(usize::MAX, input)
    }

    /// Pipes such input, with an output that is closed after so many bytes.
    pub(crate) fn piped_to_a_reader_of(room: usize, input: impl AsRef<[u8]>) -> Self {
        let input = io::Cursor::new(input.as_ref().to_vec());
        Self::of(Size { columns: 80, rows: 24 }, false, input, room)
    }

    /// A pipe that breaks.
    pub(crate) fn broken() -> Self {
        let breaks = futures::stream::iter([Err::<&[u8], _>(std::io::Error::other("Is a directory"))]);
        Self::of(Size { columns: 80, rows: 24 }, false, tokio_util::io::StreamReader::new(breaks), usize::MAX)
    }

    fn of(size: Size, tty: bool, input: impl AsyncRead + Send + Unpin + 'static, room: usize) -> Self {
        let paper = Paper { writes: Arc::default(), room };
        let (interrupts, pressed) = mpsc::unbounded();
        let (resizes, dragged) = mpsc::unbounded();
        let size = Arc::new(Mutex::new(size));
        let forgotten = Arc::<AtomicUsize>::default();
        let io = TerminalIo {
            input: Box::new(input),
            output: Box::new(paper.clone()),
            interrupts: pressed.boxed(),
            resizes: dragged.boxed(),
            forget: Box::new({
                let forgotten = Arc::clone(&forgotten);
                move || {
                    forgotten.fetch_add(1, Ordering::Relaxed);
                }
            }),
            size: Box::new({
                let size = Arc::clone(&size);
                move || *size.lock().unwrap()
            }),
            tty,
            edits: false,
        };
        let terminal = Arc::new(Terminal::with(config(), io));
        let shutdown = CancellationToken::new();
        Self { terminal, shutdown, keyboard: None, interrupts, resizes, paper, forgotten, size }
    }

    /// Runs until the end of the input, answering with `answer`.
    pub(crate) fn run<F>(&self, answer: impl Fn(Arc<Terminal>, Event) -> F + Send + Sync + 'static) -> Running
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (terminal, shutdown) = (Arc::clone(&self.terminal), self.shutdown.clone());
        let inbox: Inbox = {
            let terminal = Arc::clone(&terminal);
            Arc::new(move |event| answer(Arc::clone(&terminal), event).boxed())
        };
        tokio::spawn(async move { terminal.run(inbox, shutdown).await })
    }

    /// Types, and lets the screen show it as the terminal's own echo would.
    pub(crate) async fn types(&mut self, text: &str) {
        self.paper.writes.lock().unwrap().push(text.replace('\n', "\r\n").into_bytes());
        self.keyboard.as_mut().expect("the desk is live").write_all(text.as_bytes()).await.unwrap();
    }

    /// Ctrl-D on an empty line.
    pub(crate) fn leaves(&mut self) {
        self.keyboard = None;
    }

    /// Ctrl-C.
    pub(crate) fn interrupts(&self) {
        self.interrupts.unbounded_send(()).unwrap();
    }

    /// Counts how often typed text was dropped before it was entered.
    pub(crate) fn forgotten(&self) -> usize {
        self.forgotten.load(Ordering::Relaxed)
    }

    pub(crate) fn resizes(&self, columns: u16, rows: u16) {
        *self.size.lock().unwrap() = Size { columns, rows };
        // Nobody listens before it runs.
        let _ = self.resizes.unbounded_send(());
    }

    pub(crate) fn writes(&self) -> Vec<String> {
        self.paper.writes.lock().unwrap().iter().map(|bytes| String::from_utf8(bytes.clone()).unwrap()).collect()
    }

    pub(crate) fn written(&self) -> String {
        self.writes().concat()
    }

    /// All that was ever shown and still stands: what has left the screen at the top, then the screen.
    pub(crate) fn seen(&self) -> String {
        let Size { columns, rows } = *self.size.lock().unwrap();
        seen(self.written().as_bytes(), columns, rows)
    }

    /// Ends once `text` can be seen; fails when that takes unreasonably long.
    pub(crate) async fn shows(&self, text: &str) {
        let waiting = async {
            while !self.seen().contains(text) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        assert!(in_time.is_ok(), "{text:?} is not shown in {:?}", self.seen());
    }
}

pub(crate) type Running = JoinHandle<Result<(), PlatformError>>;

/// Renders `bytes` on a screen of that size, including everything that scrolled off, without empty rows at the end.
pub(crate) fn seen(bytes: &[u8], columns: u16, rows: u16) -> String {
    let mut parser = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 100_000);
    parser.process(bytes);
    let screen = parser.screen_mut();
    let mut all = Vec::new();
    for above in (1..=screen.scrollback_len()).rev() {
        screen.set_scrollback(above);
        all.extend(screen.rows(0, columns).next());
    }
    screen.set_scrollback(0);
    all.extend(screen.rows(0, columns));
    all.join("\n").trim_end().to_owned()
}

pub(crate) fn config() -> TerminalConfig {
    TerminalConfig {
        actor_id: "zoe".to_owned(),
        actor_name: "Zoé".to_owned(),
        prompt: "> ".to_owned(),
        locale: Locale::Fr,
        history: None,
        idle_hint: "Ctrl-D pour quitter".to_owned(),
        ending_hint: "Encore cette réponse".to_owned(),
        tty: None,
        dim: false,
    }
}

pub(crate) fn place() -> Place {
    Place { platform: PlatformName("terminal".to_owned()), id: "terminal".to_owned(), thread: None, private: true }
}

pub(crate) fn finished(text: &str) -> Outgoing {
    Outgoing::text(text)
}

pub(crate) fn said(event: &Event) -> &str {
    match &event.body {
        EventBody::Said(text) | EventBody::Asked { words: text, .. } => text,
        EventBody::Command(command) if command.words.is_empty() => command.name.word(),
        EventBody::Command(command) => &command.words,
        EventBody::Unreadable
        | EventBody::Clicked(_)
        | EventBody::Edited { .. }
        | EventBody::Deleted { .. }
        | EventBody::Reworded { .. }
        | EventBody::Left => "",
    }
}
