//! The guard on sample files found through `PSTRAL_GUARD_SAMPLES`: a folder with `hostile.jsonl`,
//! `llm_style_oracle.jsonl` and a `catalog_<dialect>.json` for each dialect.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pstral_core::domain::{Catalog, Locale};
use pstral_core::guard::{Guard, Policy, Verdict};
use serde_json::Value;

#[test]
fn hostile_statements_end_as_expected() {
    let Some(samples) = samples() else { return };
    let mut wrong = Vec::new();
    for (id, sql, expected, verdict) in verdicts(&samples, "hostile.jsonl") {
        let right = match (expected.as_str(), &verdict) {
            ("deny" | "deny-or-limited", Verdict::Deny(_)) | ("allow", Verdict::Allow(_)) => true,
            ("allow-without-hint", Verdict::Allow(approved)) => !approved.text().contains("/*"),
            _ => false,
        };
        if !right {
            wrong.push(format!("{id}: {expected} expected\n  {sql}\n  {verdict:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn everyday_statements_end_as_expected() {
    let Some(samples) = samples() else { return };
    let mut wrong = Vec::new();
    for (id, sql, expected, verdict) in verdicts(&samples, "llm_style_oracle.jsonl") {
        match (expected.as_str(), &verdict) {
            ("allow", Verdict::Allow(_)) | ("deny", Verdict::Deny(_)) => {}
            ("deny", Verdict::Allow(_)) => panic!("{id} must be denied: {sql}"),
            _ => wrong.push(format!("{id}: {sql}\n  {}", words(&verdict))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("PSTRAL_GUARD_SAMPLES").map(PathBuf::from);
    if folder.is_none() {
        let required = std::env::var("PSTRAL_TEST_REQUIRE").is_ok_and(|required| required == "all");
        assert!(!required, "PSTRAL_GUARD_SAMPLES is not set and PSTRAL_TEST_REQUIRE is `all`");
        println!("skipped: PSTRAL_GUARD_SAMPLES does not name a folder of sample statements");
    }
    folder
}

/// Each statement of a file with its id, what is expected, and the verdict under its dialect's catalog.
fn verdicts(folder: &Path, file: &str) -> Vec<(String, String, String, Verdict)> {
    let mut guards: BTreeMap<String, Guard> = BTreeMap::new();
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| {
        let member = |name: &str| row[name].as_str().unwrap().to_owned();
        let dialect = member("dialect");
        let guard = guards.entry(dialect.clone()).or_insert_with(|| {
            let catalog = std::fs::read_to_string(folder.join(format!("catalog_{dialect}.json"))).unwrap();
            Guard::new(&serde_json::from_str::<Catalog>(&catalog).unwrap(), &Policy::default())
        });
        let sql = member("sql");
        let verdict = guard.check(&sql);
        (member("id"), sql, member("expect"), verdict)
    })
    .collect()
}

fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Allow(approved) => approved.text().to_owned(),
        Verdict::Deny(refusal) => format!("{}: {}", refusal.rule.id(), refusal.text().render(Locale::En)),
    }
}
