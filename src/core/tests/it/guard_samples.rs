//! The guard on sample files found through `PSTRAL_GUARD_SAMPLES`: a folder with `hostile.jsonl`,
//! `llm_style_oracle.jsonl` and a `catalog_<dialect>.json` for each dialect; and `hostile_2.jsonl` with catalogs
//! `catalog_2_<dialect>.json` under `policy_2.toml`.

#![expect(clippy::disallowed_methods, reason = "the samples are files that the environment names")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pstral_core::domain::{Catalog, Locale};
use pstral_core::guard::{Guard, Policy, Rules, Verdict};
use pstral_core::refusal::refusal_text;
use serde_json::Value;

#[test]
fn hostile_statements_end_as_expected() {
    let Some(samples) = samples() else { return };
    let mut wrong = Vec::new();
    let first = verdicts(&samples, "hostile.jsonl", "catalog", &Policy::default());
    let second = verdicts(&samples, "hostile_2.jsonl", "catalog_2", &second_policy(&samples));
    // The first set was written for a guard that refuses what only limits stop; the second leaves the choice.
    let limited = |(id, sql, expected, verdict): Row| (id, sql, expected.replace("deny-or-limited", "deny"), verdict);
    let left = second.into_iter().filter(|(_, _, expected, _)| expected == "deny");
    for (id, sql, expected, verdict) in first.into_iter().map(limited).chain(left) {
        let right = match (expected.as_str(), &verdict) {
            ("deny", Verdict::Deny(_)) | ("allow", Verdict::Allow(_)) => true,
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
    for (id, sql, expected, verdict) in verdicts(&samples, "llm_style_oracle.jsonl", "catalog", &Policy::default()) {
        // The set is older than the finding that COLLECT makes a type where it is not cast.
        let expected = if sql.contains("COLLECT(") { "deny" } else { expected.as_str() };
        match (expected, &verdict) {
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

/// The denials of the second set: `deny = [...]`, which is JSON behind the sign.
fn second_policy(folder: &Path) -> Policy {
    let text = std::fs::read_to_string(folder.join("policy_2.toml")).unwrap();
    let (_, list) = text.split_once('=').unwrap();
    Rules { allow: None, deny: serde_json::from_str(list).unwrap() }.into()
}

/// An id, a statement, what is expected and the verdict.
type Row = (String, String, String, Verdict);

/// The rows of a file under the catalogs of that name, one for each dialect.
fn verdicts(folder: &Path, file: &str, catalog: &str, policy: &Policy) -> Vec<Row> {
    let mut guards: BTreeMap<String, Guard> = BTreeMap::new();
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| {
        let member = |name: &str| row[name].as_str().unwrap().to_owned();
        let dialect = member("dialect");
        let guard = guards.entry(dialect.clone()).or_insert_with(|| {
            let text = std::fs::read_to_string(folder.join(format!("{catalog}_{dialect}.json"))).unwrap();
            Guard::new(&serde_json::from_str::<Catalog>(&text).unwrap(), policy)
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
        Verdict::Deny(refusal) => format!("{}: {}", refusal.rule.id(), refusal_text(refusal).render(Locale::En)),
    }
}
