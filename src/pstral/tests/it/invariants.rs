//! The invariants of the design that no other test here shows.
//!
//! | invariant | shown by |
//! |---|---|
//! | 1 core does no I/O and names no vendor | [`core_does_no_io`], [`core_names_no_vendor`] |
//! | 2 only what the guard approved, as it was seen, checked again at the click | [`only_the_guard_makes_what_runs`]; `answers::what_is_shown_is_what_runs_and_what_the_audit_holds`; `deciding::the_guard_is_asked_again_at_the_click` |
//! | 3 no audit row, no execution; no durable row, no result | `audit_first` |
//! | 4 unlinked or disabled: linking help and nothing else; deny wins | `linking`; [`deny_wins_over_allow`] |
//! | 5 what the model writes is data | `hiding::what_the_model_writes_mentions_nobody`, `hiding::a_value_is_never_markup`, `hiding::a_statement_cannot_leave_its_code_block`; [`no_cell_becomes_a_formula`] |
//! | 6 what a person may not see is not shown | `hiding` |
//! | 7 what the guard cannot understand is refused | [`what_is_not_understood_is_refused`]; the guard's own tests |
//! | 8 a crash leaves nothing that looks live and loses no audit event | `recovery`, `platforms`, and the end of every test here |

use std::path::{Path, PathBuf};

use pstral_core::domain::ButtonAction;
use pstral_core::guard::Rules;

use crate::world::{Setup, alex, run_test, run_test_with};

/// The code of core and of the guard without testkits, tests and comments: file and line, each with its text.
fn lines_of_core() -> Vec<(String, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut lines = Vec::new();
    let for_tests = ["testkit", "testkit.rs", "tests", "tests.rs"];
    let is_test = |path: &Path| {
        path.strip_prefix(&source).is_ok_and(|path| path.iter().any(|part| for_tests.iter().any(|name| part == *name)))
    };
    let files = ["core/src", "guard/src"].into_iter().flat_map(|folder| rust_files(&source.join(folder)));
    for path in files.filter(|path| !is_test(path)) {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let code = code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        lines.extend(code.map(|(number, line)| (format!("{}:{}", path.display(), number + 1), line.to_owned())));
    }
    assert!(lines.len() > 5_000, "core has moved: {} lines", lines.len());
    lines
}

pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let deeper = folders.iter().flat_map(|folder| rust_files(folder));
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    files.chain(deeper).collect()
}

#[test]
fn core_does_no_io() {
    let outside = [
        "std::fs",
        "std::net",
        "std::io",
        "std::env",
        "std::process",
        "tokio::",
        "hyper",
        "sqlx",
        "rusqlite",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "getrandom",
        "rand::",
        "println!",
        "eprintln!",
    ];
    // Of tokio, what waits for tasks and not for the machine.
    let is_outside = |line: &str| outside.iter().any(|word| line.replace("tokio::sync", "").contains(word));
    let found: Vec<_> = lines_of_core().into_iter().filter(|(_, line)| is_outside(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// Adapters know core and what several of them share, core knows the guard, the guard knows nobody.
#[test]
fn dependencies_lead_to_core_and_from_there_to_the_guard() {
    let metadata = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let adapters = "discord matrix ollama openai oracle postgres sqlite store terminal";
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().trim_start_matches("pstral-");
        let of_the_program = package["dependencies"].as_array().unwrap().iter().filter(|one| one["kind"].is_null());
        let ours = of_the_program.filter_map(|one| one["name"].as_str()?.strip_prefix("pstral-"));
        let allowed: &[&str] = match name {
            "auditproof" | "guard" => &[],
            "core" => &["auditproof", "guard"],
            "store" => &["auditproof", "core"],
            name if adapters.split(' ').any(|adapter| adapter == name) => &["core", "modelhttp", "reading"],
            _ => continue,
        };
        seen += 1;
        let wrong: Vec<_> = ours.filter(|one| !allowed.contains(one)).collect();
        assert!(wrong.is_empty(), "{name} depends on {wrong:?}");
    }
    assert_eq!(seen, 12);
}

#[test]
fn core_names_no_vendor() {
    let vendors = ["discord", "matrix", "ollama", "openai", "slack", "telegram", "synapse", "llama", "qwen", "mistral"];
    let named = |line: &str| vendors.iter().any(|vendor| line.to_lowercase().contains(vendor));
    let found: Vec<_> = lines_of_core().into_iter().filter(|(_, line)| named(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// That nothing outside the guard can make one is shown by the compiler, in the documentation of the type; that
/// nothing inside the guard makes one but its check, here.
#[test]
fn only_the_guard_makes_what_runs() {
    let makes: Vec<_> = lines_of_core()
        .into_iter()
        .filter(|(_, line)| line.contains("ApprovedStatement {") && !line.contains("struct") && !line.contains("impl"))
        .collect();
    assert_eq!(makes.len(), 1, "{makes:#?}");
    assert!(makes[0].0.contains("/guard/src/lib.rs:"), "{makes:#?}");
}

#[test]
fn deny_wins_over_allow() {
    let both = Rules { allow: Some(vec!["clients".to_owned()]), deny: vec!["clients".to_owned()] };
    run_test_with(Setup { rules: both, ..Setup::default() }, async |world| {
        world.command(&alex(), "edit SELECT id FROM clients").await;
        assert!(!world.offers_something());
        world.command(&alex(), "edit SELECT id FROM users").await;
        assert!(!world.offers_something());
    });
}

#[test]
fn no_cell_becomes_a_formula() {
    run_test(async |world| {
        let formulas = "SELECT '=1+1' AS a, '@SUM(A1)' AS b, '+1' AS c, '-1' AS d, id FROM clients WHERE id = 1";
        world.command(&alex(), &format!("edit {formulas}")).await;
        world.click(&alex(), ButtonAction::Execute(world.newest_proposal())).await;
        let csv = std::fs::read_to_string(&world.newest_files()[0]).unwrap();
        assert_eq!(csv.lines().nth(1).unwrap(), "'=1+1,'@SUM(A1),'+1,'-1,1");
    });
}

#[test]
fn what_is_not_understood_is_refused() {
    run_test(async |world| {
        for statement in [
            "SELECT",
            "SELECT id FROM clients WHERE",
            "SELECT id FROM clients WINDOW w AS (ROWS SOMEHOW)",
            "SELECT id FROM clients, LATERAL (VALUES (1)) AS t",
            "SELECT mystery(id) FROM clients",
            "SELECT id FROM clients WHERE id = 1 INTO OUTFILE '/tmp/x'",
            "REPLACE INTO clients VALUES (1)",
            "SELECT id FROM generate_series(1, 10)",
            "\u{202e}SELECT id FROM clients",
        ] {
            world.command(&alex(), &format!("edit {statement}")).await;
            assert!(!world.offers_something(), "{statement}: {}", world.newest());
            assert!(world.newest().starts_with("🛡️"), "{statement}: {}", world.newest());
        }
        assert_eq!(world.target.ran(), []);
    });
}
