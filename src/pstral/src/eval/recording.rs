//! Answers of a model, recorded by case, so that a change of the guard, the extraction or the correction is measured on
//! the same answers, and a run that was interrupted goes on where it was.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use async_trait::async_trait;
use futures::{StreamExt as _, stream};
use pstral_core::ports::{
    ChatRequest, Delta, FinishReason, LanguageModel, ModelError, ModelInfo, ModelStats, ModelStream,
};
use pstral_core::text::{Text, text};
use serde::{Deserialize, Serialize};

/// An answer that a model once gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Recorded {
    case: String,
    /// 0 for the first answer of a case, then one for each correction.
    request: usize,
    model: String,
    text: String,
    /// Milliseconds until its first word, and until its end.
    pub(crate) first_ms: u64,
    pub(crate) total_ms: u64,
    pub(crate) prompt_tokens: Option<u64>,
    pub(crate) answer_tokens: Option<u64>,
    /// True if it was cut by its length.
    cut: bool,
}

/// The requests to the model during one case, and its answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    pub(crate) requests: Vec<ChatRequest>,
    pub(crate) answers: Vec<Recorded>,
}

/// The recorded answers of a run, and the case that is being asked.
pub(crate) struct Recording {
    model: String,
    answers: HashMap<(String, usize), Recorded>,
    file: File,
    case: String,
    heard: Heard,
}

impl Recording {
    /// Opens the file of recorded answers, and makes it where there is none. Only those of `model` count. Of two for the
    /// same request the last one counts; a line that a killed program left unfinished is left out.
    pub(crate) fn open(path: &Path, model: &str) -> anyhow::Result<Arc<Mutex<Self>>> {
        let shown = || path.display().to_string();
        let before = if path.exists() { std::fs::read_to_string(path).with_context(shown)? } else { String::new() };
        let known = before.lines().filter_map(|line| serde_json::from_str::<Recorded>(line).ok());
        let answers = known.filter(|known| known.model == model);
        let answers = answers.map(|known| ((known.case.clone(), known.request), known)).collect();
        let mut file = OpenOptions::new().create(true).append(true).open(path).with_context(shown)?;
        if !before.is_empty() && !before.ends_with('\n') {
            file.write_all(b"\n").with_context(shown)?;
        }
        let (model, case, heard) = (model.to_owned(), String::new(), Heard::default());
        Ok(Arc::new(Mutex::new(Self { model, answers, file, case, heard })))
    }

    /// Begins a case.
    pub(crate) fn begin(&mut self, case: &str) {
        case.clone_into(&mut self.case);
        self.heard = Heard::default();
    }

    /// Ends the case.
    pub(crate) fn end(&mut self) -> Heard {
        std::mem::take(&mut self.heard)
    }

    /// Notes a request; returns its number, and the recorded answer.
    fn asked(&mut self, request: ChatRequest) -> (usize, Option<Recorded>) {
        let number = self.heard.requests.len();
        self.heard.requests.push(request);
        let recorded = self.answers.get(&(self.case.clone(), number)).cloned();
        self.heard.answers.extend(recorded.clone());
        (number, recorded)
    }

    /// An answer to a request of this case that has no words yet.
    fn unanswered(&self, request: usize) -> Recorded {
        Recorded {
            case: self.case.clone(),
            request,
            model: self.model.clone(),
            text: String::new(),
            first_ms: 0,
            total_ms: 0,
            prompt_tokens: None,
            answer_tokens: None,
            cut: false,
        }
    }

    fn answered(&mut self, answer: Recorded) {
        let line = serde_json::to_string(&answer).unwrap_or_default();
        if let Err(error) = writeln!(self.file, "{line}") {
            tracing::warn!(%error, case = answer.case, "the answer of the model could not be recorded");
        }
        self.heard.answers.push(answer);
    }
}

/// A model that answers from a recording, and asks another one for what is not recorded.
pub(crate) struct RecordedModel {
    pub(crate) recording: Arc<Mutex<Recording>>,
    pub(crate) inner: Arc<dyn LanguageModel>,
    /// True if the other one is never asked.
    pub(crate) only_recorded: bool,
}

#[async_trait]
impl LanguageModel for RecordedModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn context_tokens(&self) -> usize {
        self.inner.context_tokens()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        let (number, recorded) = lock(&self.recording).asked(request.clone());
        if let Some(recorded) = recorded {
            return Ok(replayed(recorded));
        }
        if self.only_recorded {
            return Err(ModelError::Unavailable("no answer is recorded".to_owned()));
        }
        let begun = Instant::now();
        let stream = self.inner.chat(request).await?;
        let recording = Arc::clone(&self.recording);
        let mut answer = lock(&recording).unanswered(number);
        Ok(stream
            .inspect(move |delta| match delta {
                Ok(Delta::Text(text)) => {
                    if answer.text.is_empty() {
                        answer.first_ms = millis_since(begun);
                    }
                    answer.text.push_str(text);
                }
                Ok(Delta::Done(stats)) => {
                    answer.total_ms = millis_since(begun);
                    answer.cut = stats.finish == FinishReason::Length;
                    (answer.prompt_tokens, answer.answer_tokens) = (stats.prompt_tokens, stats.answer_tokens);
                    lock(&recording).answered(answer.clone());
                }
                // An answer that fails is asked for again the next time.
                Ok(Delta::Thinking(_)) | Err(_) => {}
            })
            .boxed())
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.inner.embed(texts).await
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        self.inner.models().await
    }

    async fn health(&self) -> Result<Text, ModelError> {
        if self.only_recorded { Ok(text("eval-recorded")) } else { self.inner.health().await }
    }
}

fn replayed(recorded: Recorded) -> ModelStream {
    let finish = if recorded.cut { FinishReason::Length } else { FinishReason::Stop };
    let Recorded { prompt_tokens, answer_tokens, .. } = recorded;
    let done = Delta::Done(ModelStats { finish, prompt_tokens, answer_tokens, ..ModelStats::default() });
    stream::iter([Ok(Delta::Text(recorded.text)), Ok(done)]).boxed()
}

fn millis_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn lock(recording: &Mutex<Recording>) -> MutexGuard<'_, Recording> {
    recording.lock().unwrap_or_else(PoisonError::into_inner)
}
