//! The contract of every language model.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;

use super::{Script, ScriptEnd, ScriptStep};
use crate::domain::Speaker;
use crate::ports::{ChatRequest, Delta, FinishReason, LanguageModel, ModelError, ModelMessage, ModelStats};

/// A language model on a test bench: the server behind it does as it is told.
#[async_trait]
pub trait ModelBench: Send + Sync {
    /// The model.
    fn model(&self) -> Arc<dyn LanguageModel>;

    /// Makes the server answer one more question like this.
    fn script(&self, script: Script);

    /// Makes the server answer one more call of `embed` with these vectors.
    fn script_embeddings(&self, vectors: Vec<Vec<f32>>);

    /// Takes the model off the server.
    fn forget_model(&self);

    /// Returns the requests that reached the server, oldest first.
    fn asked(&self) -> Vec<ChatRequest>;

    /// Resolves when the server has seen that an answer is no longer wanted.
    async fn abandoned(&self);
}

/// Runs the whole contract, each part on a fresh bench.
///
/// # Panics
/// With the part that does not hold.
pub async fn contract<B: ModelBench>(fresh: impl AsyncFn() -> B) {
    answers_arrive_piece_by_piece(&fresh().await).await;
    what_is_asked_reaches_the_model_whole(&fresh().await).await;
    thinking_is_kept_apart(&fresh().await).await;
    a_cut_answer_says_so(&fresh().await).await;
    an_answer_that_breaks_keeps_what_was_said(&fresh().await).await;
    refusals_come_before_any_piece(&fresh().await).await;
    pieces_are_not_held_back_and_dropping_stops_the_work(&fresh().await).await;
    answers_at_the_same_time_do_not_mix(&fresh().await).await;
    texts_become_vectors(&fresh().await).await;
    a_model_that_is_there_is_healthy(&fresh().await).await;
    a_model_that_is_not_there_is_named(&fresh().await).await;
}

/// A question with instructions and an exchange before it.
fn question() -> ChatRequest {
    let message = |speaker, text: &str| ModelMessage { speaker, text: text.to_owned() };
    ChatRequest {
        system: "Réponds en SQL.\nSois bref : « une phrase ».".to_owned(),
        messages: vec![
            message(Speaker::Person, "Combien de clients ?"),
            message(Speaker::Pstral, "SELECT count(*) FROM customers"),
            message(Speaker::Person, "Et d'Île-de-France ? 🥖\t\"'\\"),
        ],
        format: None,
        variant: 0,
    }
}

/// All of an answer. It must end with `Done` or an error and then say nothing more.
async fn answer(bench: &dyn ModelBench, script: Script) -> Vec<Result<Delta, ModelError>> {
    bench.script(script);
    let stream = bench.model().chat(question()).await.expect("invariant: the script does not refuse");
    let pieces: Vec<_> = stream.collect().await;
    let end = |piece: &Result<Delta, ModelError>| matches!(piece, Err(_) | Ok(Delta::Done(_)));
    assert_eq!(pieces.iter().position(end), Some(pieces.len() - 1), "one end, and it is the last thing: {pieces:?}");
    pieces
}

/// Joins the pieces of a script to those that the stream must give. Servers may split or join pieces, so texts that
/// follow each other are compared as one.
fn joined(pieces: impl IntoIterator<Item = Result<Delta, ModelError>>) -> Vec<Result<Delta, ModelError>> {
    let mut joined: Vec<Result<Delta, ModelError>> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), &piece) {
            (Some(Ok(Delta::Text(before))), Ok(Delta::Text(text)))
            | (Some(Ok(Delta::Thinking(before))), Ok(Delta::Thinking(text))) => before.push_str(text),
            _ => joined.push(piece),
        }
    }
    joined
}

async fn check(bench: &dyn ModelBench, script: Script) {
    let said = script.steps.iter().filter_map(|step| match step {
        ScriptStep::Say(delta) => Some(Ok(delta.clone())),
        ScriptStep::Wait(_) => None,
    });
    let end = match &script.end {
        ScriptEnd::Done(stats) => Ok(Delta::Done(stats.clone())),
        ScriptEnd::Fails(error) => Err(error.clone()),
        ScriptEnd::Hangs | ScriptEnd::Told => panic!("this script has no end: {script:?}"),
    };
    let expected = joined(said.chain([end]));
    assert_eq!(joined(answer(bench, script).await), expected);
}

async fn answers_arrive_piece_by_piece(bench: &dyn ModelBench) {
    check(bench, Script::words("Voici les clients d'Île-de-France 🥖👩‍🚀 :\n\n```sql\nSELECT 1\n```\n")).await;
    check(bench, Script::says(" ").text("\n").text("\u{0}").text("{\"done\":true}\n").text("data: [DONE]")).await;
    check(bench, Script::silent()).await;
}

