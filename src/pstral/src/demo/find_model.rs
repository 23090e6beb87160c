//! The model that the demo answers with: the configured one, or else the best one that a server on this machine has.

use std::time::Duration;

use futures::future::join_all;
use pstral_core::ports::ModelInfo;

use crate::config::{Model, ModelKind};
use crate::registry;

/// Where servers listen that people run on their own machine, unless told otherwise: Ollama
/// (<https://docs.ollama.com/faq>), llama.cpp (<https://github.com/ggml-org/llama.cpp/tree/master/tools/server>), vLLM
/// (<https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html>) and LM Studio
/// (<https://lmstudio.ai/docs/app/api>).
const USUAL: [(ModelKind, &str); 4] = [
    (ModelKind::Ollama, "http://127.0.0.1:11434"),
    (ModelKind::OpenAi, "http://127.0.0.1:8080"),
    (ModelKind::OpenAi, "http://127.0.0.1:8000"),
    (ModelKind::OpenAi, "http://127.0.0.1:1234"),
];

/// The time-out for the list of models of a server. It is on this machine, and a person waits for the first screen.
const TIME_OUT: Duration = Duration::from_secs(1);

/// Parts of the names of models that write no answers: they compute embeddings, rank texts or hear.
const WITHOUT_ANSWERS: [&str; 7] = ["embed", "bge-", "minilm", "e5-", "rerank", "whisper", "guard"];

/// Parts of the names of models that were trained to write code.
const CODERS: [&str; 3] = ["code", "coder", "sql"];

/// Returns the configuration of the model to use, if a server has one. `is_set` tells which keys of `[model]` the
/// environment sets: a server or a model that somebody chose is not replaced.
pub(crate) async fn find_model(configured: &Model, is_set: impl Fn(&str) -> bool) -> Option<Model> {
    if is_set("NAME") || !configured.endpoints.is_empty() {
        return None;
    }
    let own = (configured.kind, configured.url.as_str());
    let servers = if is_set("URL") || is_set("KIND") { vec![own] } else { USUAL.to_vec() };
    let found = join_all(servers.into_iter().map(async |(kind, url)| {
        let model = Model { kind, url: url.to_owned(), ..configured.clone() };
        let name = best(models(&model).await?, &configured.name, memory())?;
        Some(Model { name, ..model })
    }));
    // The order of the servers decides between two that have one: the first is the one that documentation speaks of.
    found.await.into_iter().flatten().next()
}

/// The models of a server; nothing if it is not there, or is something else.
async fn models(model: &Model) -> Option<Vec<ModelInfo>> {
    let server = model.servers().into_iter().next()?;
    let client = registry::model(model, &server).ok()?;
    tokio::time::timeout(TIME_OUT, client.models()).await.ok()?.ok()
}

/// The name of the model to use: the configured one, else the largest that fits into two thirds of `memory` bytes, and of
/// those rather one that writes code.
fn best(models: Vec<ModelInfo>, configured: &str, memory: Option<u64>) -> Option<String> {
    let is_it = |name: &str| name == configured || name.strip_suffix(":latest") == Some(configured);
    let answers = |name: &str| !WITHOUT_ANSWERS.iter().any(|part| name.to_lowercase().contains(part));
    let rank = |model: &ModelInfo| {
        let fits = model.bytes.zip(memory).is_none_or(|(bytes, memory)| bytes <= memory / 3 * 2);
        let size = billions(&model.name).unwrap_or_default();
        let codes = CODERS.iter().any(|part| model.name.to_lowercase().contains(part));
        // One that does not fit is the better the smaller it is.
        let size = if fits { size } else { -size };
        (is_it(&model.name), fits, if codes { size * 1.5 } else { size })
    };
    let able = models.into_iter().filter(|model| answers(&model.name));
    let best = able.max_by(|one, other| rank(one).partial_cmp(&rank(other)).unwrap_or(std::cmp::Ordering::Equal));
    best.map(|model| model.name)
}

/// The billions of parameters that a name tells, as `qwen2.5-coder:3b` does.
fn billions(name: &str) -> Option<f64> {
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let number = |word: &str| match word.strip_suffix('b') {
        Some(number) => number.parse().ok(),
        None => word.strip_suffix('m')?.parse().ok().map(|millions: f64| millions / 1000.0),
    };
    words.filter_map(number).find(|size: &f64| size.is_finite())
}

/// The memory of this machine in bytes, where the system tells it (<https://man7.org/linux/man-pages/man5/proc_meminfo.5.html>).
fn memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = told.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1 << 30;

    fn best_of(models: &[(&str, u64)], memory: Option<u64>) -> Option<String> {
        let models = models.iter().map(|(name, gb)| ModelInfo { name: (*name).to_owned(), bytes: Some(gb * GB) });
        best(models.collect(), "qwen2.5-coder:3b", memory)
    }

    #[test]
    fn the_best_model_is_the_configured_one_or_the_largest_that_fits() {
        let small = ("llama3.2:1b", 1);
        let large = ("llama3.1:8b-instruct-q4_K_M", 5);
        for (models, memory, expected) in [
            (&[][..], Some(8), None),
            (&[("nomic-embed-text:latest", 1), ("bge-m3:latest", 1)], Some(8), None),
            (&[large, ("qwen2.5-coder:3b", 2), small], Some(8), Some("qwen2.5-coder:3b")),
            (&[small, large], Some(8), Some("llama3.1:8b-instruct-q4_K_M")),
            (&[small, large], Some(4), Some("llama3.2:1b")),
            (&[("llama3.1:70b", 40), large], Some(4), Some("llama3.1:8b-instruct-q4_K_M")),
            (&[small, large], None, Some("llama3.1:8b-instruct-q4_K_M")),
            (&[large, ("qwen2.5-coder:7b", 5)], Some(16), Some("qwen2.5-coder:7b")),
            (&[("nomic-embed-text:latest", 1), ("mistral:latest", 4)], Some(8), Some("mistral:latest")),
        ] {
            assert_eq!(best_of(models, memory.map(|gb| gb * GB)).as_deref(), expected, "{models:?} in {memory:?} GB");
        }
    }

    #[test]
    fn the_size_of_a_model_is_read_from_its_name() {
        for (name, expected) in [
            ("qwen2.5-coder:3b", Some(3.0)),
            ("llama3.2:1b-instruct-fp16", Some(1.0)),
            ("SmolLM2-135M-Instruct.Q4_1.gguf", Some(0.135)),
            ("Qwen/Qwen2.5-Coder-0.5B", Some(0.5)),
            ("mistral:latest", None),
            ("b", None),
            ("nanb", None),
        ] {
            assert_eq!(billions(name), expected, "{name}");
        }
    }
}
