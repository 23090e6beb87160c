//! The line editor of a real terminal: a thread that edits a line while there is a prompt, and reads whole lines while
//! there is none.
//!
//! While something is being answered the terminal stays in its ordinary mode: lines can be entered below the answer, and
//! Ctrl-C is a signal. What was typed and not entered by then is in the editor's line when the prompt comes.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{ColorMode, CompletionType, Config, ExternalPrinter as _};
use tokio::sync::mpsc;

use crate::completion::Completion;
use crate::history_file::HistoryFile;
use crate::typed::Typed;

/// Stands in `Shared::wanted` while no prompt is wanted.
const NOTHING: u64 = u64::MAX;

/// The prompt, history and completion of the line editor.
pub(crate) struct EditorSetup {
    pub(crate) prompt: String,
    pub(crate) history: Option<PathBuf>,
    pub(crate) completion: Completion,
}

/// Tells the editor to ask for a line, to print above it, or to put the terminal's mode back.
pub(crate) struct EditorControl {
    shared: Arc<Shared>,
    waker: UnixStream,
    printer: std::sync::mpsc::Sender<String>,
    mode: Option<Termios>,
}

/// The stream of typed lines and keys that end or interrupt.
pub(crate) struct Typing {
    typed: mpsc::UnboundedReceiver<io::Result<Typed>>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// The number of things typed that were taken.
    taken: AtomicU64,
    /// A prompt is wanted by whoever had taken so many: if more was typed since, that is answered first.
    wanted: AtomicU64,
}

type LineEditor = rustyline::Editor<Completion, DefaultHistory>;

/// Starts the thread. It is never waited for: it may be reading when the program ends.
pub(crate) fn start(setup: EditorSetup) -> io::Result<(EditorControl, Typing)> {
    let mut editor = line_editor(setup.completion).map_err(io::Error::other)?;
    let mut external = editor.create_external_printer().map_err(io::Error::other)?;
    let mode = tcgetattr(io::stdin()).ok();
    let (waker, woken) = UnixStream::pair()?;
    let (sender, typed) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared { taken: AtomicU64::new(0), wanted: AtomicU64::new(NOTHING) });
    let (printer, texts) = std::sync::mpsc::channel::<String>();
    // Printing waits for the editor, so it has a thread of its own.
    std::thread::Builder::new().name("terminal-printer".to_owned()).spawn(move || {
        for text in texts {
            if let Err(error) = external.print(text) {
                tracing::debug!(%error, "a message could not be printed above the prompt");
            }
        }
    })?;
    let mut history = setup.history.map(HistoryFile::new);
    if let Some(history) = &mut history {
        history.load(&mut editor);
    }
    let reader =
        Reader { editor, prompt: setup.prompt, history, shared: Arc::clone(&shared), woken, typed: sender, sent: 0 };
    std::thread::Builder::new().name("terminal-keyboard".to_owned()).spawn(move || reader.run())?;
    Ok((EditorControl { shared: Arc::clone(&shared), waker, printer, mode }, Typing { typed, shared }))
}

fn line_editor(completion: Completion) -> rustyline::Result<LineEditor> {
    let config = Config::builder()
        .max_history_size(crate::history_file::MOST)?
        .history_ignore_dups(true)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .bell_style(BellStyle::None)
        .color_mode(ColorMode::Disabled)
        .build();
    let mut editor = LineEditor::with_config(config)?;
    editor.set_helper(Some(completion));
    Ok(editor)
}

impl EditorControl {
    /// Asks for a line. The editor shows the prompt where the cursor is.
    pub(crate) fn ask(&self) {
        self.shared.wanted.store(self.shared.taken.load(Ordering::SeqCst), Ordering::SeqCst);
        if let Err(error) = (&self.waker).write_all(b"?") {
            tracing::debug!(%error, "the line editor has ended");
        }
    }

    /// Prints complete rows above the line that is being edited.
    pub(crate) fn print_above(&self, text: String) {
        if self.printer.send(text).is_err() {
            tracing::debug!("the printer of the line editor has ended");
        }
    }

    /// Puts the terminal back into the mode it had, whether or not a line is still being edited.
    pub(crate) fn restore(&self) {
        let Some(mode) = &self.mode else { return };
        if let Err(error) = tcsetattr(io::stdin(), OptionalActions::Now, mode) {
            tracing::debug!(%error, "the terminal's mode could not be restored");
        }
        let mut out = io::stdout();
        if out.write_all(b"\x1b[?2004l").and_then(|()| out.flush()).is_err() {
            tracing::debug!("the terminal is gone");
        }
    }
}

