//! Ollama's own messages, for the scripted server.

use pstral_modelhttp::testkit::{Answer, Dialect, Ending, Installed, Piece, Request};
use serde_json::{Value as Json, json};

/// Ollama's native API, as version 0.33 speaks it.
#[derive(Debug, Clone, Copy)]
pub struct OllamaSpeech;

impl Dialect for OllamaSpeech {
    fn content_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn piece(&self, piece: &Piece, model: &str) -> Vec<u8> {
        let message = match piece {
            Piece::Text(text) => json!({ "role": "assistant", "content": text }),
            Piece::Thinking(text) => json!({ "role": "assistant", "content": "", "thinking": text }),
            Piece::Bytes(bytes) => return bytes.clone(),
        };
        line(model, &message, &json!({ "done": false }))
    }

    fn ending(&self, ending: &Ending, model: &str) -> Option<Vec<u8>> {
        let done = |reason: &str| {
            let message = json!({ "role": "assistant", "content": "" });
            let members = json!({ "done": true, "done_reason": reason, "prompt_eval_count": 15, "eval_count": 5 });
            Some(line(model, &message, &members))
        };
        match ending {
            Ending::Done => done("stop"),
            Ending::DoneLength => done("length"),
            Ending::DoneReason(reason) => done(reason),
            Ending::ErrorLine(message) => Some(format!("{}\n", self.failure(message)).into_bytes()),
            Ending::CleanEndWithoutDone | Ending::CutConnection | Ending::Hang => None,
        }
    }

    fn failure(&self, message: &str) -> Json {
        json!({ "error": message })
    }

    fn embeddings(&self, vectors: &[Vec<f32>]) -> Json {
        json!({ "embeddings": vectors })
    }

    fn missing(&self, model: &str) -> Json {
        self.failure(&format!("model '{model}' not found"))
    }

    fn asks(&self, request: &Request) -> bool {
        request.method == "POST" && ["/api/chat", "/api/embed", "/api/pull"].contains(&request.path.as_str())
    }

    fn form<'a>(&self, question: &'a Json) -> Option<&'a Json> {
        question.get("format")
    }

    fn needs_model(&self, request: &Request) -> bool {
        request.path != "/api/pull"
    }

    fn tells(&self, request: &Request, installed: &Installed) -> Option<Answer> {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/api/tags") => Some(tags(installed)),
            ("POST", "/api/show") => Some(show(*self, request.body["model"].as_str().unwrap_or_default(), installed)),
            _ => None,
        }
    }
}

fn tags(installed: &Installed) -> Answer {
    let models = installed.models.iter();
    let models: Vec<_> = models.map(|(name, bytes)| json!({ "name": name, "model": name, "size": bytes })).collect();
    Answer::status(200, &json!({ "models": models }).to_string())
}

fn show(speech: OllamaSpeech, model: &str, installed: &Installed) -> Answer {
    if !installed.has(model) {
        return Answer::status(404, &speech.missing(model).to_string());
    }
    let mut info = json!({ "general.architecture": "qwen2", "general.parameter_count": 3_085_938_688_u64 });
    if let (Some(context), Some(info)) = (installed.context, info.as_object_mut()) {
        info.insert("qwen2.context_length".to_owned(), context.into());
    }
    let shown = json!({ "model_info": info, "capabilities": installed.capabilities });
    Answer::status(200, &shown.to_string())
}

/// A line of `/api/chat` with the members that Ollama sends.
fn line(model: &str, message: &Json, members: &Json) -> Vec<u8> {
    let mut line = json!({ "model": model, "created_at": "2026-11-21T10:00:00.000000000Z", "message": message });
    if let (Some(line), Some(members)) = (line.as_object_mut(), members.as_object()) {
        line.extend(members.clone());
    }
    format!("{line}\n").into_bytes()
}
