//! The failures of every kind of model server and the errors they must become: one table for all adapters.

use pstral_core::ports::{Delta, FinishReason, LanguageModel, ModelError, ModelStats};

use super::{Answer, Ending, Outcome, ScriptedServer, outcome, question};

/// Runs the whole table. The model must wait for less than a second between two pieces.
///
/// # Panics
/// With the failure that becomes something else.
pub async fn failure_table(server: &ScriptedServer, model: &dyn LanguageModel) {
    for (answer, expected) in refusals(model.name()) {
        server.answer(answer.clone());
        let outcome = outcome(model, question("Combien de clients ?")).await;
        assert_eq!((outcome.end, outcome.refused), (Err(expected), true), "{answer:?}");
    }
    for (ending, expected) in endings(model.name()) {
        server.answer(Answer::text("Il y a douze").thinking("hm").ends(ending.clone()));
        let outcome = outcome(model, question("Combien de clients ?")).await;
        let (text, thinking) = ("Il y a douze".to_owned(), "hm".to_owned());
        let expected = Outcome { text, thinking, pieces: 6, end: expected, refused: false };
        assert_eq!(outcome, expected, "{ending:?}");
    }
    server.assert_consumed();
}

fn failed(said: &str) -> ModelError {
    ModelError::Failed(said.to_owned())
}

/// Questions that get no answer at all. The words are those of Ollama 0.33, vLLM and llama.cpp's server.
fn refusals(model: &str) -> Vec<(Answer, ModelError)> {
    let missing = || ModelError::ModelMissing { model: model.to_owned() };
    let (runner, memory) = (
        "an error was encountered while running the model: unexpected EOF",
        "model requires more system memory (5.6 GiB) than is available (3.1 GiB)",
    );
    let option = "option \"num_predict\" must be of type integer";
    let too_long = [
        "request (9412 tokens) exceeds the available context size (8192 tokens), try increasing it",
        "the input length exceeds the context length",
        "This model's maximum context length is 8192 tokens. However, you requested 9216 tokens (8192 in the messages, \
         1024 in the completion). Please reduce the length of the messages or completion.",
    ];
    let mut table = vec![
        (Answer::failure(404, &format!("model '{model}' not found")), missing()),
        (Answer::failure(404, &format!("model \"{model}\" not found, try pulling it first")), missing()),
        (Answer::failure(404, &format!("The model `{model}` does not exist.")), missing()),
        (Answer::failure(503, "server busy, please try again.  maximum pending requests exceeded"), ModelError::Busy),
        (Answer::failure(503, "Loading model"), ModelError::Busy),
        (Answer::status(503, ""), ModelError::Busy),
        (Answer::status(429, "slow down"), ModelError::Busy),
        (Answer::status(403, ""), ModelError::Forbidden),
        (Answer::failure(401, "unauthorized"), ModelError::Forbidden),
        (Answer::failure(401, "Invalid API Key"), ModelError::Forbidden),
        (Answer::status(413, "<html>"), ModelError::PromptTooLong),
        (Answer::failure(500, runner), failed(runner)),
        (Answer::failure(500, memory), failed(memory)),
        (Answer::status(500, r#"{"error":{"message":"nested","code":null}}"#), failed("nested")),
        (Answer::status(500, r#"{"object":"error","message":"at the top","code":500}"#), failed("at the top")),
        (Answer::failure(400, "unexpected EOF"), ModelError::Rejected("unexpected EOF".to_owned())),
        (Answer::failure(500, option), ModelError::Rejected(option.to_owned())),
        (Answer::status(502, "<html>"), ModelError::Unavailable("the proxy answered 502 Bad Gateway".to_owned())),
        (Answer::status(504, "<html>"), ModelError::Unavailable("the proxy answered 504 Gateway Timeout".to_owned())),
        (Answer::status(405, "<html>"), ModelError::Protocol("status 405: <html>".to_owned())),
    ];
    table.extend(too_long.map(|said| (Answer::failure(400, said), ModelError::PromptTooLong)));
    table
}

/// Answers that begin: what was said is kept, and the end is told truly.
fn endings(model: &str) -> Vec<(Ending, Result<Delta, ModelError>)> {
    let done = |finish| {
        Ok(Delta::Done(ModelStats { finish, prompt_tokens: Some(15), answer_tokens: Some(5), ..ModelStats::default() }))
    };
    let died = "an error was encountered while running the model: unexpected EOF";
    let gone = format!("model '{model}' not found");
    vec![
        (Ending::Done, done(FinishReason::Stop)),
        (Ending::DoneLength, done(FinishReason::Length)),
        (Ending::DoneReason("tool_calls".to_owned()), done(FinishReason::Stop)),
        // More than 30 repeated tokens end Ollama's answers so.
        (Ending::CleanEndWithoutDone, Err(ModelError::Interrupted)),
        (Ending::CutConnection, Err(ModelError::Interrupted)),
        (Ending::ErrorLine(died.to_owned()), Err(failed(died))),
        (Ending::ErrorLine(gone), Err(ModelError::ModelMissing { model: model.to_owned() })),
        (Ending::Hang, Err(ModelError::Timeout { seconds: 1 })),
    ]
}
