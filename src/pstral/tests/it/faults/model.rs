//! A model that fails in one way, whatever it is asked, until it is well again.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use pstral_core::ports::{ChatRequest, LanguageModel, ModelError, ModelInfo, ModelStream};
use pstral_core::testkit::language_model::{Script, ScriptEnd, ScriptedModel};
use pstral_core::text::Text;

use super::case::{Failure, Stage};

/// From the question to the failure.
pub(super) const FAILS_AT: Duration = Duration::from_secs(5);
/// The text of a model that works.
pub(super) const WELL: &str = "All is well again, and this is the whole of what I have to say of it.";
/// Longer than the answers of the tests may be, in bytes.
const TOO_LONG: usize = 40_000;

/// Said word by word before the failure.
const FIRST: &str = "Here are our clients of Lyon, all of them by their names:";
const HALF: &str = "\n```sql\nSELECT name FROM clients WHERE";
const WHOLE: &str = " city = 'Lyon'\n```\nThat is all of them.";
/// Said before it where the answer takes two messages: more than one holds.
const LONG: &str = "They are many, and each of them has a story of its own that is worth being told. ";
/// The number of repetitions.
const TIMES: usize = 28;
/// Pieces that an answer comes in at most.
const PIECES: usize = 30;

/// Fails until it is well.
pub(super) struct FaultyModel {
    scripted: ScriptedModel,
    fault: Mutex<Option<(Failure, Stage)>>,
}

impl FaultyModel {
    pub(super) fn new(failure: Failure, stage: Stage) -> Self {
        Self { scripted: ScriptedModel::new("scripted"), fault: Mutex::new(Some((failure, stage))) }
    }

    /// From now on it answers.
    pub(super) fn is_well(&self) {
        *self.fault.lock().unwrap() = None;
    }
}

/// Builds the model's script: its text, and then the failure.
fn script(failure: Failure, stage: Stage) -> Script {
    let said = match stage {
        Stage::Asked | Stage::Begun => String::new(),
        Stage::FirstText => FIRST.to_owned(),
        Stage::MidStatement => format!("{FIRST}{HALF}"),
        Stage::AfterStatement => format!("{FIRST}{HALF}{WHOLE}"),
        Stage::SecondMessage => format!("{}{FIRST}{HALF}{WHOLE}", LONG.repeat(TIMES)),
    };
    let words: Vec<&str> = said.split_inclusive(' ').collect();
    let pieces: Vec<String> = words.chunks(words.len().div_ceil(PIECES).max(1)).map(<[&str]>::concat).collect();
    let pause = Duration::from_millis(50);
    let speaking = pause * u32::try_from(pieces.len()).unwrap();
    let script = pieces.iter().fold(Script::silent(), |script, piece| script.waits(pause).text(piece));
    let script = script.waits(FAILS_AT.saturating_sub(speaking));
    match failure {
        Failure::Nothing => script,
        Failure::Error(_, error) => script.fails(error),
        Failure::Wedge => script.hangs(),
        Failure::CleanEnd => Script { end: ScriptEnd::Told, ..script },
        Failure::CutByLength => script.cut_by_length(),
        Failure::Empty => script.text("\n\n"),
        Failure::AllThought => script.thinks("They want names.").text("<think>Or do they?</think>"),
        Failure::ThoughtCut => script.thinks("They want names.").text("<think>Or do they").cut_by_length(),
        Failure::TooLong => script.text(&"and so on ".repeat(TOO_LONG / 10)).hangs(),
    }
}

#[async_trait]
impl LanguageModel for FaultyModel {
    fn name(&self) -> &str {
        self.scripted.name()
    }

    fn context_tokens(&self) -> usize {
        self.scripted.context_tokens()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        let fault = self.fault.lock().unwrap().clone();
        match fault {
            None => self.scripted.script(Script::says(WELL)),
            Some((Failure::Error(_, error), Stage::Asked)) => {
                tokio::time::sleep(FAILS_AT).await;
                return Err(error);
            }
            Some((failure, stage)) => self.scripted.script(script(failure, stage)),
        }
        self.scripted.chat(request).await
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.scripted.embed(texts).await
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        self.scripted.models().await
    }

    async fn health(&self) -> Result<Text, ModelError> {
        self.scripted.health().await
    }
}
