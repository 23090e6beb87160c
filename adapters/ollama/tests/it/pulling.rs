//! Models that are fetched, and fetches that fail.

use futures::StreamExt as _;
use pstral_core::ports::{LanguageModel as _, ModelError, PullProgress};
use pstral_ollama::testkit::{Answer, Ending};
use serde_json::json;

use crate::bench::{self, Bench, MODEL, within};

const LINES: [&str; 6] = [
    r#"{"status":"pulling manifest"}"#,
    r#"{"status":"pulling 4a188102020e","digest":"sha256:4a188102020e","total":1929912432}"#,
    r#"{"status":"pulling 4a188102020e","digest":"sha256:4a188102020e","total":1929912432,"completed":964956216}"#,
    r#"{"status":"verifying sha256 digest"}"#,
    r#"{"status":"writing manifest"}"#,
    r#"{"status":"success"}"#,
];

#[expect(clippy::unnecessary_wraps, reason = "it stands beside errors")]
fn step(said: &str, bytes: Option<(u64, u64)>) -> Result<PullProgress, ModelError> {
    Ok(PullProgress::Step { said: said.to_owned(), bytes })
}

/// All that a fetch says when the server sends these lines.
async fn pulled(bench: &Bench, lines: &[&str], ending: Ending) -> Vec<Result<PullProgress, ModelError>> {
    let lines: Vec<Vec<u8>> = lines.iter().map(|line| format!("{line}\n").into_bytes()).collect();
    let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    bench.server.answer(Answer::bytes(&lines).ends(ending));
    match bench.model.pull("smollm2:135m").await {
        Ok(stream) => stream.collect().await,
        Err(error) => vec![Err(error)],
    }
}

#[tokio::test]
async fn a_model_is_fetched_step_by_step() {
    let bench = bench::fresh().await;
    let said = pulled(&bench, &LINES, Ending::CleanEndWithoutDone).await;
    let expected = [
        step("pulling manifest", None),
        step("pulling 4a188102020e", Some((0, 1_929_912_432))),
        step("pulling 4a188102020e", Some((964_956_216, 1_929_912_432))),
        step("verifying sha256 digest", None),
        step("writing manifest", None),
        Ok(PullProgress::Done),
    ];
    assert_eq!(said, expected);
    let request = &bench.server.requests()[0];
    assert_eq!((request.path.as_str(), &request.body), ("/api/pull", &json!({ "model": "smollm2:135m" })));
}

#[tokio::test]
async fn a_fetch_that_fails_says_why() {
    let bench = bench::fresh().await;
    let unknown = r#"{"error":"pull model manifest: file does not exist"}"#;
    for (lines, ending, expected) in [
        (&LINES[..3], Ending::CutConnection, ModelError::Interrupted),
        (&LINES[..3], Ending::CleanEndWithoutDone, ModelError::Interrupted),
        (
            &[LINES[0], unknown],
            Ending::CleanEndWithoutDone,
            ModelError::Failed("pull model manifest: file does not exist".to_owned()),
        ),
    ] {
        let said = pulled(&bench, lines, ending).await;
        assert_eq!(said.last(), Some(&Err(expected)), "{said:?}");
    }
    bench.server.answer(Answer::status(403, ""));
    assert_eq!(bench.model.pull(MODEL).await.err(), Some(ModelError::Forbidden));
}

#[tokio::test]
async fn whoever_no_longer_wants_it_stops_the_fetch() {
    let bench = bench::fresh().await;
    bench.server.answer(Answer::bytes(&[format!("{}\n", LINES[0]).as_bytes()]).ends(Ending::Hang));
    let mut stream = bench.model.pull(MODEL).await.unwrap();
    assert!(stream.next().await.is_some());
    drop(stream);
    let gone = bench.server.wait_for(|requests| requests[0].closed_early);
    within(std::time::Duration::from_secs(5), gone).await;
}
