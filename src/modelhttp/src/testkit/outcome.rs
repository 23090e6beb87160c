//! The result of an answer, as a person would see it.

use futures::StreamExt as _;
use pstral_core::domain::{Locale, Speaker};
use pstral_core::ports::{ChatRequest, Delta, FinishReason, LanguageModel, ModelError, ModelMessage};

/// An answer as it came through an adapter.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The whole text.
    pub text: String,
    /// The whole reasoning.
    pub thinking: String,
    /// The number of pieces, including the end.
    pub pieces: usize,
    /// The last piece: `Done` or the error.
    pub end: Result<Delta, ModelError>,
    /// True if the question was refused before an answer began.
    pub refused: bool,
}

/// A question in few words, with instructions.
pub fn question(text: &str) -> ChatRequest {
    let message = ModelMessage { speaker: Speaker::Person, text: text.to_owned() };
    ChatRequest { system: "Réponds en SQL.".to_owned(), messages: vec![message], ..ChatRequest::default() }
}

/// Asks, and reads all of the answer.
///
/// # Panics
/// Panics if something comes after the end, or no end comes.
pub async fn outcome(model: &dyn LanguageModel, request: ChatRequest) -> Outcome {
    let mut outcome = Outcome {
        text: String::new(),
        thinking: String::new(),
        pieces: 0,
        end: Err(ModelError::Interrupted),
        refused: false,
    };
    let mut stream = match model.chat(request).await {
        Ok(stream) => stream,
        Err(error) => return Outcome { end: Err(error), refused: true, ..outcome },
    };
    let mut ends = 0;
    while let Some(piece) = stream.next().await {
        assert_eq!(ends, 0, "nothing comes after the end");
        outcome.pieces += 1;
        match piece {
            Ok(Delta::Text(text)) => outcome.text.push_str(&text),
            Ok(Delta::Thinking(text)) => outcome.thinking.push_str(&text),
            end => {
                outcome.end = end;
                ends += 1;
            }
        }
    }
    assert_eq!(ends, 1, "a stream ends with Done or an error");
    outcome
}

impl Outcome {
    /// Returns the kind of end, in a word or two.
    pub fn kind(&self) -> &'static str {
        kind(&self.end)
    }
}

/// Returns the kind of an end, in a word or two.
pub fn kind(end: &Result<Delta, ModelError>) -> &'static str {
    match end {
        Ok(Delta::Done(stats)) if stats.finish == FinishReason::Length => "cut by length",
        Ok(_) => "whole",
        Err(ModelError::Unavailable(_)) => "unavailable",
        Err(ModelError::ModelMissing { .. }) => "model missing",
        Err(ModelError::Busy) => "busy",
        Err(ModelError::PromptTooLong) => "prompt too long",
        Err(ModelError::Forbidden) => "forbidden",
        Err(ModelError::Timeout { .. }) => "timeout",
        Err(ModelError::Interrupted) => "interrupted",
        Err(ModelError::HungUp) => "hung up",
        Err(ModelError::Failed(_)) => "failed",
        Err(ModelError::Protocol(_)) => "protocol",
        Err(ModelError::Rejected(_)) => "rejected",
        Err(ModelError::Unsupported(_)) => "unsupported",
        Err(ModelError::Withheld) => "withheld",
        Err(ModelError::Outside(_)) => "outside",
    }
}

/// The sentence that goes with an end, for the person who asked. A whole answer needs none; one that was cut by its
/// length has its own, which the pipeline adds.
pub fn sentence(end: &Result<Delta, ModelError>) -> String {
    match end {
        Ok(Delta::Done(stats)) if stats.finish == FinishReason::Length => {
            pstral_core::text::text("answer-cut").render(Locale::En)
        }
        Ok(_) => String::new(),
        Err(error) => error.text().render(Locale::En),
    }
}
