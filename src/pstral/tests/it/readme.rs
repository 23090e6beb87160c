//! Tests that the examples in README.md and docs/ match the program.

use std::path::{Path, PathBuf};

use crate::program::{Place, feed};

/// A command of a console block and the lines shown under it.
struct Shown {
    file: String,
    command: String,
    lines: Vec<String>,
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    pages.sort();
    pages.insert(0, root.join("README.md"));
    pages
}

/// The commands of the blocks marked `console`, block by block.
fn blocks(page: &Path) -> Vec<Vec<Shown>> {
    let file = page.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(page).unwrap();
    let mut blocks: Vec<Vec<Shown>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix("$ ") {
            _ if line.starts_with("```") => {
                inside = line == "```console";
                blocks.extend(inside.then(Vec::new));
            }
            _ if !inside => {}
            Some(command) => {
                let shown = Shown { file: file.clone(), command: command.to_owned(), lines: Vec::new() };
                blocks.last_mut().unwrap().push(shown);
            }
            None => {
                let shown = blocks.last_mut().unwrap().last_mut();
                shown.unwrap_or_else(|| panic!("{file}: a block begins with a command")).lines.push(line.to_owned());
            }
        }
    }
    blocks
}

/// A shown line, with `…` for anything, against a line of output.
fn matches(shown: &str, line: &str) -> bool {
    let parts: Vec<&str> = shown.split('…').map(str::trim).collect();
    let mut rest = line;
    parts.iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[test]
fn what_the_pages_show_is_what_the_program_prints() {
    let (mut checked, mut wrong) = (0, Vec::new());
    for page in pages() {
        for block in blocks(&page) {
            let place = Place::new();
            let mut demo = place.pstral(&["demo"]);
            demo.env("HOME", place.path(""));
            feed(demo, b"").code(0);
            std::fs::create_dir(place.path("config")).unwrap();
            for name in ["default", "demo", "docker", "example"] {
                let file = format!("{}/../../config/{name}.toml", env!("CARGO_MANIFEST_DIR"));
                std::fs::copy(file, place.path(&format!("config/{name}.toml"))).unwrap();
            }
            for Shown { file, command, lines } in block {
                let is_ours = command.split([' ', '|']).any(|word| word == "pstral");
                assert!(is_ours, "{file}: only commands of pstral stand in console blocks: {command}");
                let mut shell = place.command("bash");
                let script = format!("pstral() {{ '{}' \"$@\"; }}; {command}", env!("CARGO_BIN_EXE_pstral"));
                shell.args(["-c", &script]).env("HOME", place.path(""));
                let ended = feed(shell, b"").says(&[]);
                let printed = format!("{}\n{}", ended.out, ended.err);
                for line in lines {
                    checked += 1;
                    if !printed.lines().any(|one| matches(&line, one)) {
                        wrong.push(format!("{file}: {command}\nshows {line:?} and prints\n{printed}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(checked > 20, "only {checked} lines were checked");
}

#[test]
fn what_the_pages_link_to_is_there() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for link in links.filter(|link| !link.is_empty() && !link.contains("://")) {
            let target = page.parent().unwrap().join(link);
            assert!(target.exists(), "{} links to {link}, which is not there", page.display());
        }
    }
}
