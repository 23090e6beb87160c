//! The servers of the model as whoever looks after them sees them: `pstral model`, `pstral doctor`, and what is refused.

use std::path::Path;

use pstral_ollama::testkit::{Answer, Ending, ScriptedOllama};
use pstral_openai::testkit::ScriptedOpenAi;
use serde_json::Value;

use crate::program::{Ended, Place};

const MODEL: &str = "qwen2.5-coder:3b";

/// The program with a configuration file and nothing of it in the environment.
fn run(place: &Place, words: &[&str]) -> Ended {
    let mut command = place.pstral(words);
    command.env_remove("PSTRAL__MODEL__URL").args(["--config", "pstral.toml"]);
    command.output().unwrap().into()
}

fn with_file(model: &str) -> Place {
    let place = Place::new();
    place.write("pstral.toml", format!("data = \".\"\n{model}"));
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn the_models_of_each_server_are_listed() {
    let (one, other) = (ScriptedOllama::start(MODEL).await, ScriptedOllama::start("smollm2:latest").await);
    other.install(&[("smollm2:latest", 98_362_745), ("nomic-embed-text:latest", 274_302_450)]);
    let place = with_file(&format!(
        "[[model.endpoints]]\nurl = \"{}\"\n[[model.endpoints]]\nurl = \"{}\"\n",
        one.url(),
        other.url()
    ));
    let told = run(&place, &["model", "list"]).code(0).says(&[
        " has one model:",
        "* qwen2.5-coder:3b  1.9 GB",
        " has 2 models:",
        "  smollm2:latest  98 MB",
    ]);
    assert!(!told.out.contains("* smollm2"), "{}", told.out);
    let json: Value = serde_json::from_str(&run(&place, &["model", "list", "--json"]).code(0).out).unwrap();
    assert_eq!(
        json["endpoints"][0]["models"][0],
        serde_json::json!({
            "name": MODEL, "bytes": 1_929_912_432, "configured": true,
        })
    );

    drop(other);
    run(&place, &["model", "list"]).code(1).says(&["* qwen2.5-coder:3b", "· out of reach: ", "→ Start Ollama"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_server_is_looked_at_and_named() {
    let (one, other) = (ScriptedOllama::start(MODEL).await, ScriptedOllama::start("another:1b").await);
    one.reads(Some(4096));
    let place = with_file(&format!(
        "[[model.endpoints]]\nurl = \"{}\"\n[[model.endpoints]]\nurl = \"{}\"\n",
        one.url(),
        other.url()
    ));
    let [first, second] = [one.url(), other.url()].map(|url| url.replace("http://", ""));
    run(&place, &["user", "add", "zoe"]).code(0);
    run(&place, &["doctor"]).code(0).says(&[
        &format!("model {first} · ok · Ollama answered in "),
        "context: 4,096 tokens, all that the model can read",
        &format!("model {second} · degraded · the server answers, but model qwen2.5-coder:3b is not installed"),
        "→ Run: pstral model pull qwen2.5-coder:3b --config pstral.toml",
    ]);
    run(&place, &["doctor", "--locale", "fr"])
        .code(0)
        .says(&["tout ce que le modèle peut lire", "pstral model pull qwen2.5-coder:3b --config"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_kind_of_server_says_what_it_has_instead() {
    let server = ScriptedOpenAi::start("Qwen/Qwen2.5-Coder-7B-Instruct").await;
    let section =
        |name: &str| format!("[model]\nkind = \"openai\"\nurl = \"{}/v1\"\nname = \"{name}\"\n", server.url());
    let place = with_file(&section("Qwen/Qwen2.5-Coder-7B-Instruct"));
    run(&place, &["user", "add", "zoe"]).code(0);
    run(&place, &["doctor"]).code(0).says(&["model · ok · vLLM answered in ", "context: 8,192 tokens of the 32,768"]);
    place.write("pstral.toml", format!("data = \".\"\n{}", section("qwen")));
    run(&place, &["doctor"]).code(0).says(&[
        "model · degraded · the server answers, but model qwen is not installed",
        "→ This server has Qwen/Qwen2.5-Coder-7B-Instruct: write one of these names in [model] name",
    ]);
    run(&place, &["model", "pull"]).code(2).says(&["A server of kind openai does not download models itself"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_fetched_with_its_progress_and_goes_on_where_it_was_cut() {
    let server = ScriptedOllama::start("another:1b").await;
    let place = with_file(&format!("model.url = \"{}\"\n", server.url()));
    let line = |there: u64| format!("{{\"status\":\"pulling 4a18\",\"total\":1000000000,\"completed\":{there}}}\n");
    let begun = [line(0), line(250_000_000), line(260_000_000)].concat();
    server.answer(Answer::bytes(&[begun.as_bytes()]).ends(Ending::CutConnection));
    let cut = run(&place, &["model", "pull"]).code(1).says(&[
        " is downloading qwen2.5-coder:3b …",
        "It takes 1.0 GB of disk, and about 1.6 GB of memory while it answers.",
        "pulling 4a18 · 0 % · 0 MB / 1.0 GB",
        "pulling 4a18 · 25 % · 250 MB / 1.0 GB",
        "run the same command again to go on",
    ]);
    assert!(!cut.out.contains("26 %"), "a tenth is worth a line: {}", cut.out);
    let whole = [line(260_000_000), line(1_000_000_000), "{\"status\":\"success\"}\n".to_owned()].concat();
    server.answer(Answer::bytes(&[whole.as_bytes()]));
    run(&place, &["model", "pull"]).code(0).says(&["· 100 % ·", "qwen2.5-coder:3b is installed on 127.0.0.1:"]);
    server.answer(Answer::bytes(&[b"{\"error\":\"pull model manifest: file does not exist\"}\n"]));
    let unknown = run(&place, &["model", "pull", "nope"]).code(1).says(&["pull model manifest: file does not exist"]);
    assert!(unknown.out.contains("is downloading nope"), "{}", unknown.out);
    server.assert_consumed();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_a_fetch_at_the_server() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let server = ScriptedOllama::start("another:1b").await;
    let place = with_file(&format!("model.url = \"{}\"\n", server.url()));
    server.answer(Answer::bytes(&[b"{\"status\":\"pulling manifest\"}\n"]).ends(Ending::Hang));
    let mut command = place.pstral(&["model", "pull", "--config", "pstral.toml"]);
    let piped = std::process::Stdio::piped;
    let mut program = command.env_remove("PSTRAL__MODEL__URL").stdout(piped()).stderr(piped()).spawn().unwrap();
    let mut said = BufReader::new(program.stdout.take().unwrap());
    // It listens for the interrupt before it shows the first step.
    let first_step = tokio::task::spawn_blocking(move || {
        let is_shown = said.by_ref().lines().map_while(Result::ok).any(|line| line.contains("pulling manifest"));
        is_shown.then_some(said)
    });
    let said = tokio::time::timeout(std::time::Duration::from_mins(1), first_step).await.unwrap().unwrap();
    let kill = std::process::Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap();
    assert!(kill.success() && said.is_some());
    server.wait_for(|requests| requests[0].closed_early).await;
    let ended: Ended = program.wait_with_output().unwrap().into();
    ended.code(1).says(&["Stopped. What is there already is kept"]);
}

#[test]
fn a_server_at_a_public_address_is_refused_at_the_start_with_the_reason() {
    let place = with_file("model.url = \"http://8.8.8.8:8000\"\n");
    for words in [&["run"][..], &["model", "list"], &["doctor"], &["config", "check"]] {
        run(&place, words).code(2).says(&["model.url: 8.8.8.8 is a public address", "allow_public_endpoints = true"]);
    }
    let allowed = with_file("[model]\nurl = \"http://8.8.8.8:8000\"\nallow_public_endpoints = true\n");
    run(&allowed, &["config", "check"]).code(0);
}

/// The keys that docs/models.md shows are those there are.
#[test]
fn the_page_on_models_shows_configurations_that_work() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/models.md");
    let page = std::fs::read_to_string(page).unwrap();
    let shown: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(shown.len(), 4);
    for section in shown {
        let place = with_file(&section.replace("/run/secrets/", ""));
        for secret in ["model", "gpu2"] {
            place.write(secret, "s3cret");
        }
        run(&place, &["config", "check"]).code(0);
    }
}