impl Typing {
    /// Returns what is typed next. Nothing is lost when the future is dropped before its end.
    pub(crate) async fn next(&mut self) -> io::Result<Typed> {
        let typed = self.typed.recv().await.unwrap_or(Ok(Typed::End));
        self.shared.taken.fetch_add(1, Ordering::SeqCst);
        typed
    }
}

/// The thread that reads.
struct Reader {
    editor: LineEditor,
    prompt: String,
    history: Option<HistoryFile>,
    shared: Arc<Shared>,
    woken: UnixStream,
    typed: mpsc::UnboundedSender<io::Result<Typed>>,
    /// The number of things typed that were sent.
    sent: u64,
}

/// Why reading whole lines ended.
enum Until {
    /// A prompt is wanted; this was typed and not entered.
    Prompt(String),
    End,
}

impl Reader {
    fn run(mut self) {
        // What was typed before the first prompt is for the editor.
        let mut until = self.wait_for_prompt();
        loop {
            let typed = match until {
                Ok(Until::Prompt(begun)) => self.edit(&begun),
                Ok(Until::End) => Ok(Typed::End),
                Err(error) => Err(error),
            };
            let over = !matches!(typed, Ok(Typed::Line(_) | Typed::Interrupt));
            if !self.send(typed) || over {
                return;
            }
            until = self.read_lines();
        }
    }

    /// Edits a line from what was already typed of it, until it is entered.
    fn edit(&mut self, begun: &str) -> io::Result<Typed> {
        let mut begun = begun;
        loop {
            match self.editor.readline_with_initial(&self.prompt, (begun, "")) {
                Ok(line) => {
                    self.keep(&line);
                    return Ok(Typed::Line(line));
                }
                Err(ReadlineError::Eof) => return Ok(Typed::End),
                Err(ReadlineError::Interrupted) => return Ok(Typed::Interrupt),
                Err(ReadlineError::Signal(_)) => {}
                // A key that is no UTF-8.
                Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {}
                Err(error) => return Err(io::Error::other(error)),
            }
            begun = "";
        }
    }

    fn wait_for_prompt(&mut self) -> io::Result<Until> {
        loop {
            wait(&mut [PollFd::new(&self.woken, PollFlags::IN)])?;
            match self.wakes()? {
                None => return Ok(Until::End),
                Some(true) => return Ok(Until::Prompt(String::new())),
                Some(false) => {}
            }
        }
    }

    /// Hands over whole lines until a prompt is wanted and nothing that was typed is still to be answered.
    fn read_lines(&mut self) -> io::Result<Until> {
        let mut bytes = VecDeque::new();
        loop {
            let stdin = io::stdin();
            let mut ready = [PollFd::new(&self.woken, PollFlags::IN), PollFd::new(&stdin, PollFlags::IN)];
            wait(&mut ready)?;
            let (woken, typed) = (!ready[0].revents().is_empty(), !ready[1].revents().is_empty());
            if woken {
                match self.wakes()? {
                    None => return Ok(Until::End),
                    Some(true) => return Ok(Until::Prompt(text(&bytes.split_off(0)))),
                    Some(false) => {}
                }
            } else if typed {
                let mut read = [0; 4096];
                let length = rustix::io::retry_on_intr(|| rustix::io::read(&stdin, &mut read))?;
                if length == 0 {
                    return Ok(Until::End);
                }
                bytes.extend(&read[..length]);
                while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
                    let rest = bytes.split_off(end + 1);
                    let line = text(&std::mem::replace(&mut bytes, rest));
                    let line = line.trim_end_matches(['\n', '\r']).to_owned();
                    self.keep(&line);
                    if !self.send(Ok(Typed::Line(line))) {
                        return Ok(Until::End);
                    }
                }
            }
        }
    }

    /// Returns whether a prompt is wanted; `None` when there is nobody left who might want one.
    fn wakes(&mut self) -> io::Result<Option<bool>> {
        let mut read = [0; 64];
        if rustix::io::retry_on_intr(|| rustix::io::read(&self.woken, &mut read))? == 0 {
            return Ok(None);
        }
        Ok(Some(self.shared.wanted.swap(NOTHING, Ordering::SeqCst) == self.sent))
    }

    fn send(&mut self, typed: io::Result<Typed>) -> bool {
        self.sent += 1;
        self.typed.send(typed).is_ok()
    }

    fn keep(&mut self, line: &str) {
        if let Some(history) = &mut self.history {
            history.keep(&mut self.editor, line);
        }
    }
}

fn wait(ready: &mut [PollFd<'_>]) -> io::Result<()> {
    rustix::io::retry_on_intr(|| poll(ready, None))?;
    Ok(())
}

fn text(bytes: &VecDeque<u8>) -> String {
    let (front, back) = bytes.as_slices();
    String::from_utf8_lossy(&[front, back].concat()).into_owned()
}
