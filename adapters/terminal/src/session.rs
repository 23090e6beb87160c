//! The exchange with the person: lines become events, Ctrl-C stops what is being answered.

use std::pin::pin;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesUnordered};
use pstral_core::domain::{ButtonAction, EventBody};
use pstral_core::ports::{Inbox, PlatformError};
use tokio::io::AsyncRead;
use tokio::select;
use tokio_util::sync::CancellationToken;

use crate::Terminal;
use crate::lines::Lines;
use crate::typed::plain;

/// One run of a terminal.
pub(crate) struct Session<'a> {
    terminal: &'a Terminal,
    inbox: Inbox,
    answering: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(terminal: &'a Terminal, inbox: Inbox) -> Self {
        Self { terminal, inbox, answering: FuturesUnordered::new() }
    }

    /// Hands over line after line until the input or the output ends or `shutdown` is cancelled, then awaits the
    /// answers. With a person, lines are taken while an answer is written; else each waits for the answer before it.
    pub(crate) async fn run(
        mut self,
        input: impl AsyncRead + Unpin,
        interrupts: BoxStream<'static, ()>,
        shutdown: CancellationToken,
    ) -> Result<(), PlatformError> {
        let terminal = self.terminal;
        let mut lines = Lines::new(input);
        let mut interrupts = interrupts.fuse();
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
                Some(()) = interrupts.next(), if terminal.live => self.interrupted().await,
                line = lines.next(), if !over && (terminal.live || answered) => match line {
                    Ok(Some(line)) => self.typed(&line).await,
                    Ok(None) => {
                        end = Some(Ok(()));
                        if terminal.live && !answered {
                            terminal.ending().await;
                        }
                    }
                    Err(error) => end = Some(Err(unreadable(&error))),
                },
            }
        }
        terminal.leave().await;
        end.unwrap_or(Ok(()))
    }

    async fn typed(&mut self, line: &str) {
        self.terminal.entered(line).await;
        let line = if self.terminal.live { plain(line) } else { line.to_owned() };
        match EventBody::typed(&line, self.terminal.capabilities.command_prefix) {
            Some(body) => self.hand_over(body),
            None if self.answering.is_empty() => self.terminal.idle().await,
            None => {}
        }
    }

    async fn interrupted(&mut self) {
        if self.answering.is_empty() && *self.terminal.streaming.borrow() == 0 {
            self.terminal.hint().await;
        } else {
            self.hand_over(EventBody::Clicked(ButtonAction::Stop));
        }
    }

    fn hand_over(&self, body: EventBody) {
        self.answering.push((self.inbox)(self.terminal.event(body)));
    }
}

/// There is but one input: what cannot be read now cannot be read later.
fn unreadable(error: &std::io::Error) -> PlatformError {
    PlatformError::Rejected(format!("the input cannot be read: {error}"))
}
