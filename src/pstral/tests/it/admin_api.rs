//! The description of the API: what `docs/api.md` shows, and what a program that tries everything finds of it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use pstral::admin::openapi;
use pstral_pypackages::Package;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::admin::{Page, With, with_passwords};
use crate::world::run_test;

const SCHEMATHESIS: Package = Package {
    name: "schemathesis",
    version: "4.32.5",
    beside: &[],
    is_alone: false,
    folder: "schemathesis",
    variable: "PSTRAL_TEST_SCHEMATHESIS",
};

/// What must hold of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Requests that are made for each operation and role, at most.
const EXAMPLES: &str = "20";

#[test]
fn the_documentation_is_made_from_the_description() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let made = markdown(&serde_json::to_value(openapi()).unwrap());
    if std::env::var_os("PSTRAL_WRITE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == made, "docs/api.md is not up to date: run this test again with PSTRAL_WRITE_DOCS=1");
}

/// No request that the description allows, nor one that it does not, gets an answer that it does not describe.
#[test]
fn nothing_that_is_sent_breaks_the_api() {
    let python = match SCHEMATHESIS.python() {
        Ok(python) => python,
        Err(why) => return pstral_pypackages::skip("schemathesis", &why),
    };
    run_test(async |world| {
        with_passwords(world).await;
        let page = Page::of(world, None).await;
        let mut cases = 0;
        for username in ["camille", "sacha", "claire"] {
            let cookie = page.signed_in(username).await;
            let may = page.capabilities(&cookie).await;
            let token = page.token(&cookie, &may.iter().map(|one| one.word()).collect::<Vec<&str>>()).await;
            let mut run = Command::new(python.with_file_name("schemathesis"));
            // Where it leaves what it finds.
            run.current_dir(world.folder.path());
            run.args(["run", "--no-color", "--seed", "1", "--phases", "examples,coverage,fuzzing"]);
            run.args(["--max-examples", EXAMPLES, "--generation-database", "none"]);
            // They would end what the others are sent with.
            for ending in ["delete_session", "put_users_username_password"] {
                run.args(["--exclude-operation-id", ending]);
            }
            run.args(["--checks", CHECKS, "--header"]);
            run.arg(format!("Authorization: Bearer {token}"));
            run.arg(format!("http://{}/api/openapi.json", page.address()));
            let ended = tokio::task::spawn_blocking(move || run.output()).await.unwrap().unwrap();
            let said = String::from_utf8_lossy(&ended.stdout);
            assert!(ended.status.success(), "as {username}:\n{said}{}", String::from_utf8_lossy(&ended.stderr));
            let session = page.ask(Method::GET, "/api/v1/session", &With::Token(&token), None).await;
            assert_eq!(session.status(), StatusCode::OK, "the requests were made by somebody signed in");
            cases += generated(&said);
        }
        println!("schemathesis: {cases} cases");
        assert!(cases >= 2_000, "{cases} cases");
    });
}

/// The number of cases that a report tells: `1292 generated, 1292 passed`.
fn generated(said: &str) -> u64 {
    let count = said.lines().find_map(|line| line.trim().split_once(" generated,")).map(|(count, _)| count);
    count.and_then(|count| count.replace(',', "").parse().ok()).unwrap_or_else(|| panic!("no count: {said}"))
}

/// The description as a page of the documentation.
fn markdown(api: &Value) -> String {
    let mut page = String::from(
        "# The API of the admin endpoint\n\nMade from the description that the endpoint itself serves at \
         `/api/openapi.json` ([OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.0)).\n[admin.md](admin.md) says how to \
         sign in, and what every answer has in common.\n",
    );
    let mut tags: Vec<&str> = Vec::new();
    let operations = operations(api);
    for (_, _, operation) in &operations {
        let tag = operation["tags"][0].as_str().unwrap();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    for tag in tags {
        write!(page, "\n## {tag}\n").unwrap();
        for (method, path, operation) in operations.iter().filter(|(_, _, one)| one["tags"][0] == tag) {
            write!(page, "\n### `{} {path}`\n\n{}\n", method.to_uppercase(), said(operation)).unwrap();
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters {
                let (name, place) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
                let about = parameter["description"].as_str().map(|about| format!(": {about}")).unwrap_or_default();
                write!(page, "\n- `{name}` ({place}){about}").unwrap();
            }
            if operation["parameters"].is_array() {
                page.push('\n');
            }
            if let Some(name) = schema_of(&operation["requestBody"]["content"]["application/json"]) {
                write!(page, "\nBody:\n\n{}", fields(api, name)).unwrap();
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status == "default" {
                    continue;
                }
                let about = response["description"].as_str().filter(|about| !about.is_empty());
                let about = about.map(|about| format!(": {about}")).unwrap_or_default();
                writeln!(page, "\nAnswer {status}{about}").unwrap();
                if let Some(name) = schema_of(&response["content"]["application/json"]) {
                    write!(page, "\n{}", fields(api, name)).unwrap();
                }
            }
        }
    }
    page
}

fn operations(api: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = api["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, all)| {
            all.as_object().unwrap().iter().map(move |(method, one)| (method.as_str(), path.as_str(), one))
        })
        .filter(|(method, ..)| *method != "parameters")
        .collect()
}

/// What the summary and the description of an operation say, as one text.
fn said(operation: &Value) -> String {
    let parts = [&operation["summary"], &operation["description"]];
    parts.into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n\n")
}

fn schema_of(content: &Value) -> Option<&str> {
    content["schema"]["$ref"].as_str()?.rsplit('/').next()
}

/// The members of a schema as a table, with those of the schemas it holds.
fn fields(api: &Value, name: &str) -> String {
    let mut table = String::from("| member | type | |\n|---|---|---|\n");
    rows(api, name, "", &mut table);
    table
}

fn rows(api: &Value, name: &str, before: &str, table: &mut String) {
    let schema = &api["components"]["schemas"][name];
    for (member, about) in schema["properties"].as_object().into_iter().flatten() {
        let said = about["description"].as_str().unwrap_or_default().replace('\n', " ");
        writeln!(table, "| `{before}{member}` | {} | {said} |", kind(about)).unwrap();
        let (inner, mark) = match (reference(about), reference(&about["items"])) {
            (Some(inner), _) => (inner, "."),
            (None, Some(inner)) => (inner, "[]."),
            (None, None) => continue,
        };
        rows(api, inner, &format!("{before}{member}{mark}"), table);
    }
}

fn reference(schema: &Value) -> Option<&str> {
    let one_of = schema["oneOf"].as_array().into_iter().flatten();
    let refs = one_of.chain([schema]).find_map(|one| one["$ref"].as_str());
    refs?.rsplit('/').next()
}

fn kind(schema: &Value) -> String {
    let word = |kind: &Value| kind.as_str().map(str::to_owned);
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(word).collect::<Vec<_>>().join(" or "),
        Value::String(kind) => match schema["format"].as_str() {
            Some("date-time") => "time (RFC 3339, UTC)".to_owned(),
            _ => kind.clone(),
        },
        _ if schema["oneOf"].is_array() => "object or null".to_owned(),
        _ => "object".to_owned(),
    }
}
