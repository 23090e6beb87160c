//! Questions that get no answer at all, and servers that are not what they should be.

use pstral_core::domain::Locale;
use pstral_core::ports::{LanguageModel as _, ModelError};
use pstral_openai::testkit::{Answer, OpenAiSpeech};

use crate::bench::{self, MODEL};

#[tokio::test]
async fn a_page_is_not_taken_for_an_answer() {
    let bench = bench::fresh().await;
    let Err(ModelError::Protocol(fault)) = bench.outcome(Answer::status(200, "<html>Welcome</html>")).await.end else {
        panic!("a page is an answer")
    };
    assert!(fault.contains("a page instead of events"), "{fault}");
}

#[tokio::test]
async fn health_says_what_the_server_is_and_what_its_model_reads() {
    for (speech, expected) in [
        (
            OpenAiSpeech::Vllm,
            ("vLLM answered in ", " ms; model Qwen/Qwen2.5-Coder-7B-Instruct is installed; context: "),
        ),
        (OpenAiSpeech::LlamaCpp, ("llama.cpp answered in ", " is installed (1.9 GB); context: ")),
    ] {
        let bench = bench::speaking(speech, |_| {}).await;
        // What llama.cpp's model was trained for (131,072) matters less than what it was started with.
        for (reads, context, told) in [
            (Some(32_768), 8192, "8,192 tokens of the 32,768 that the model can read"),
            (Some(4096), 4096, "4,096 tokens, all"),
        ] {
            bench.server.reads(reads);
            let fact = bench.model.health().await.unwrap().render(Locale::En);
            assert!(fact.starts_with(expected.0) && fact.contains(expected.1) && fact.contains(told), "{fact}");
            assert_eq!(bench.model.context_tokens(), context);
        }
    }
    let bench = bench::fresh().await;
    bench.server.install(&[("another", 1)]);
    assert_eq!(bench.model.health().await, Err(ModelError::ModelMissing { model: MODEL.to_owned() }));
    assert!(matches!(bench.model.pull(MODEL).await.err(), Some(ModelError::Unsupported(_))));
}

#[tokio::test]
async fn a_model_without_embeddings_is_told() {
    let bench = bench::fresh().await;
    bench.server.answer(Answer::failure(400, "The model does not support Embeddings API"));
    let refused = bench.model.embed(&["client".to_owned()]).await;
    assert!(matches!(refused, Err(ModelError::Unsupported(_))), "{refused:?}");
}
