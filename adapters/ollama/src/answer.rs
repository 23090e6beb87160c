//! An answer as it is written: lines of JSON turned into pieces, with every way of ending told apart.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use pstral_core::ports::{Delta, FinishReason, ModelError, ModelStats, ModelStream};
use reqwest::Response;

use crate::fault;
use crate::http::Deadline;
use crate::lines::{LONGEST_LINE, Lines, TooLong};
use crate::wire::ChatLine;

/// The pieces of an answer whose head has come. `first` bounds the wait for its first byte, `silence` every later one.
/// Dropping the stream drops the connection, which is how Ollama is told to stop.
pub(crate) fn stream(response: Response, model: String, first: Deadline, silence: Duration) -> ModelStream {
    let answer =
        Answer { response, model, first: Some(first), silence, lines: Lines::default(), ready: VecDeque::new() };
    stream::unfold(Some(answer), |answer| async {
        let mut answer = answer?;
        match answer.next().await {
            // Nothing after the end is of interest: dropping the answer here frees the connection at once.
            Ok(done @ Delta::Done(_)) => Some((Ok(done), None)),
            Ok(delta) => Some((Ok(delta), Some(answer))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

struct Answer {
    response: Response,
    model: String,
    /// Until the first byte has come.
    first: Option<Deadline>,
    silence: Duration,
    lines: Lines,
    ready: VecDeque<Result<Delta, ModelError>>,
}

impl Answer {
    async fn next(&mut self) -> Result<Delta, ModelError> {
        loop {
            if let Some(delta) = self.ready.pop_front() {
                return delta;
            }
            match self.lines.next() {
                Ok(Some(line)) => self.read(&line)?,
                Ok(None) => match self.more().await? {
                    Some(bytes) => self.lines.push(&bytes),
                    None => self.end()?,
                },
                Err(TooLong) => {
                    return Err(ModelError::Protocol(format!("a line of more than {LONGEST_LINE} bytes")));
                }
            }
        }
    }

    async fn more(&mut self) -> Result<Option<Bytes>, ModelError> {
        let deadline = self.first.take().unwrap_or_else(|| Deadline::after(self.silence));
        // Whatever breaks the connection now, the person sees the same: an answer without its end.
        deadline.bound(self.response.chunk()).await?.map_err(|_| ModelError::Interrupted)
    }

    /// The body has ended, and no line of it said `done`: the model stopped in the middle, for example because it
    /// repeated itself more than 30 times, unless the last line only lacks its line feed.
    fn end(&mut self) -> Result<(), ModelError> {
        let Some(last) = self.lines.rest() else { return Err(ModelError::Interrupted) };
        match serde_json::from_slice::<ChatLine>(&last) {
            Err(error) if error.is_eof() => Err(ModelError::Interrupted),
            _ => self.read(&last),
        }
    }

    fn read(&mut self, line: &[u8]) -> Result<(), ModelError> {
        let line: ChatLine = serde_json::from_slice(line)
            .map_err(|error| ModelError::Protocol(format!("{error} in the line {}", fault::excerpt(line))))?;
        if let Some(error) = line.error {
            return Err(fault::of_line(error, &self.model));
        }
        let thinking = Some(line.message.thinking).filter(|text| !text.is_empty()).map(Delta::Thinking);
        let text = Some(line.message.content).filter(|text| !text.is_empty()).map(Delta::Text);
        self.ready.extend(thinking.into_iter().chain(text).map(Ok));
        if line.done {
            let stats = ModelStats {
                finish: FinishReason::Stop,
                prompt_tokens: line.prompt_eval_count,
                answer_tokens: line.eval_count,
            };
            self.ready.push_back(finished(line.done_reason.as_deref(), stats));
        }
        Ok(())
    }
}

/// What a `done_reason` means. An unknown one is an ending like any other: the server says that the answer is whole.
fn finished(reason: Option<&str>, stats: ModelStats) -> Result<Delta, ModelError> {
    match reason {
        Some("length") => Ok(Delta::Done(ModelStats { finish: FinishReason::Length, ..stats })),
        // What Ollama does with a request that holds no message.
        Some(order @ ("load" | "unload")) => {
            Err(ModelError::Rejected(format!("the server took the question for an order to {order} the model")))
        }
        _ => Ok(Delta::Done(stats)),
    }
}
