//! The input and output of the terminal: the program's own, or a test's.

use std::io::{IsTerminal as _, Read as _};

use futures::StreamExt as _;
use futures::stream::BoxStream;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_util::io::StreamReader;

use crate::drawing::Size;

/// The input and output of the terminal.
pub struct TerminalIo {
    /// The person's input, line by line.
    pub input: Box<dyn AsyncRead + Send + Unpin>,
    /// The output that the person sees. Each change is one write.
    pub output: Box<dyn AsyncWrite + Send + Unpin>,
    /// An item for each Ctrl-C that is a signal. Polled only on a terminal.
    pub interrupts: BoxStream<'static, ()>,
    /// An item for each change of the size of the screen. Polled only on a terminal.
    pub resizes: BoxStream<'static, ()>,
    /// Drops what the person has typed and not entered.
    pub forget: Box<dyn Fn() + Send + Sync>,
    /// Returns the current size of the screen.
    pub size: Box<dyn Fn() -> Size + Send + Sync>,
    /// True if it is a terminal with a person in front of it.
    pub tty: bool,
    /// True if lines are edited: this program's own terminal is read in place of `input`, with history and completion.
    pub edits: bool,
}

impl TerminalIo {
    /// The standard input and output of this program. It is a terminal when both are.
    pub fn stdio() -> Self {
        let tty = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        // A terminal without cursor movement, as an editor's own shell window, keeps its ordinary lines.
        let is_plain = std::env::var("TERM").is_ok_and(|term| matches!(term.as_str(), "dumb" | "cons25" | "emacs"));
        Self {
            input: Box::new(stdin()),
            output: stdout(),
            interrupts: interrupts(),
            resizes: resizes(),
            forget: Box::new(forget),
            size: Box::new(size),
            tty,
            edits: cfg!(unix) && tty && !is_plain,
        }
    }
}

/// The standard input, read by a thread that nobody waits for: a read that never ends must not keep the program from
/// ending, as tokio's own would. The thread begins when the input is first wanted.
fn stdin() -> impl AsyncRead + Send + Unpin {
    let mut chunks = None;
    StreamReader::new(futures::stream::poll_fn(move |context| chunks.get_or_insert_with(read_stdin).poll_recv(context)))
}

fn read_stdin() -> mpsc::Receiver<std::io::Result<std::io::Cursor<Vec<u8>>>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        loop {
            let mut bytes = vec![0; 8 * 1024];
            let read = stdin.read(&mut bytes).map(|length| {
                bytes.truncate(length);
                std::io::Cursor::new(bytes)
            });
            let more = read.as_ref().is_ok_and(|bytes| !bytes.get_ref().is_empty());
            if sender.blocking_send(read).is_err() || !more {
                return;
            }
        }
    });
    receiver
}

/// The standard output without the buffer that would cut a change at its last line break and make it flicker.
#[cfg(unix)]
fn stdout() -> Box<dyn AsyncWrite + Send + Unpin> {
    use std::os::fd::AsFd as _;
    match std::io::stdout().as_fd().try_clone_to_owned() {
        Ok(own) => Box::new(tokio::fs::File::from_std(own.into())),
        Err(_) => Box::new(tokio::io::stdout()),
    }
}

#[cfg(not(unix))]
fn stdout() -> Box<dyn AsyncWrite + Send + Unpin> {
    Box::new(tokio::io::stdout())
}

#[cfg(unix)]
fn interrupts() -> BoxStream<'static, ()> {
    signals(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(not(unix))]
fn interrupts() -> BoxStream<'static, ()> {
    futures::stream::unfold((), |()| async { tokio::signal::ctrl_c().await.ok().map(|()| ((), ())) }).boxed()
}

#[cfg(unix)]
fn resizes() -> BoxStream<'static, ()> {
    signals(tokio::signal::unix::SignalKind::window_change())
}

#[cfg(not(unix))]
fn resizes() -> BoxStream<'static, ()> {
    futures::stream::pending().boxed()
}

/// An item for each signal of a kind, from the first poll on.
#[cfg(unix)]
fn signals(kind: tokio::signal::unix::SignalKind) -> BoxStream<'static, ()> {
    let listen = async move { tokio::signal::unix::signal(kind).ok() };
    let each = |mut signal: tokio::signal::unix::Signal| async move { signal.recv().await.map(|()| ((), signal)) };
    let listened = futures::stream::once(listen).filter_map(futures::future::ready);
    listened.flat_map(move |signal| futures::stream::unfold(signal, each)).boxed()
}

#[cfg(unix)]
fn forget() {
    use rustix::termios::{QueueSelector, tcflush};
    if let Err(error) = tcflush(std::io::stdin(), QueueSelector::IFlush) {
        tracing::debug!(%error, "typed input could not be discarded");
    }
}

#[cfg(not(unix))]
fn forget() {}

/// Returns the size of the screen; 80 by 24 if the terminal does not state it.
fn size() -> Size {
    let (columns, rows) = terminal_size::terminal_size().map_or((80, 24), |(width, height)| (width.0, height.0));
    Size { columns, rows }
}
