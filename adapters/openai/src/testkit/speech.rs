//! The messages of such servers, for the scripted server.

use pstral_modelhttp::testkit::{Answer, Dialect, Ending, Installed, Piece, Request};
use serde_json::{Value as Json, json};

/// OpenAI's API, as one of its servers speaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenAiSpeech {
    /// vLLM.
    Vllm,
    /// llama.cpp's server.
    LlamaCpp,
}

impl Dialect for OpenAiSpeech {
    fn content_type(&self) -> &'static str {
        "text/event-stream; charset=utf-8"
    }

    fn piece(&self, piece: &Piece, model: &str) -> Vec<u8> {
        let delta = match (piece, self) {
            (Piece::Text(text), _) => json!({ "content": text }),
            (Piece::Thinking(text), Self::Vllm) => json!({ "reasoning": text }),
            (Piece::Thinking(text), Self::LlamaCpp) => json!({ "content": null, "reasoning_content": text }),
            (Piece::Bytes(bytes), _) => return bytes.clone(),
        };
        event(&chunk(model, &json!([{ "index": 0, "delta": delta, "finish_reason": null }]), &Json::Null))
    }

    fn ending(&self, ending: &Ending, model: &str) -> Option<Vec<u8>> {
        let done = |reason: &str| {
            let usage = json!({ "prompt_tokens": 15, "completion_tokens": 5, "total_tokens": 20 });
            let choices = json!([{ "index": 0, "delta": {}, "finish_reason": reason }]);
            let events = [event(&chunk(model, &choices, &Json::Null)), event(&chunk(model, &json!([]), &usage))];
            Some([&events.concat()[..], b"data: [DONE]\n\n"].concat())
        };
        match ending {
            Ending::Done => done("stop"),
            Ending::DoneLength => done("length"),
            Ending::DoneReason(reason) => done(reason),
            Ending::ErrorLine(message) => Some([&event(&self.failure(message))[..], b"data: [DONE]\n\n"].concat()),
            Ending::CleanEndWithoutDone | Ending::CutConnection | Ending::Hang => None,
        }
    }

    fn failure(&self, message: &str) -> Json {
        json!({ "error": { "message": message, "type": "BadRequestError", "param": null, "code": 400 } })
    }

    fn embeddings(&self, vectors: &[Vec<f32>]) -> Json {
        let numbered = vectors.iter().enumerate();
        // The order is not promised, so it is not kept here.
        let data =
            numbered.rev().map(|(index, one)| json!({ "object": "embedding", "index": index, "embedding": one }));
        json!({ "object": "list", "data": data.collect::<Vec<_>>() })
    }

    fn missing(&self, model: &str) -> Json {
        self.failure(&format!("The model `{model}` does not exist."))
    }

    fn asks(&self, request: &Request) -> bool {
        request.method == "POST" && ["/v1/chat/completions", "/v1/embeddings"].contains(&request.path.as_str())
    }

    fn form<'a>(&self, question: &'a Json) -> Option<&'a Json> {
        question.pointer("/response_format/json_schema/schema")
    }

    fn tells(&self, request: &Request, installed: &Installed) -> Option<Answer> {
        let told = match (request.method.as_str(), request.path.as_str(), self) {
            ("GET", "/v1/models", _) => self.models(installed),
            ("GET", "/props", Self::LlamaCpp) => {
                json!({ "default_generation_settings": { "n_ctx": installed.context }, "total_slots": 1 })
            }
            _ => return None,
        };
        Some(Answer::status(200, &told.to_string()))
    }
}

impl OpenAiSpeech {
    fn models(self, installed: &Installed) -> Json {
        let model = |(name, bytes): &(String, u64)| match self {
            Self::Vllm => {
                json!({ "id": name, "object": "model", "owned_by": "vllm", "max_model_len": installed.context })
            }
            Self::LlamaCpp => {
                let meta = json!({ "n_ctx_train": 131_072, "size": bytes });
                json!({ "id": name, "object": "model", "owned_by": "llamacpp", "meta": meta })
            }
        };
        json!({ "object": "list", "data": installed.models.iter().map(model).collect::<Vec<_>>() })
    }
}

fn chunk(model: &str, choices: &Json, usage: &Json) -> Json {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_795_256_634,
        "model": model,
        "choices": choices,
        "usage": usage,
    })
}

fn event(data: &Json) -> Vec<u8> {
    format!("data: {data}\n\n").into_bytes()
}
