//! A scripted Ollama server for tests: real HTTP on the loopback interface, and every way in which Ollama fails.

mod speech;

pub use pstral_modelhttp::testkit::{Answer, Ending, Recording, Request, ScriptedServer};
pub use speech::OllamaSpeech;

use std::ops::Deref;

/// A scripted server that speaks as Ollama does: `/api/chat`, `/api/embed` and `/api/pull` are questions; `/api/tags` and
/// `/api/show` it answers by itself.
#[derive(Debug)]
pub struct ScriptedOllama(ScriptedServer);

impl ScriptedOllama {
    /// Starts a server on a free port, with one model and no scripted answer yet.
    ///
    /// # Panics
    /// Panics if the loopback interface has no free port.
    pub async fn start(model: &str) -> Self {
        Self(ScriptedServer::start(OllamaSpeech, model).await)
    }
}

impl Deref for ScriptedOllama {
    type Target = ScriptedServer;

    fn deref(&self) -> &ScriptedServer {
        &self.0
    }
}
