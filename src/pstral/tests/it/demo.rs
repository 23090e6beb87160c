//! `pstral demo` and its tour.

use std::path::Path;

use pstral_ollama::testkit::ScriptedOllama;

use crate::program::{Place, feed};

const QUESTION: &str = "Liste les clients de Paris\n/execute\n";

#[test]
fn a_question_gets_its_verified_statement_its_table_and_its_files() {
    let place = Place::new();
    let ended = place.run_with(&["demo", "--data", "here", "--locale", "fr"], QUESTION).code(0).says(&[
        "Aucun modèle n’est joignable",
        "c.city = :city",
        "✅ Requête vérifiée par Claire Fontaine",
        "company_name",
        "75009",
        "lignes. Temps",
    ]);
    let files: Vec<&str> = ended.out.lines().filter_map(|line| line.strip_prefix("→ ")?.split(" (").next()).collect();
    assert_eq!(files.len(), 2, "{}", ended.out);
    for (file, ending) in files.into_iter().zip(["csv", "xlsx"]) {
        let path = Path::new(file);
        assert!(path.is_absolute() && path.extension().is_some_and(|found| found == ending), "{file}");
        assert!(std::fs::metadata(path).unwrap().len() > 1000, "{file}");
    }
    assert!(!ended.err.contains('\u{1b}'), "no colours in a pipe: {}", ended.err);
}

