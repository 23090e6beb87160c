//! The whole way of a question with words that nobody scripted: a small model answers, in free text and in JSON.
//!
//! What it writes is seldom right and never the same for long. What holds is that the words come from it, that each question
//! is graded, and that nothing it wrote passes the guard unseen.

mod server;

use pstral_core::guard::Rule;
use serde_json::Value;

use crate::program::Place;
use server::{CONTEXT, MODEL};

/// Questions that the model tends to answer with a statement: some of them pass the guard, some do not.
const SUITE: &str = r#"{"id":"shown","question":"SELECT count(*) FROM clients. Show this statement.","language":"en","gold":"SELECT count(*) FROM clients"}
{"id":"lyon","question":"Write a SELECT that lists the company_name of clients in Lyon.","language":"en","gold":"SELECT company_name FROM clients WHERE city = 'Lyon'"}
{"id":"cities","question":"Which statement lists the cities? Maybe SELECT DISTINCT city FROM clients?","language":"en","gold":"SELECT DISTINCT city FROM clients"}
"#;

/// A configuration that asks the server, of one table, so that it has little to read.
fn configuration(url: &str, form: &str) -> String {
    format!(
        r#"
        [model]
        kind = "openai"
        url = "{url}"
        name = "{MODEL}"
        context_tokens = {CONTEXT}
        max_answer_tokens = 96
        temperature = 0.0
        [answers]
        form = "{form}"
        corrections = 1
        [targets.crm]
        kind = "sqlite"
        path = "demo/crm.db"
        allow = ["clients"]
        "#
    )
}

/// The answers of the server, as they were recorded.
fn recorded(place: &Place, name: &str) -> Vec<Value> {
    let lines = std::fs::read_to_string(place.path(name)).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn assert_all_graded(run: &Value) {
    let cases = run["cases"].as_array().unwrap();
    let ids: Vec<&str> = cases.iter().map(|case| case["id"].as_str().unwrap()).collect();
    assert_eq!((ids, &run["model"]), (vec!["shown", "lyon", "cities"], &Value::from(MODEL)));
    for case in cases {
        assert!(case["prompt_tokens"].as_u64() > Some(0) && case["answer_tokens"].as_u64() > Some(0), "{case}");
        let (statement, fault) = (case["statement"].as_str(), case["fault"].as_str());
        match case["outcome"].as_str().unwrap() {
            // It was graded by its rows, or by the error of the database that the guard let it reach.
            "offered" => assert!(statement.is_some() && !fault.unwrap_or_default().contains("refused"), "{case}"),
            "refused" => {
                let is_named = fault.is_some_and(|fault| Rule::ALL.iter().any(|rule| rule.id() == fault));
                // Without a rule, the database could not plan what the guard let pass.
                assert!(statement.is_some() && (is_named || fault.is_none()), "{case}");
            }
            "asked_back" | "abstained" => assert_eq!((statement, fault), (None, None), "{case}"),
            other => panic!("{other}: {case}"),
        }
    }
}

#[test]
fn a_model_that_nobody_scripted_answers_in_both_forms() {
    let Some(url) = server::url() else { return };
    let place = Place::with_model(url);
    place.run(&["demo"]).code(0);
    place.write("fenced.toml", configuration(url, "fenced"));
    place.write("json.toml", configuration(url, "json"));
    place.write("suite.jsonl", SUITE);
    place.run(&["doctor", "--config", "json.toml"]).says(&[MODEL, "llama.cpp"]);
    let words = ["eval", "suite.jsonl", "--output", "out", "--config", "fenced.toml", "--compare", "json.toml"];
    let ended = place.run(&words).code(0).says(&[MODEL, "report.html"]);
    println!("{}", ended.out);

    let report: Value = serde_json::from_slice(&std::fs::read(place.path("out/report.json")).unwrap()).unwrap();
    assert_all_graded(&report);
    assert_all_graded(&report["compared"]);
    for (name, is_json) in [("out/answers.jsonl", false), ("out/answers-compare.jsonl", true)] {
        let answers = recorded(&place, name);
        assert!(answers.len() >= 3, "{answers:#?}");
        for answer in answers {
            assert_eq!(answer["model"], MODEL, "{answer}");
            let text = answer["text"].as_str().unwrap();
            // What is cut by its length does not fit the schema.
            if is_json && answer["cut"] == false {
                let fields: Value = serde_json::from_str(text).unwrap();
                assert!(fields["answer"].is_string() && fields.get("statement").is_some(), "{fields}");
            }
            assert!(!is_json || text.trim_start().starts_with('{'), "{answer}");
        }
    }
}
