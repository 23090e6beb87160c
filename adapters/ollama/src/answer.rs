//! An answer as it is written: lines of JSON, the last of which says that the answer is whole.

use pstral_core::ports::{Delta, FinishReason, ModelError, ModelStats};
use pstral_modelhttp::{Reader, Said, excerpt, of_said};
use serde::de::DeserializeOwned;

use crate::wire::ChatLine;

/// Reads the lines of `/api/chat`.
#[derive(Debug)]
pub(crate) struct ChatReader {
    pub(crate) model: String,
}

impl Reader for ChatReader {
    type Piece = Delta;

    fn line(&mut self, line: &[u8], said: &mut Said<Delta>) -> Result<(), ModelError> {
        let Some(line) = parse::<ChatLine>(line)? else { return Ok(()) };
        if let Some(error) = line.error {
            return Err(of_said(error, &self.model));
        }
        let thinking = Some(line.message.thinking).filter(|text| !text.is_empty()).map(Delta::Thinking);
        let text = Some(line.message.content).filter(|text| !text.is_empty()).map(Delta::Text);
        said.extend(thinking.into_iter().chain(text));
        if line.done {
            let stats = ModelStats {
                finish: FinishReason::Stop,
                prompt_tokens: line.prompt_eval_count,
                answer_tokens: line.eval_count,
                ..ModelStats::default()
            };
            said.push_back(finished(line.done_reason.as_deref(), stats)?);
        }
        Ok(())
    }

    fn end(&mut self, rest: &[u8], said: &mut Said<Delta>) -> Result<(), ModelError> {
        last_line(self, rest, said)
    }

    fn is_last(piece: &Delta) -> bool {
        matches!(piece, Delta::Done(_))
    }
}

/// Parses a line of the stream; `None` for a blank one.
pub(crate) fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<Option<T>, ModelError> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let parsed = serde_json::from_slice(line);
    parsed.map(Some).map_err(|error| ModelError::Protocol(format!("{error} in the line {}", excerpt(line))))
}

/// The body has ended, and no line of it said that this is the end: the model stopped in the middle, for example because
/// it repeated itself more than 30 times, unless the last line only lacks its line feed.
pub(crate) fn last_line<R: Reader>(reader: &mut R, rest: &[u8], said: &mut Said<R::Piece>) -> Result<(), ModelError> {
    match serde_json::from_slice::<serde::de::IgnoredAny>(rest) {
        Err(error) if error.is_eof() => Err(ModelError::Interrupted),
        _ => reader.line(rest, said),
    }
}

/// Converts a `done_reason` to the end of the answer. An unknown one counts as an ordinary end: the server says that
/// the answer is complete.
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
