//! CONTRIBUTING.md lists every file of a new adapter: the files that it names exist for each adapter there is, and no other
//! file of the program knows one by name.

use std::path::{Path, PathBuf};

use crate::invariants::rust_files;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The paths in a list of CONTRIBUTING.md, with `<name>` for the adapter's name.
fn listed(heading: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let (_, after) = text.split_once(&format!("## {heading}\n")).unwrap();
    let list = after.split("\n## ").next().unwrap();
    let quoted = list.split('`').skip(1).step_by(2);
    quoted.filter(|word| word.contains('/') && !word.contains(' ')).map(str::to_owned).collect()
}

#[test]
fn the_lists_name_the_files_of_every_adapter() {
    let kinds = [
        ("A new platform", "discord matrix terminal"),
        ("A new target", "oracle postgres sqlite"),
        ("A new model server", "ollama openai"),
    ];
    let mut allowed = vec!["src/pstral/src/registry/model.rs".to_owned(), "src/pstral/src/registry/mod.rs".to_owned()];
    for (heading, adapters) in kinds {
        let paths = listed(heading);
        assert!(paths.len() > 5, "{heading}: {paths:?}");
        for (adapter, path) in adapters.split(' ').flat_map(|one| paths.iter().map(move |path| (one, path))) {
            let path = path.replace("<name>", adapter);
            assert!(root().join(&path).exists(), "{heading}: {path} does not exist");
            allowed.push(path);
        }
    }
    let is_listed =
        |path: &str| allowed.iter().any(|one| one == path) || path.starts_with("src/pstral/src/cli/matrix/");
    let adapters: Vec<&str> = kinds.iter().flat_map(|(_, adapters)| adapters.split(' ')).collect();
    let knows = |line: &str| {
        let code = line.trim_start();
        let knows_adapter = adapters.iter().any(|adapter| code.contains(&format!("pstral_{adapter}")));
        !code.starts_with("//") && (knows_adapter || code.contains("ModelKind::"))
    };
    let source = root().join("src/pstral/src");
    for path in rust_files(&source).into_iter().filter(|path| !path.to_string_lossy().contains("tests")) {
        let name = format!("src/pstral/src/{}", path.strip_prefix(&source).unwrap().display());
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| knows(line));
        assert!(line.is_none() || is_listed(&name), "{name} knows an adapter and is in no list: {line:?}");
    }
}
