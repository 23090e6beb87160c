//! An answer that has begun, with the slot it is written in.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::stream::{Stream, StreamExt as _};

use super::faults::is_of_the_endpoint;
use super::ticket::Ticket;
use crate::ports::{Delta, ModelError, ModelStream};

/// An answer that has begun. Its slot is free again when it ends or is dropped.
pub(super) struct BegunAnswer {
    first: Option<Delta>,
    // In this order: the endpoint is told to stop before its slot is given to the next.
    rest: Option<(ModelStream, Ticket)>,
    /// When it began, by the clock of the queue.
    began: Duration,
}

impl BegunAnswer {
    pub(super) fn new(first: Delta, rest: ModelStream, mut ticket: Ticket) -> Self {
        let ends = matches!(first, Delta::Done(_));
        if ends {
            ticket.answered();
        }
        let began = ticket.elapsed();
        Self { first: Some(first), rest: (!ends).then_some((rest, ticket)), began }
    }
}

impl Stream for BegunAnswer {
    type Item = Result<Delta, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let began = self.began;
        let Some((stream, ticket)) = &mut self.rest else { return Poll::Ready(None) };
        let mut next = ready!(stream.poll_next_unpin(context));
        if let Some(Ok(Delta::Done(stats))) = &mut next {
            stats.writing = Some(ticket.elapsed().saturating_sub(began));
        }
        match &next {
            Some(Ok(Delta::Text(_) | Delta::Thinking(_))) => return Poll::Ready(next),
            Some(Err(error)) if is_of_the_endpoint(error) => ticket.broke(error),
            None => ticket.broke(&ModelError::Interrupted),
            Some(Ok(Delta::Done(_)) | Err(_)) => ticket.answered(),
        }
        self.rest = None;
        Poll::Ready(next)
    }
}
