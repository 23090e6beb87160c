//! An adapter with the scripted server it talks to.

use std::time::Duration;

use pstral_modelhttp::testkit;
pub(crate) use pstral_modelhttp::testkit::{outcome, question};
use pstral_ollama::testkit::OllamaSpeech;
use pstral_ollama::{Ollama, OllamaConfig};

pub(crate) const MODEL: &str = "qwen2.5-coder:3b";

pub(crate) type Bench = testkit::Bench<Ollama>;

pub(crate) async fn fresh() -> Bench {
    with(|_| {}).await
}

/// One whose configuration differs from the default.
pub(crate) async fn with(change: impl FnOnce(&mut OllamaConfig)) -> Bench {
    Bench::start(OllamaSpeech, MODEL, |url| model(url, change)).await
}

/// The adapter alone.
pub(crate) fn model(url: &str, change: impl FnOnce(&mut OllamaConfig)) -> Ollama {
    let mut config = OllamaConfig::new(url, MODEL);
    change(&mut config);
    Ollama::new(config).unwrap()
}

/// The adapter with that key, if any, which waits for less than a second between two pieces.
pub(crate) fn impatient(url: &str, key: Option<&str>) -> Ollama {
    model(url, |config| {
        config.api_key = key.map(|key| key.to_owned().into());
        config.silence_timeout = Duration::from_millis(900);
    })
}

/// The outcome of `work`, which must not take longer.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, work).await.expect("in time")
}