async fn what_is_asked_reaches_the_model_whole(bench: &dyn ModelBench) {
    check(bench, Script::says("ok")).await;
    let schema = serde_json::json!({ "type": "object", "properties": { "sql": { "type": "string" } } });
    let in_form = ChatRequest { format: Some(schema), ..question() };
    bench.script(Script::says("{\"sql\":\"SELECT 1\"}"));
    let stream = bench.model().chat(in_form.clone()).await.expect("invariant: the script does not refuse");
    assert!(stream.all(async |piece| piece.is_ok()).await);
    assert_eq!(bench.asked(), [question(), in_form]);
}

async fn thinking_is_kept_apart(bench: &dyn ModelBench) {
    check(bench, Script::silent().thinks("Un client est ").thinks("une ligne.").text("Voilà")).await;
}

async fn a_cut_answer_says_so(bench: &dyn ModelBench) {
    let script = Script::says("SELECT id, name FR").cut_by_length();
    let expected = ModelStats {
        finish: FinishReason::Length,
        prompt_tokens: Some(15),
        answer_tokens: Some(5),
        ..ModelStats::default()
    };
    assert_eq!(script.end, ScriptEnd::Done(expected));
    check(bench, script).await;
}

async fn an_answer_that_breaks_keeps_what_was_said(bench: &dyn ModelBench) {
    check(bench, Script::words("Il y a douze").fails(ModelError::Interrupted)).await;
}

async fn refusals_come_before_any_piece(bench: &dyn ModelBench) {
    let model = bench.model().name().to_owned();
    let refusals =
        [ModelError::ModelMissing { model }, ModelError::Busy, ModelError::PromptTooLong, ModelError::Forbidden];
    for refusal in refusals {
        bench.script(Script::refuses(refusal.clone()));
        let refused = bench.model().chat(question()).await.err();
        assert_eq!(refused, Some(refusal));
    }
}

async fn pieces_are_not_held_back_and_dropping_stops_the_work(bench: &dyn ModelBench) {
    bench.script(Script::says("Premier").hangs());
    let mut stream = bench.model().chat(question()).await.expect("invariant: the script does not refuse");
    let first = within(Duration::from_secs(5), stream.next(), "the first piece comes before the second").await;
    assert_eq!(first, Some(Ok(Delta::Text("Premier".to_owned()))));
    drop(stream);
    within(Duration::from_secs(1), bench.abandoned(), "dropping the stream stops the work").await;
}

async fn answers_at_the_same_time_do_not_mix(bench: &dyn ModelBench) {
    let texts = ["un deux trois", "quatre cinq six", "sept huit neuf"];
    for text in texts {
        bench.script(Script::words(text).every(Duration::from_millis(2)));
    }
    let model = bench.model();
    let answers = futures::future::join_all(texts.map(|_| async {
        let stream = model.chat(question()).await.expect("invariant: the script does not refuse");
        joined(stream.collect::<Vec<_>>().await).into_iter().find_map(|piece| match piece {
            Ok(Delta::Text(text)) => Some(text),
            _ => None,
        })
    }));
    let answers: HashSet<String> = answers.await.into_iter().flatten().collect();
    assert_eq!(answers, HashSet::from(texts.map(str::to_owned)));
}

async fn texts_become_vectors(bench: &dyn ModelBench) {
    let vectors = vec![vec![0.25, -1.0, 0.0], vec![1.0, 0.5, 3.0]];
    bench.script_embeddings(vectors.clone());
    let texts = ["client".to_owned(), "facture".to_owned()];
    assert_eq!(bench.model().embed(&texts).await, Ok(vectors));
    assert_eq!(bench.model().embed(&[]).await, Ok(Vec::new()), "nothing is asked when there is nothing to embed");
}

async fn a_model_that_is_there_is_healthy(bench: &dyn ModelBench) {
    let model = bench.model();
    assert!(!model.name().is_empty());
    assert!(model.context_tokens() > 0);
    let models = model.models().await.expect("invariant: the bench's server answers");
    assert!(models.iter().any(|one| one.name == model.name()), "{} is not in {models:?}", model.name());
    let fact = model.health().await.expect("invariant: the bench's server has the model");
    let fact = fact.render(crate::domain::Locale::En);
    assert!(fact.contains(model.name()), "the fact names the model: {fact}");
}

async fn a_model_that_is_not_there_is_named(bench: &dyn ModelBench) {
    bench.forget_model();
    let model = bench.model();
    let missing = ModelError::ModelMissing { model: model.name().to_owned() };
    assert_eq!(model.health().await, Err(missing.clone()));
    assert_eq!(model.chat(question()).await.err(), Some(missing.clone()));
    assert_eq!(model.embed(&["client".to_owned()]).await, Err(missing));
    let models = model.models().await.expect("invariant: the bench's server answers");
    assert!(models.iter().all(|one| one.name != model.name()));
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>, what: &str) -> T {
    let Ok(done) = tokio::time::timeout(limit, work).await else { panic!("not within {limit:?}: {what}") };
    done
}
