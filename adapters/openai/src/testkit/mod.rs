//! A scripted server for tests that speaks OpenAI's API: real HTTP on the loopback interface, and every way in which such
//! servers fail.

mod speech;

pub use pstral_modelhttp::testkit::{Answer, Ending, Recording, Request, ScriptedServer};
pub use speech::OpenAiSpeech;

use std::ops::Deref;

/// A scripted server: `/v1/chat/completions` and `/v1/embeddings` are questions; `/v1/models` and `/props` it answers by
/// itself.
#[derive(Debug)]
pub struct ScriptedOpenAi(ScriptedServer);

impl ScriptedOpenAi {
    /// Starts a server on a free port, with one model and no scripted answer yet.
    ///
    /// # Panics
    /// Panics if the loopback interface has no free port.
    pub async fn start(model: &str) -> Self {
        Self(ScriptedServer::start(OpenAiSpeech::Vllm, model).await)
    }
}

impl Deref for ScriptedOpenAi {
    type Target = ScriptedServer;

    fn deref(&self) -> &ScriptedServer {
        &self.0
    }
}
