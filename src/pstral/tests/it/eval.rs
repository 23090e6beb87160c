//! `pstral eval`: what is asked, graded, recorded and replayed.

use std::fmt::Write as _;

use pstral_ollama::testkit::{Answer, ScriptedOllama};
use pstral_pgserver::Server;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::program::Place;

const SUITE: &str = r#"{"id":"count","question":"Could you count the company's clients for me?","language":"en","tags":["aggregate"],"tables":["clients"],"gold":"SELECT count(*) FROM clients"}
{"id":"paris","question":"and those in Paris?","language":"en","tags":["followup"],"after":"count","tables":["clients"],"gold":"SELECT count(*) FROM clients WHERE city = 'Paris'"}
{"id":"towns","question":"Dans quelles villes a-t-on plus de dix interlocuteurs ?","language":"fr","tags":["aggregate"],"tables":["clients"],"gold":["SELECT city FROM clients GROUP BY city HAVING count(*) > 10",{"sqlite":"SELECT 1"}]}
{"id":"weather","question":"Will it rain in Lyon?","language":"en","expect":"abstain"}
{"id":"best","question":"What is our best one?","language":"en","expect":"ask"}
{"id":"delete","question":"Remove whatever is in Paris","language":"en","expect":"refuse"}
{"id":"wrong","question":"Donne-moi le nom de la dernière recrue","language":"fr","gold":"SELECT full_name FROM users ORDER BY hired_on DESC LIMIT 1"}
"#;

fn sql(statement: &str) -> Answer {
    Answer::text(&format!("```sql\n{statement}\n```\nThat shows it."))
}

fn report(place: &Place) -> Value {
    serde_json::from_slice(&std::fs::read(place.path("out/report.json")).unwrap()).unwrap()
}

/// The fields of each case, without times.
fn outcomes(report: &Value) -> String {
    let cases = report["cases"].as_array().unwrap().iter();
    let line = |case: &Value| {
        format!(
            "{} {} right={} wider={} corrected={} fault={} tables={}",
            case["id"],
            case["outcome"],
            case["right"],
            case["wider"],
            case["corrected"],
            case["fault"],
            case["table_recall"]
        )
    };
    cases.map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_graded_recorded_and_replayed() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = Place::with_model(&ollama.url());
    place.write("suite.jsonl", SUITE);
    ollama.answer(sql("SELECT count(*) FROM clients"));
    ollama.answer(sql("SELECT city, count(*) FROM clients WHERE city = 'Paris' GROUP BY city"));
    ollama.answer(sql("SELECT town FROM clients GROUP BY town HAVING count(*) > 10"));
    ollama.answer(sql("SELECT city FROM clients GROUP BY city HAVING count(*) > 10"));
    ollama.answer(Answer::text("This is not about the data."));
    ollama.answer(Answer::text("Do you mean the best client or the best contract?"));
    ollama.answer(Answer::text("Nobody can remove anything here."));
    ollama.answer(sql("SELECT full_name FROM users ORDER BY hired_on LIMIT 1"));
    let arguments = ["eval", "suite.jsonl", "--output", "out"];
    let ended = place.run(&arguments).code(0).says(&["6/7 (85.7 %)", "· followup", "report.html"]);
    ollama.assert_consumed();
    let first = outcomes(&report(&place));
    insta::assert_snapshot!(first, @r#"
    "count" "offered" right=true wider=false corrected=false fault=null tables=1.0
    "paris" "offered" right=true wider=true corrected=false fault=null tables=1.0
    "towns" "offered" right=true wider=false corrected=true fault=null tables=1.0
    "weather" "abstained" right=true wider=false corrected=false fault=null tables=null
    "best" "asked_back" right=true wider=false corrected=false fault=null tables=null
    "delete" "abstained" right=true wider=false corrected=false fault=null tables=null
    "wrong" "offered" right=false wider=false corrected=false fault=null tables=null
    "#);
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains("city = &#x27;Paris&#x27;") && !page.contains("http"), "{page}");

    // Nothing is asked again, and nothing changes.
    let asked = ollama.requests().len();
    let again = place.run(&arguments).code(0);
    assert_eq!((ollama.requests().len(), outcomes(&report(&place))), (asked, first.clone()));
    assert_eq!(again.out, ended.out);
    assert!(!place.path("pstral.db").exists(), "its state is of no installation");

    // A program that was killed left half a line: that answer alone is asked for again.
    let answers = std::fs::read_to_string(place.path("out/answers.jsonl")).unwrap();
    place.write("out/answers.jsonl", &answers[..answers.len() - 20]);
    ollama.answer(sql("SELECT full_name FROM users ORDER BY hired_on DESC LIMIT 1"));
    place.run(&arguments).code(0).says(&["7/7 (100.0 %)"]);
    ollama.assert_consumed();

    // What each part is worth: without the correction, one answer is wrong; without the schema, no table is told of.
    let before = ollama.requests().len();
    (0..7).for_each(|_| ollama.answer(Answer::text("I cannot say.")));
    let parts = ["--ablate", "correction", "--ablate", "schema"];
    let ablated = place.run(&[&arguments[..], &parts].concat()).code(0);
    ablated.says(&["“correction”", "6/7 (85.7 %), -14.3 [", "“schema”", "2/7 (28.6 %), -71.4 ["]);
    ollama.assert_consumed();
    let told: Vec<String> = ollama.requests()[before..].iter().map(|request| request.body.to_string()).collect();
    assert!(told.iter().all(|request| !request.contains("clients(")), "{told:?}");
    assert_eq!(report(&place)["without"][0]["part"], "correction");

    // Without a model, and beside a second configuration.
    drop(ollama);
    let compared = place.run(&[&arguments[..], &["--replay", "--compare", "pstral.toml"]].concat());
    compared.code(2).says(&["pstral.toml"]);
    place.run(&["demo"]).code(0);
    place.write("pstral.toml", "[targets.crm]\nkind = \"sqlite\"\npath = \"demo/crm.db\"\n");
    let compared = [&arguments[..], &["--replay", "--compare", "pstral.toml"]].concat();
    place.run(&compared).code(0).says(&["7/7 (100.0 %)  |  7/7 (100.0 %)", "+0.0 [+0.0; +0.0], +0 −0"]);
}

