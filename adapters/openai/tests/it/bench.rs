//! An adapter with the scripted server it talks to.

use std::time::Duration;

use pstral_modelhttp::testkit;
pub(crate) use pstral_modelhttp::testkit::{outcome, question};
use pstral_openai::testkit::OpenAiSpeech;
use pstral_openai::{OpenAi, OpenAiConfig};

pub(crate) const MODEL: &str = "Qwen/Qwen2.5-Coder-7B-Instruct";

pub(crate) type Bench = testkit::Bench<OpenAi>;

pub(crate) async fn fresh() -> Bench {
    with(|_| {}).await
}

/// One whose configuration differs from the default.
pub(crate) async fn with(change: impl FnOnce(&mut OpenAiConfig)) -> Bench {
    speaking(OpenAiSpeech::Vllm, change).await
}

/// One whose server is of that kind.
pub(crate) async fn speaking(speech: OpenAiSpeech, change: impl FnOnce(&mut OpenAiConfig)) -> Bench {
    Bench::start(speech, MODEL, |url| model(url, change)).await
}

/// The adapter alone.
pub(crate) fn model(url: &str, change: impl FnOnce(&mut OpenAiConfig)) -> OpenAi {
    let mut config = OpenAiConfig::new(url, MODEL);
    change(&mut config);
    OpenAi::new(config).unwrap()
}

/// The adapter with that key, if any, which waits for less than a second between two pieces.
pub(crate) fn impatient(url: &str, key: Option<&str>) -> OpenAi {
    model(url, |config| {
        config.api_key = key.map(|key| key.to_owned().into());
        config.silence_timeout = Duration::from_millis(900);
    })
}
