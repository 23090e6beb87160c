//! One question on its way: in the queue, then at an endpoint, then at another one, until the first token.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::future::BoxFuture;
use futures::stream::{Stream, StreamExt as _};

use super::Endpoint;
use super::begun_answer::BegunAnswer;
use super::faults::is_of_the_endpoint;
use super::json_answer::decoded;
use super::ticket::Ticket;
use crate::ports::{ChatRequest, Delta, LanguageModel, ModelError, ModelStream};

/// The progress of a question.
pub enum Stage {
    /// It waits for its turn; 1 is next. Told again whenever it changes.
    Waiting(usize),
    /// An endpoint has it and says nothing yet.
    Asked,
    /// The answer begins: the stream holds all of it, and the slot until its end. Nothing comes after this.
    Begun(ModelStream),
    /// Nobody answers. Nothing comes after this.
    Failed(ModelError),
}

/// The first piece of an endpoint's answer, and the rest of it.
type First = Result<(Delta, ModelStream), ModelError>;

/// One question on its way: the stages it goes through. Dropping it takes it out of the queue, or stops the endpoint
/// that has it.
pub struct Asking {
    // In this order: the endpoint is told to stop before its slot is given to the next.
    state: State,
    ticket: Option<Ticket>,
    endpoints: Arc<[Endpoint]>,
    request: ChatRequest,
}

enum State {
    Waiting {
        /// The place that was told last.
        told: Option<usize>,
        nap: BoxFuture<'static, ()>,
    },
    Asked(BoxFuture<'static, First>),
    Over,
}

impl Asking {
    pub(super) fn new(ticket: Ticket, endpoints: Arc<[Endpoint]>, request: ChatRequest) -> Self {
        let state = State::Waiting { told: None, nap: ticket.nap() };
        Self { state, ticket: Some(ticket), endpoints, request }
    }

    /// Nothing more comes: what was held is given back, unless the stream has it.
    fn end(&mut self, stage: Stage) -> Poll<Option<Stage>> {
        self.state = State::Over;
        self.ticket = None;
        Poll::Ready(Some(stage))
    }

    /// Handles the first token or the error of an endpoint; after its own failure the question goes on to another one.
    fn heard(&mut self, first: First) -> Option<Stage> {
        let mut ticket = self.ticket.take()?;
        match first {
            Ok((delta, rest)) => {
                ticket.began();
                let begun = BegunAnswer::new(delta, rest, ticket).boxed();
                Some(Stage::Begun(if self.request.format.is_some() { decoded(begun) } else { begun }))
            }
            Err(error) if is_of_the_endpoint(&error) => {
                tracing::warn!(%error, "a model server did not answer; trying the next one");
                self.state = State::Over;
                ticket.failed(&error);
                self.state = State::Waiting { told: None, nap: ticket.nap() };
                self.ticket = Some(ticket);
                None
            }
            Err(error) => {
                ticket.answered();
                Some(Stage::Failed(error))
            }
        }
    }
}

impl Stream for Asking {
    type Item = Stage;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Stage>> {
        let this = &mut *self;
        loop {
            match (&mut this.state, &mut this.ticket) {
                (State::Over, _) | (_, None) => return Poll::Ready(None),
                (State::Waiting { told, nap }, Some(ticket)) => match ticket.poll(context) {
                    Ok(Ok(endpoint)) => {
                        let asked = ask(Arc::clone(&this.endpoints[endpoint].model), this.request.clone());
                        this.state = State::Asked(Box::pin(asked));
                        return Poll::Ready(Some(Stage::Asked));
                    }
                    Ok(Err(error)) => return this.end(Stage::Failed(error)),
                    Err(position) if *told != Some(position) => {
                        *told = Some(position);
                        return Poll::Ready(Some(Stage::Waiting(position)));
                    }
                    Err(_) => {
                        ready!(nap.as_mut().poll(context));
                        *nap = ticket.nap();
                    }
                },
                (State::Asked(first), Some(_)) => {
                    let first = ready!(first.as_mut().poll(context));
                    if let Some(stage) = this.heard(first) {
                        return this.end(stage);
                    }
                }
            }
        }
    }
}

async fn ask(model: Arc<dyn LanguageModel>, request: ChatRequest) -> First {
    let first = async {
        let mut stream = model.chat(request).await?;
        let first = stream.next().await.unwrap_or(Err(ModelError::Interrupted));
        first.map(|delta| (delta, stream))
    };
    first.await.map_err(|error| if error == ModelError::Interrupted { ModelError::HungUp } else { error })
}