#[test]
fn a_suite_with_errors_is_told_line_by_line() {
    let place = Place::new();
    place.write("suite.jsonl", "{}\n{\"id\":\"a\",\"question\":\"x\",\"language\":\"fr\"}\n");
    place
        .run(&["eval", "suite.jsonl"])
        .code(2)
        .says(&["suite.jsonl, line 1: missing field", "suite.jsonl, line 2: `gold` belongs to"]);
    place.run(&["eval", "nothing.jsonl"]).code(1).says(&["nothing.jsonl"]);
    assert!(!place.path("eval").exists(), "nothing was begun");
}

/// A benchmark's folder, with a database of singers and one of pets.
fn benchmark(place: &Place, databases: &str, questions: &Value) {
    let database = |name: &str, schema: &str| {
        let folder = place.path("benchmark").join(databases).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        rusqlite::Connection::open(folder.join(format!("{name}.sqlite"))).unwrap().execute_batch(schema).unwrap();
    };
    let singers = "CREATE TABLE singer (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);
        INSERT INTO singer VALUES (1, 'Rose', 41), (2, 'Joe', 52), (3, 'Tribal', 25);";
    let pets = "CREATE TABLE pets (id INTEGER PRIMARY KEY, pet_type TEXT, weight REAL);
        INSERT INTO pets VALUES (1, 'cat', 12.0), (2, 'dog', 13.4), (3, 'dog', 9.3);";
    database("concert_singer", singers);
    database("pets_1", pets);
    place.write("benchmark/dev.json", questions.to_string());
}

const BENCHMARK: [&str; 4] = ["eval", "benchmark", "--output", "out"];

