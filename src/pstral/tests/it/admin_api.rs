//! The description of the API: what `docs/api.md` shows, and what a program that tries everything finds of it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use pstral::admin::openapi;
use pstral::admin::reference::{Member, Operation, Parameter, chapters};
use pstral_pypackages::Package;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::admin::{Page, With, with_passwords};
use crate::world::{Setup, run_test_with};

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
const EXAMPLES: &str = "6";

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
    // Thousands of requests take their time on a busy machine.
    let setup = Setup { patience: Duration::from_mins(10), ..Setup::default() };
    run_test_with(setup, async |world| {
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
         `/api/openapi.json` ([OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.0)), and\nshows as a page at `/api/`. \
         [admin.md](admin.md) says how to sign in, and what every answer has in common.\n",
    );
    for chapter in chapters(api) {
        write!(page, "\n## {}\n", chapter.tag).unwrap();
        for Operation { method, path, about, capability, parameters, body, answers } in chapter.operations {
            write!(page, "\n### `{method} {path}`\n\n{}\n", about.join("\n\n")).unwrap();
            if !capability.is_empty() {
                write!(page, "\nRequires `{capability}`.\n").unwrap();
            }
            for Parameter { name, place, about, required } in &parameters {
                let place = if *required { format!("{place}, required") } else { place.clone() };
                write!(page, "\n- `{name}` ({place}){}", after_colon(about)).unwrap();
            }
            if !parameters.is_empty() {
                page.push('\n');
            }
            if let Some(members) = body {
                write!(page, "\nBody:\n\n{}", table(&members, true)).unwrap();
            }
            for answer in answers {
                writeln!(page, "\nAnswer {}{}", answer.status, after_colon(&answer.about)).unwrap();
                if !answer.members.is_empty() {
                    write!(page, "\n{}", table(&answer.members, false)).unwrap();
                }
            }
        }
    }
    page
}

fn after_colon(about: &str) -> String {
    if about.is_empty() { String::new() } else { format!(": {about}") }
}

/// Members as rows; of what is sent, those that must be there are marked.
fn table(members: &[Member], is_sent: bool) -> String {
    let row = |Member { name, kind, about, required }: &Member| {
        let mark = if is_sent && *required { ", required" } else { "" };
        format!("| `{name}` | {kind}{mark} | {about} |\n")
    };
    let rows = members.iter().map(row);
    format!("| member | type | |\n|---|---|---|\n{}", rows.collect::<String>())
}