#[test]
fn the_tour_shows_its_six_parts_in_either_language() {
    for (language, titles) in [
        (
            "",
            [
                "━━ Une question en français, et son tableau",
                "━━ Une question en anglais, et son tableau",
                "━━ Une requête refusée",
                "━━ Une question à laquelle les données ne répondent pas",
                "━━ Le journal d’audit, vu par un administrateur",
                "━━ Le journal d’audit est vérifié",
            ],
        ),
        (
            "en_US.UTF-8",
            [
                "━━ A question in French, and its table",
                "━━ A question in English, and its table",
                "━━ A refused statement",
                "━━ A question the data does not answer",
                "━━ The audit log, as an administrator sees it",
                "━━ The audit log is verified",
            ],
        ),
    ] {
        let place = Place::new();
        let mut command = place.pstral(&["demo", "--tour"]);
        command.env("LANG", language);
        let ended = crate::program::feed(command, b"").code(0).says(&titles);
        let places: Vec<usize> = titles.iter().map(|title| ended.out.find(title).unwrap()).collect();
        assert!(places.is_sorted(), "{}", ended.out);
        let files = ended.out.lines().filter(|line| line.contains(".csv (") && !line.contains("/audit-"));
        assert_eq!(files.count(), 2, "each of the two questions has its files: {}", ended.out);
        assert!(!ended.out.contains("eyJ") && !ended.out.contains("access_token │"), "no token is shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_greeting_says_what_is_the_matter_with_the_model() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = Place::with_model(&ollama.url());
    place.run(&["demo"]).code(0).says(&["Model: ", "qwen2.5-coder:3b"]);
    let embeddings = ("nomic-embed-text:latest", 300_000_000);
    ollama.install(&[("another:1b", 1), ("another:3b", 1), embeddings]);
    place.run(&["demo"]).code(0).says(&["Model: ", "another:3b"]);
    let mut chosen = place.pstral(&["demo"]);
    chosen.env("PSTRAL__MODEL__NAME", "another:1b");
    feed(chosen, b"").code(0).says(&["Model: ", "another:1b"]);
    ollama.install(&[embeddings]);
    place.run(&["demo"]).code(0).says(&[
        "Model: the server answers, but model qwen2.5-coder:3b is not installed.\nUntil then I answer ",
        " verified questions; /verified lists them.\nRun: ",
        &format!("{} model pull qwen2.5-coder:3b\n", env!("CARGO_BIN_EXE_pstral")),
    ]);
}

#[test]
fn without_a_model_nobody_is_sent_to_an_administrator() {
    let place = Place::new();
    let ended = place.run_with(&["demo"], "What will the weather be tomorrow?\n").code(0).says(&[
        "This demo runs without a language model",
        "the first screen says how to get one",
        " verified questions (/verified lists them), such as these. Reply with a number:",
    ]);
    assert!(!ended.out.contains("administrator") && !ended.out.contains("few minutes"), "{}", ended.out);
}

#[test]
fn without_a_language_of_the_system_the_one_of_the_first_words_is_spoken() {
    for (locale, first, expected) in [
        ("C", "Who are the top 5 clients by revenue?", "Query verified by Claire Fontaine"),
        ("", "List the clients in Paris", "Query verified by Claire Fontaine"),
        ("C", "/whoami\nListe les clients de Paris", "Requête vérifiée par Claire Fontaine"),
        ("POSIX", "help\n", "This demo runs without a language model"),
    ] {
        let place = Place::new();
        let mut command = place.pstral(&["demo"]);
        command.env("LANG", locale);
        let ended = crate::program::feed(command, format!("{first}\n").as_bytes()).code(0);
        let ended = ended.says(&["English: just write in English, or type /language en", expected]);
        assert!(!ended.out.contains("expired"), "{}", ended.out);
    }
    let ended = Place::new().run_with(&["demo"], "Liste les clients de Paris\n").code(0).says(&["Query verified by"]);
    assert!(!ended.out.contains("Language: English"), "the system names one: {}", ended.out);
}

#[test]
fn a_misspelt_command_is_told_the_right_one() {
    let place = Place::new();
    let input = "/execut\n/hlep\nWhat will the weather be tomorrow?\n1\n";
    let ended = place.run_with(&["demo"], input).code(0);
    ended.says(&[
        "I do not know the command “execut”. Did you mean /execute?",
        "Did you mean /help?",
        "Reply with a number:\n1. ",
    ]);
}

#[test]
fn strange_lines_get_an_answer_and_the_program_goes_on() {
    let place = Place::new();
    let mut input = b"   \n\xff\xfe\x00\n".to_vec();
    input.extend("é".repeat(100_000).bytes());
    input.extend(b"\n/nothing\n/execute\n/edit DROP TABLE clients\n/whoami\n");
    place.run_with(&["demo"], input).code(0).says(&[
        "unreadable characters",
        "Your question is too long",
        "I do not know the command “nothing”",
        "There is no statement to run here yet",
        "Only SELECT statements may run",
        "You are Alex Taylor",
    ]);
}

#[test]
fn a_reader_who_leaves_is_no_failure() {
    let place = Place::new();
    for words in ["demo --tour", "audit export", "audit tail -n 50", "demo"] {
        let mut shell = place.command("bash");
        let program = env!("CARGO_BIN_EXE_pstral");
        shell.args(["-c", &format!("'{program}' {words} < /dev/null | head -1; exit ${{PIPESTATUS[0]}}")]);
        let ended = crate::program::feed(shell, b"").code(0).says(&[]);
        assert_eq!(ended.out.lines().count(), 1, "{ended:#?}");
    }
}

#[test]
fn a_data_folder_that_cannot_be_made_is_told() {
    let place = Place::new();
    place.write("taken", "a file");
    for folder in ["taken", "taken/inside"] {
        place.run(&["demo", "--data", folder]).code(1).says(&["The data folder", "--data FOLDER"]);
        place.run(&["user", "add", "zoe", "--data", folder]).code(1).says(&["Failed: state", "--data FOLDER"]);
        place.run(&["user", "list", "--data", folder]).code(1).says(&["There is no state database", "--data"]);
    }
}

#[cfg(unix)]
#[test]
fn an_input_that_cannot_be_read_ends_it_with_a_sentence() {
    let place = Place::new();
    let mut command = place.pstral(&["demo"]);
    command.stdin(std::fs::File::open(place.path(".")).unwrap());
    let ended = crate::program::Ended::from(command.output().unwrap());
    ended.code(1).says(&[
        "Failed: platform terminal: failing: refused: the input cannot be read",
        "what standard input is connected to",
    ]);
    place.run(&["audit", "tail", "-n", "2"]).code(0).says(&["stopped ok"]);
}

#[test]
fn a_data_folder_is_the_one_that_was_named() {
    let place = Place::new();
    for folder in ["50%25", "why?", "été #1"] {
        place.run_with(&["demo", "--data", folder], "/whoami\n").code(0);
        assert!(place.path(folder).join("pstral.db").exists(), "{folder}");
        place.run(&["audit", "verify", "--data", folder]).code(0).says(&["The log is intact"]);
    }
    assert_eq!(std::fs::read_dir(place.path(".")).unwrap().count(), 3, "nothing is elsewhere");
}
