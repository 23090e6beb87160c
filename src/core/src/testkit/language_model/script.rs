//! The scripted answer of a model to one question: pieces, pauses and an end.

use std::time::Duration;

use crate::ports::{Delta, FinishReason, ModelError, ModelStats};

/// The answer to one question. Unless told otherwise it ends as a whole answer does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// If set, the error with which the question is refused; nothing else happens then.
    pub refusal: Option<ModelError>,
    /// The steps, in order.
    pub steps: Vec<ScriptStep>,
    /// The end.
    pub end: ScriptEnd,
}

/// One thing that happens in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptStep {
    /// A piece is said.
    Say(Delta),
    /// Nothing is, for as long as this of tokio's time.
    Wait(Duration),
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptEnd {
    /// Whole, or cut by its length.
    Done(ModelStats),
    /// With an error.
    Fails(ModelError),
    /// Never: nothing more is said until the stream is dropped.
    Hangs,
    /// It has been told already.
    Told,
}

impl Script {
    /// An answer that has said nothing yet.
    pub fn silent() -> Self {
        Self { refusal: None, steps: Vec::new(), end: ScriptEnd::Done(finished(FinishReason::Stop)) }
    }

    /// An answer in one piece.
    pub fn says(text: &str) -> Self {
        Self::silent().text(text)
    }

    /// An answer in a piece a word, as models give it.
    pub fn words(text: &str) -> Self {
        text.split_inclusive(' ').fold(Self::silent(), Self::text)
    }

    /// The question is refused.
    pub fn refuses(error: ModelError) -> Self {
        Self { refusal: Some(error), ..Self::silent() }
    }

    /// Then it says a piece.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.step(ScriptStep::Say(Delta::Text(text.to_owned())))
    }

    /// Then it thinks aloud.
    #[must_use]
    pub fn thinks(self, text: &str) -> Self {
        self.step(ScriptStep::Say(Delta::Thinking(text.to_owned())))
    }

    /// Then it says nothing for a while.
    #[must_use]
    pub fn waits(self, time: Duration) -> Self {
        self.step(ScriptStep::Wait(time))
    }

    /// It waits that long before each piece.
    #[must_use]
    pub fn every(mut self, time: Duration) -> Self {
        self.steps = self.steps.into_iter().flat_map(|step| [ScriptStep::Wait(time), step]).collect();
        self
    }

    /// It ends because it reached its length limit.
    #[must_use]
    pub fn cut_by_length(mut self) -> Self {
        self.end = ScriptEnd::Done(finished(FinishReason::Length));
        self
    }

    /// It ends with an error.
    #[must_use]
    pub fn fails(mut self, error: ModelError) -> Self {
        self.end = ScriptEnd::Fails(error);
        self
    }

    /// It never ends.
    #[must_use]
    pub fn hangs(mut self) -> Self {
        self.end = ScriptEnd::Hangs;
        self
    }

    fn step(mut self, step: ScriptStep) -> Self {
        self.steps.push(step);
        self
    }
}

/// Small counts that a test recognises.
fn finished(finish: FinishReason) -> ModelStats {
    ModelStats { finish, prompt_tokens: Some(15), answer_tokens: Some(5), ..ModelStats::default() }
}
