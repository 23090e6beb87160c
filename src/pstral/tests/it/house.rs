//! The shape of core: which of its modules know which, and how far one type may spread.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::invariants::rust_files;

/// The modules of core, each with the text of its file without comments and tests.
fn modules() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let mut modules = BTreeMap::new();
    for path in rust_files(&root) {
        let name = path.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('/', "::");
        let name = name.strip_suffix("::mod").unwrap_or(&name).to_owned();
        let is_test = |part: &str| part == "tests" || part == "testkit";
        if name == "lib" || name.split("::").any(is_test) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        modules.insert(name, lines.collect::<Vec<_>>().join("\n"));
    }
    assert!(modules.len() > 150, "core has moved: {} modules", modules.len());
    modules
}

/// The paths of `use` trees and of code, each written out: `crate::a::{b, c::d}` is `crate::a::b` and `crate::a::c::d`.
fn paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(at) = ["crate::", "super::", "self::"].iter().filter_map(|root| rest.find(root)).min() {
        let starts_word = !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        rest = &rest[at..];
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        if starts_word {
            let (root, after) = rest.split_at(length);
            match after.strip_prefix('{').filter(|_| root.ends_with("::")) {
                Some(tree) => write_out(root, tree, &mut paths),
                None => paths.push(root.to_owned()),
            }
        }
        rest = &rest[length.max(1)..];
    }
    paths
}

/// Writes out what stands between braces, up to the one that closes them.
fn write_out(root: &str, tree: &str, paths: &mut Vec<String>) {
    let (mut roots, mut word) = (vec![root.to_owned()], String::new());
    for c in tree.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '{' => roots.push(format!("{}{}", roots.last().unwrap(), std::mem::take(&mut word))),
            ',' | '}' => {
                if !word.is_empty() {
                    paths.push(format!("{}{}", roots.last().unwrap(), std::mem::take(&mut word)));
                }
                if c == '}' && roots.pop().is_some() && roots.is_empty() {
                    return;
                }
            }
            c => word.push(c),
        }
    }
}

/// The module that a path means which stands in another.
fn meant<'m>(path: &str, within: &str, modules: &'m BTreeMap<String, String>) -> Option<&'m str> {
    let mut base: Vec<&str> = if path.starts_with("crate::") { Vec::new() } else { within.split("::").collect() };
    for part in path.split("::").filter(|part| !matches!(*part, "crate" | "self" | "")) {
        if part == "super" {
            base.pop();
        } else {
            base.push(part);
        }
    }
    let longest = (1..=base.len()).rev().map(|length| base[..length].join("::"));
    longest.into_iter().find_map(|name| modules.get_key_value(&name)).map(|(name, _)| name.as_str())
}

/// Which module imports which; that a folder's `mod.rs` names its own files is no import.
fn imports(modules: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeSet<&str>> {
    let of = |name: &str, code: &str| -> BTreeSet<&str> {
        let own = format!("{name}::");
        let named = paths(code).into_iter().filter_map(|path| meant(&path, name, modules));
        named.filter(|other| *other != name && !other.starts_with(&own)).collect()
    };
    modules.iter().map(|(name, code)| (name.as_str(), of(name, code))).collect()
}

#[test]
fn modules_of_core_import_each_other_in_no_circle() {
    let modules = modules();
    let mut left = imports(&modules);
    // What imports nothing that is left is in no circle.
    loop {
        let names: BTreeSet<&str> = left.keys().copied().collect();
        let before = left.len();
        left.retain(|_, imported| imported.iter().any(|other| names.contains(other)));
        if left.len() == before {
            break;
        }
    }
    // Nor is what nothing imports that is left.
    loop {
        let imported: BTreeSet<&str> = left.values().flatten().copied().collect();
        let before = left.len();
        left.retain(|name, _| imported.contains(name));
        if left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "these modules are in circles, or between two: {left:#?}");
}

#[test]
fn no_type_of_core_has_methods_in_more_than_three_files() {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, code) in modules() {
        let inherent = code.lines().filter_map(|line| line.strip_prefix("impl").filter(|line| !line.contains(" for ")));
        for line in inherent {
            let generics = line.strip_prefix('<').and_then(|line| line.split_once('>')).map_or(line, |(_, line)| line);
            let of: String = generics.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            files.entry(of).or_default().insert(name.clone());
        }
    }
    assert!(files.contains_key("Pipeline"), "core has moved: {:?}", files.keys());
    files.retain(|_, files| files.len() > 3);
    assert!(files.is_empty(), "{files:#?}");
}

#[test]
fn a_circle_is_found() {
    let of = |modules: &[(&str, &str)]| -> BTreeMap<String, String> {
        modules.iter().map(|(name, code)| ((*name).to_owned(), (*code).to_owned())).collect()
    };
    let modules = of(&[
        ("a", "use crate::b::{C, d::{self, E}};\nfn f() { super::g::h() }"),
        ("b", "pub use self::d::E;"),
        ("b::d", "use super::super::a::F;"),
        ("g", ""),
    ]);
    let imports = imports(&modules);
    assert_eq!(imports["a"], BTreeSet::from(["b", "b::d", "g"]));
    assert_eq!(imports["b"], BTreeSet::new(), "its own file");
    assert_eq!(imports["b::d"], BTreeSet::from(["a"]));
}
