//! The exchange with the person: lines become events, Ctrl-C stops what is being answered.

use std::pin::pin;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesUnordered};
use futures::{FutureExt as _, StreamExt as _};
use pstral_core::commands::reads_as_command;
use pstral_core::domain::{ButtonAction, EventBody};
use pstral_core::ports::{Inbox, PlatformError};
use tokio::io::AsyncRead;
use tokio::select;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Terminal;
use crate::typed::{Typed, leaves, plain};

/// One run of a terminal.
pub(crate) struct Session<'a> {
    terminal: &'a Terminal,
    inbox: Inbox,
    answering: FuturesUnordered<BoxFuture<'static, ()>>,
    /// The last Ctrl-C, if nothing was entered since.
    interrupted: Option<Instant>,
}

/// Two Ctrl-C within this time leave.
const TWICE: Duration = Duration::from_secs(2);

/// The decision about the session after a line or a key.
enum Next {
    GoOn,
    /// The input is over: what is being answered is awaited.
    End,
    /// The person leaves, whatever is being answered.
    Leave,
}

impl<'a> Session<'a> {
    pub(crate) fn new(terminal: &'a Terminal, inbox: Inbox) -> Self {
        Self { terminal, inbox, answering: FuturesUnordered::new(), interrupted: None }
    }

    /// Hands over line after line until the input or the output ends or `shutdown` is cancelled, then awaits the
    /// answers. With a person, lines are taken while an answer is written; else each waits for the answer before it.
    pub(crate) async fn run(
        mut self,
        input: Box<dyn AsyncRead + Send + Unpin>,
        mut interrupts: BoxStream<'static, ()>,
        mut resizes: BoxStream<'static, ()>,
        shutdown: CancellationToken,
    ) -> Result<(), PlatformError> {
        let terminal = self.terminal;
        if terminal.live {
            // Signals are listened to before a line editor is: what it finds is what it puts back.
            let _ = (interrupts.next().now_or_never(), resizes.next().now_or_never());
        }
        let (mut interrupts, mut resizes) = (interrupts.fuse(), resizes.fuse());
        let mut keyboard = terminal.keyboard(input)?;
        let mut streaming = terminal.streaming.subscribe();
        let mut end = None;
        terminal.idle().await;
        loop {
            let stopped = shutdown.is_cancelled() || terminal.closed.is_cancelled();
            let answered = self.answering.is_empty() && (terminal.live || *streaming.borrow_and_update() == 0);
            let over = stopped || end.is_some();
            if over && (answered || stopped && self.answering.is_empty()) {
                break;
            }
            let no_more = async {
                select! { () = shutdown.cancelled() => (), () = terminal.closed.cancelled() => () }
            };
            let no_more = pin!(no_more);
            select! {
                () = no_more, if !stopped => {}
                Some(()) = self.answering.next() => if self.answering.is_empty() && !over { terminal.idle().await },
                Ok(()) = streaming.changed() => {}
                Some(()) = resizes.next(), if terminal.live => terminal.resized().await,
                Some(()) = interrupts.next(), if terminal.live => if let Next::Leave = self.interrupted().await {
                    break;
                },
                typed = keyboard.next(), if !over && (terminal.live || answered) => {
                    let next = match typed {
                        Ok(Typed::Line(line)) => self.typed(&line).await,
                        Ok(Typed::Interrupt) => {
                            terminal.line_left().await;
                            self.interrupted().await
                        }
                        Ok(Typed::End) => {
                            terminal.line_left().await;
                            Next::End
                        }
                        Err(error) => {
                            end = Some(Err(unreadable(&error)));
                            continue;
                        }
                    };
                    match next {
                        Next::GoOn => {}
                        Next::Leave => break,
                        Next::End => {
                            end = Some(Ok(()));
                            if terminal.live && !answered {
                                terminal.ending().await;
                            }
                        }
                    }
                }
            }
        }
        terminal.leave().await;
        end.unwrap_or(Ok(()))
    }

    async fn typed(&mut self, line: &str) -> Next {
        self.interrupted = None;
        self.terminal.entered(line).await;
        let prefix = self.terminal.capabilities.command_prefix;
        let line = if self.terminal.live { plain(line) } else { line.to_owned() };
        if self.terminal.live && leaves(&line, prefix) {
            return Next::End;
        }
        let body = match EventBody::typed(&line, prefix) {
            // A person alone with the program needs no mark for commands.
            Some(EventBody::Said(said)) if self.terminal.live && reads_as_command(&said) => {
                Some(EventBody::command(&said))
            }
            body => body,
        };
        match body {
            Some(body) => self.hand_over(body),
            None if self.answering.is_empty() => self.terminal.idle().await,
            None => {}
        }
        Next::GoOn
    }

    /// Stops what is being answered, or says how to leave; the second time, leaves.
    async fn interrupted(&mut self) -> Next {
        let now = Instant::now();
        if self.interrupted.replace(now).is_some_and(|before| now.duration_since(before) <= TWICE) {
            return Next::Leave;
        }
        if self.answering.is_empty() && *self.terminal.streaming.borrow() == 0 {
            self.terminal.hint().await;
        } else {
            self.hand_over(EventBody::Clicked(ButtonAction::Stop));
        }
        Next::GoOn
    }

    fn hand_over(&self, body: EventBody) {
        self.answering.push((self.inbox)(self.terminal.event(body)));
    }
}

/// There is but one input: what cannot be read now cannot be read later.
fn unreadable(error: &std::io::Error) -> PlatformError {
    PlatformError::Rejected(format!("the input cannot be read: {error}"))
}