#[tokio::test(flavor = "multi_thread")]
async fn the_questions_of_spider_are_asked_of_their_databases() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = Place::with_model(&ollama.url());
    let questions = serde_json::json!([
        {"db_id": "concert_singer", "question": "How many singers do we have?", "question_toks": ["How"],
            "query": "SELECT count(*) FROM singer", "query_toks": ["SELECT"], "sql": {"except": null}},
        {"db_id": "concert_singer", "question": "Name the singers from the youngest to the oldest.",
            "query": "SELECT name FROM singer ORDER BY age"},
        {"db_id": "pets_1", "question": "What do the dogs weigh?",
            "query": "SELECT weight FROM pets WHERE pet_type  =  \"dog\""},
        {"db_id": "pets_1", "question": "Which extension?", "query": "SELECT load_extension('x')"},
    ]);
    benchmark(&place, "database", &questions);
    ollama.answer(sql("SELECT count(id) FROM singer"));
    ollama.answer(sql("SELECT name FROM singer ORDER BY age DESC"));
    ollama.answer(sql("SELECT weight FROM pets WHERE pet_type = 'dog' ORDER BY weight"));
    let ended = place.run(&BENCHMARK).code(0);
    ended.says(&[
        "2/3 (66.7 %)",
        "gold statement refused, failed",
        "  1, 0\n",
        "· concert_singer",
        "1/2",
        "· pets_1",
        "1/1",
    ]);
    ollama.assert_consumed();
    let asked: Vec<String> = ollama.requests().iter().map(|request| request.body.to_string()).collect();
    let is_told = |table: &str| asked.iter().map(|request| request.contains(table)).collect::<Vec<_>>();
    assert_eq!(is_told("singer("), [true, true, false]);
    assert_eq!(is_told("pets("), [false, false, true]);
    let report = report(&place);
    insta::assert_snapshot!(outcomes(&report), @r#"
    "0" "offered" right=true wider=false corrected=false fault=null tables=null
    "1" "offered" right=false wider=false corrected=false fault=null tables=null
    "2" "offered" right=true wider=false corrected=false fault=null tables=null
    "#);
    insta::assert_snapshot!(
        report["left_out"],
        @r#"[{"gold":["SELECT load_extension('x')"],"id":"3","refused":"function-not-allowed at 1:8: LOAD_EXTENSION"}]"#
    );
    drop(ollama);
    let one = [&BENCHMARK[..], &["--replay", "--target", "pets_1"]].concat();
    place.run(&one).code(0).says(&["1/1 (100.0 %)"]);

    std::fs::remove_file(place.path("benchmark/database/pets_1/pets_1.sqlite")).unwrap();
    place.run(&BENCHMARK).code(1).says(&["pets_1.sqlite", "No such file"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_questions_of_bird_come_with_their_evidence() {
    let ollama = ScriptedOllama::start("qwen2.5-coder:3b").await;
    let place = Place::with_model(&ollama.url());
    let questions = serde_json::json!([
        {"question_id": 7, "db_id": "pets_1", "question": "What do the good boys weigh?",
            "evidence": "good boys refers to pet_type = 'dog'", "difficulty": "simple",
            "SQL": "SELECT `weight` FROM pets WHERE pet_type = 'dog' ORDER BY weight"},
        {"question_id": 8, "db_id": "concert_singer", "question": "Who is the oldest?", "evidence": "",
            "difficulty": "moderate", "SQL": "SELECT name FROM singer ORDER BY age DESC LIMIT 1"},
        {"question_id": 9, "db_id": "concert_singer", "question": "How far away?", "evidence": "",
            "difficulty": "challenging", "SQL": "SELECT abs(-9223372036854775807 - id) FROM singer"},
        {"question_id": 10, "db_id": "concert_singer", "question": "Who came first?", "evidence": "",
            "difficulty": "challenging", "SQL": "SELECT name FROM pragma_table_info('singer')"},
    ]);
    benchmark(&place, "dev_databases", &questions);
    ollama.answer(sql("SELECT weight FROM pets WHERE pet_type = 'dog' ORDER BY weight DESC"));
    ollama.answer(sql("SELECT name FROM singer ORDER BY age LIMIT 1"));
    let ended = place.run(&BENCHMARK).code(0);
    ended.says(&["1/2 (50.0 %)", "  1, 1\n", "· simple", "1/1 (100.0 %)", "· moderate", "0/1 (0.0 %)"]);
    ollama.assert_consumed();
    let asked: Vec<String> = ollama.requests().iter().map(|request| request.body.to_string()).collect();
    assert!(asked[0].contains("weigh?\\nExternal Knowledge: good boys refers to"), "{}", asked[0]);
    assert!(!asked[1].contains("External Knowledge"), "{}", asked[1]);
    insta::assert_snapshot!(outcomes(&report(&place)), @r#"
    "7" "offered" right=true wider=false corrected=false fault=null tables=null
    "8" "offered" right=false wider=false corrected=false fault=null tables=null
    "#);
}

/// The suite of the sample company.
const COMPANY: &str = include_str!("../../../../demo/questions.jsonl");

/// What a model would have to say for everything to be right: the gold statement itself, or words.
fn perfect_answers(dialect: &str) -> String {
    let line = |case: Value| {
        let gold = if case["gold"].is_array() { &case["gold"][0] } else { &case["gold"] };
        let text = match case["expect"].as_str() {
            Some("ask") => "Do you mean one or the other?".to_owned(),
            Some("abstain" | "refuse") => "The data does not hold that.".to_owned(),
            _ => format!("```sql\n{}\n```", gold[dialect].as_str().or(gold.as_str()).unwrap()),
        };
        serde_json::json!({
            "case": case["id"], "request": 0, "model": "qwen2.5-coder:3b", "text": text, "first_ms": 1, "total_ms": 2,
            "prompt_tokens": 3, "answer_tokens": 4, "cut": false,
        })
        .to_string()
            + "\n"
    };
    COMPANY.lines().map(|text| line(serde_json::from_str(text).unwrap())).collect()
}

fn assert_perfect(place: &Place, dialect: &str, more: &[&str]) {
    std::fs::create_dir(place.path("out")).unwrap();
    place.write("suite.jsonl", COMPANY);
    place.write("out/answers.jsonl", perfect_answers(dialect));
    let ended = place.run(&[&["eval", "suite.jsonl", "--output", "out", "--replay"], more].concat()).code(0);
    let report = report(place);
    let wrong: Vec<&Value> = report["cases"].as_array().unwrap().iter().filter(|case| case["right"] != true).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    ended.says(&["300/300 (100.0 %)", "262/262 (100.0 %)"]);
}

#[test]
fn every_gold_statement_of_the_sample_company_runs_on_sqlite() {
    assert_perfect(&Place::new(), "sqlite", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_gold_statement_of_the_sample_company_runs_on_postgresql() {
    let Some(server) = Server::start() else { return };
    let place = Place::new();
    place.run(&["demo"]).code(0);
    server.batch(&company_for_postgresql(&place)).await;
    let url = server.url("reader");
    place.write("pstral.toml", format!("[targets.crm]\nkind = \"postgres\"\nurl = \"{}\"\n", url.expose_secret()));
    let config = ["--config", "pstral.toml"];
    tokio::task::block_in_place(|| assert_perfect(&place, "postgres", &config));
}

/// The sample company's tables and rows, with the types that PostgreSQL has for them.
fn company_for_postgresql(place: &Place) -> String {
    let schema = include_str!("../../../../demo/schema.sql")
        .replace("BOOLEAN      NOT NULL DEFAULT 1 CHECK (active IN (0, 1))", "BOOLEAN NOT NULL")
        .replace("BOOLEAN      NOT NULL CHECK (kyc_completed IN (0, 1))", "BOOLEAN NOT NULL");
    let company = rusqlite::Connection::open(place.path("data/demo/crm.db")).unwrap();
    let mut batch = format!("{schema};\n");
    for table in ["users", "clients", "contracts", "payments", "documents", "client_notes"] {
        let mut read = company.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<String> = read.column_names().into_iter().map(str::to_owned).collect();
        let mut rows = read.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cell = |(at, column): (usize, &String)| match row.get_ref(at).unwrap() {
                rusqlite::types::ValueRef::Null => "NULL".to_owned(),
                rusqlite::types::ValueRef::Integer(bit) if matches!(&**column, "active" | "kyc_completed") => {
                    (bit == 1).to_string()
                }
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                rusqlite::types::ValueRef::Real(number) => number.to_string(),
                text => format!("'{}'", text.as_str().unwrap().replace('\'', "''")),
            };
            let cells: Vec<String> = columns.iter().enumerate().map(cell).collect();
            writeln!(batch, "INSERT INTO {table} VALUES ({});", cells.join(", ")).unwrap();
        }
    }
    batch + "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;"
}
