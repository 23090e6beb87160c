//! The layers of values: default.toml ← file ← environment, with secrets also from files of their own.

use std::path::{Path, PathBuf};

use config::{Config as Layers, ConfigError, Environment, File, FileFormat, Value, ValueKind};
use pstral_core::text::text;

use super::{Fault, file};
use crate::registry::{Platforms, TargetKind};

const DEFAULTS: &str = include_str!("../../../../config/default.toml");
const DEMO: &str = include_str!("../../../../config/demo.toml");

/// Keys whose value may be given as `<key>_file`, the path of a file that holds it.
pub(super) fn secrets(tree: &mut Value) -> Vec<String> {
    let targets: Vec<String> =
        table(tree, "targets").map(|targets| targets.keys().cloned().collect()).unwrap_or_default();
    let of_target = |name| TargetKind::all_secrets().map(move |key| format!("targets.{name}.{key}"));
    let of_targets = targets.iter().flat_map(of_target);
    let endpoints = match get(tree, "model.endpoints").map(|endpoints| endpoints.kind) {
        Some(ValueKind::Array(endpoints)) => endpoints.len(),
        _ => 0,
    };
    let of_endpoints = (0..endpoints).map(|at| format!("model.endpoints[{at}].api_key"));
    let named = ["store.url", "model.api_key", "admin.oidc.client_secret"].map(str::to_owned);
    named.into_iter().chain(Platforms::secrets()).chain(of_targets).chain(of_endpoints).collect()
}

/// The source of the values above the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The configuration of the demo, built in.
    Demo,
    /// A file.
    File(PathBuf),
}

/// All layers as one tree, with the secrets of files. Values remember where they come from.
pub(super) fn merged(source: &Source, data: Option<&Path>, environment: &Environment) -> Result<Value, Vec<Fault>> {
    let mut tree = stacked(source, environment).map_err(|fault| vec![fault])?;
    if let Some(data) = data {
        insert(&mut tree, "data", Value::from(data.to_string_lossy().into_owned()));
    }
    let mut faults = Vec::new();
    for key in secrets(&mut tree) {
        if let Err(fault) = read_secret(&mut tree, &key) {
            faults.push(fault);
        }
    }
    if faults.is_empty() { Ok(tree) } else { Err(faults) }
}

/// All layers as one tree, as they were written.
pub(super) fn stacked(source: &Source, environment: &Environment) -> Result<Value, Fault> {
    let mut layers = Layers::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    layers = match source {
        Source::Demo => layers.add_source(File::from_str(DEMO, FileFormat::Toml)),
        Source::File(path) => layers.add_source(File::from_str(&file::read(path)?, FileFormat::Toml)),
    };
    layers = layers.add_source(environment.clone());
    // The file has been read as TOML by now.
    layers.build().and_then(tree).map_err(|_| Fault::new("PSTRAL__…", text("config-environment")))
}

/// The environment of this process, as configuration. Its values stay the texts they are until a key asks for a number:
/// a secret of digits is not one.
pub(super) fn environment() -> Environment {
    Environment::with_prefix("PSTRAL").prefix_separator("__").separator("__")
}

fn tree(layers: Layers) -> Result<Value, ConfigError> {
    layers.try_deserialize()
}

fn read_secret(tree: &mut Value, key: &str) -> Result<(), Fault> {
    let file_key = format!("{key}_file");
    let path = match remove(tree, &file_key).map(|path| path.kind) {
        None | Some(ValueKind::Nil) => return Ok(()),
        Some(ValueKind::String(path)) => path,
        Some(_) => return Err(Fault::new(file_key, text("config-secret-form"))),
    };
    let secret = std::fs::read_to_string(&path).map_err(|error| Fault::secret(&file_key, &path, &error))?;
    insert(tree, key, Value::from(secret.trim_end_matches(['\r', '\n']).to_owned()));
    Ok(())
}

/// Removes the value at a dotted key.
pub(super) fn remove(tree: &mut Value, key: &str) -> Option<Value> {
    let (parent, last) = key.rsplit_once('.').unwrap_or(("", key));
    table(tree, parent)?.remove(last)
}

/// Puts a value at a dotted key whose parent exists.
pub(super) fn insert(tree: &mut Value, key: &str, value: Value) {
    let (parent, last) = key.rsplit_once('.').unwrap_or(("", key));
    if let Some(table) = table(tree, parent) {
        table.insert(last.to_owned(), value);
    }
}

/// The value at a dotted key.
pub(super) fn get(tree: &mut Value, key: &str) -> Option<Value> {
    let (parent, last) = key.rsplit_once('.').unwrap_or(("", key));
    table(tree, parent)?.get(last).cloned()
}

/// The table at a dotted key, whose parts may name one of several: `model.endpoints[0]`.
fn table<'a>(tree: &'a mut Value, path: &str) -> Option<&'a mut config::Map<String, Value>> {
    let mut at = tree;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, number) = match part.strip_suffix(']').and_then(|part| part.rsplit_once('[')) {
            Some((name, number)) => (name, number.parse::<usize>().ok()),
            None => (part, None),
        };
        let ValueKind::Table(table) = &mut at.kind else { return None };
        at = table.get_mut(name)?;
        if let Some(number) = number {
            let ValueKind::Array(several) = &mut at.kind else { return None };
            at = several.get_mut(number)?;
        }
    }
    match &mut at.kind {
        ValueKind::Table(table) => Some(table),
        _ => None,
    }
}

/// The defaults alone.
pub(super) fn defaults() -> Value {
    Layers::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .build()
        .and_then(tree)
        .expect("invariant: default.toml is checked by a test")
}
