//! An answer as it is written: events, then a reason why it ended, the counts, and `[DONE]`.

use pstral_core::ports::{Delta, FinishReason, ModelError, ModelStats};
use pstral_modelhttp::{Reader, Said, excerpt, of_said};
use serde::de::IgnoredAny;
use serde_json::Value as Json;

use crate::events::{Event, Events};
use crate::wire::{Choice, Chunk};

/// The last event.
const DONE: &[u8] = b"[DONE]";

/// Reads the events of `/v1/chat/completions`.
#[derive(Debug)]
pub(crate) struct ChatReader {
    model: String,
    events: Events,
    /// Known once the model has ended: what is still to come are counts.
    finish: Option<FinishReason>,
    stats: ModelStats,
}

impl ChatReader {
    /// A reader of an answer of that model.
    pub(crate) fn new(model: &str) -> Self {
        Self { model: model.to_owned(), events: Events::default(), finish: None, stats: ModelStats::default() }
    }

    /// The pieces of an answer that came whole and not as a stream.
    pub(crate) fn whole(mut self, body: &[u8]) -> Said<Result<Delta, ModelError>> {
        let mut said = Said::new();
        let failed = self.data(body, &mut said).err();
        let end = failed.map_or_else(|| self.settled().ok_or(ModelError::Interrupted), Err);
        said.into_iter().map(Ok).chain([end]).collect()
    }

    fn event(&mut self, event: Event, said: &mut Said<Delta>) -> Result<(), ModelError> {
        match event {
            Event::Data(data) => self.data(&data, said),
            Event::Error(data) => Err(self.failed(&data)),
        }
    }

    fn data(&mut self, data: &[u8], said: &mut Said<Delta>) -> Result<(), ModelError> {
        let data = data.trim_ascii();
        if data == DONE {
            // The server says that the answer is whole, even where it did not say why.
            let finish = self.finish.unwrap_or_default();
            said.push_back(self.done(finish));
            return Ok(());
        }
        if data.is_empty() {
            return Ok(());
        }
        let chunk: Chunk = serde_json::from_slice(data)
            .map_err(|error| ModelError::Protocol(format!("{error} in the event {}", excerpt(data))))?;
        if chunk.error.as_ref().is_some_and(|error| !error.is_null()) || chunk.object.as_deref() == Some("error") {
            return Err(of_said(chunk.error.or(chunk.message.map(Json::String)).unwrap_or_default(), &self.model));
        }
        if let Some(usage) = chunk.usage {
            self.stats.prompt_tokens = usage.prompt_tokens.or(self.stats.prompt_tokens);
            self.stats.answer_tokens = usage.completion_tokens.or(self.stats.answer_tokens);
        }
        // More than one choice was not asked for.
        chunk.choices.into_iter().next().map_or(Ok(()), |choice| self.choice(choice, said))
    }

    fn choice(&mut self, choice: Choice, said: &mut Said<Delta>) -> Result<(), ModelError> {
        let piece = choice.delta.unwrap_or_default();
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let thinking = filled(piece.reasoning_content).or(filled(piece.reasoning));
        said.extend(thinking.map(Delta::Thinking).into_iter().chain(filled(piece.content).map(Delta::Text)));
        self.finish = match choice.finish_reason.as_deref() {
            None | Some("") => self.finish,
            Some("length") => Some(FinishReason::Length),
            Some("content_filter") => return Err(ModelError::Withheld),
            // vLLM's words for an answer that it gave up.
            Some("abort" | "error") => return Err(ModelError::Interrupted),
            // An unknown one is an ending like any other.
            Some(_) => Some(FinishReason::Stop),
        };
        Ok(())
    }

    /// The words of an event that is an error, whatever its form.
    fn failed(&self, data: &[u8]) -> ModelError {
        let error = match serde_json::from_slice::<Json>(data) {
            Ok(Json::Object(mut members)) => match members.remove("error") {
                Some(error) => error,
                None => Json::Object(members),
            },
            Ok(other) => other,
            Err(_) => Json::String(excerpt(data)),
        };
        of_said(error, &self.model)
    }

    fn done(&self, finish: FinishReason) -> Delta {
        Delta::Done(ModelStats { finish, ..self.stats.clone() })
    }
}

impl Reader for ChatReader {
    type Piece = Delta;

    fn line(&mut self, line: &[u8], said: &mut Said<Delta>) -> Result<(), ModelError> {
        self.events.line(line)?.map_or(Ok(()), |event| self.event(event, said))
    }

    fn end(&mut self, rest: &[u8], said: &mut Said<Delta>) -> Result<(), ModelError> {
        let last = self.events.line(rest)?.or_else(|| self.events.event());
        match last {
            Some(Event::Data(data)) if is_cut(&data) => Err(ModelError::Interrupted),
            Some(event) => self.event(event, said),
            None => Ok(()),
        }
    }

    fn settled(&mut self) -> Option<Delta> {
        self.finish.map(|finish| self.done(finish))
    }

    fn is_last(piece: &Delta) -> bool {
        matches!(piece, Delta::Done(_))
    }
}

/// Checks whether data is an incomplete event, as after a lost connection.
fn is_cut(data: &[u8]) -> bool {
    let is_cut_json = || serde_json::from_slice::<IgnoredAny>(data).is_err_and(|error| error.is_eof());
    (data.len() < DONE.len() && DONE.starts_with(data)) || is_cut_json()
}
