//! Every fault of a configuration at once, each with its key and its remedy.

use std::path::Path;

use config::{Environment, Value};
use pstral_core::domain::Locale;
use pstral_core::text::text;

use super::diagnosis::diagnose;
use super::layers::{self, Source};
use super::schema::with_key_below;
use super::validate;
use super::{Config, Fault};
use crate::paths::user_data;

/// Reads the configuration, with `data` in place of its data folder where given. All faults come together. The demo's
/// data lies with the user's, not in whatever folder it is tried in.
pub fn load(source: &Source, data: Option<&Path>) -> Result<Config, Vec<Fault>> {
    let is_chosen = data.is_some() || std::env::var_os("PSTRAL__DATA").is_some();
    let of_user = if *source == Source::Demo && !is_chosen { user_data() } else { None };
    let of_user = of_user.map(|folder| folder.join("pstral/demo"));
    load_with(source, data.or(of_user.as_deref()), &layers::environment())
}

/// The language of a configuration, also of one with faults; `None` where it cannot be read or names no language.
pub fn language(source: &Source) -> Option<Locale> {
    language_with(source, &layers::environment())
}

pub(super) fn language_with(source: &Source, environment: &Environment) -> Option<Locale> {
    let mut tree = layers::stacked(source, environment).ok()?;
    let given = layers::get(&mut tree, "locale")?.into_string().ok()?;
    Locale::ALL.into_iter().find(|locale| locale.tag() == given)
}

pub(super) fn load_with(source: &Source, data: Option<&Path>, environment: &Environment) -> Result<Config, Vec<Fault>> {
    let mut tree = layers::merged(source, data, environment)?;
    let mut faults = Vec::new();
    if let Some(mut config) = repaired(&mut tree, &mut faults) {
        // What was taken out to read the rest is not missing as well.
        let told: Vec<String> = faults.iter().map(|fault| fault.key.clone()).collect();
        faults.extend(validate::faults(&config).into_iter().filter(|fault| !told.contains(&fault.key)));
        if faults.is_empty() {
            config.resolve_paths();
            config.shown = shown(&mut tree);
            config.file = match source {
                Source::Demo => None,
                Source::File(path) => Some(path.clone()),
            };
            return Ok(config);
        }
    }
    faults.sort_by(|one, other| one.key.cmp(&other.key));
    Err(faults)
}

/// The configuration, with unknown keys taken out and values of the wrong type replaced by their defaults, so that the
/// rest is checked too.
fn repaired(tree: &mut Value, faults: &mut Vec<Fault>) -> Option<Config> {
    let mut defaults = layers::defaults();
    let secrets = layers::secrets(tree);
    // Each turn repairs one key; a configuration has fewer than this many.
    for _ in 0..500 {
        let error = match serde_path_to_error::deserialize::<_, Config>(tree.clone()) {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        let inner = error.inner().to_string();
        let (path, cause) = with_key_below(&error.path().to_string(), &inner);
        let path = plain(&path);
        let (fault, broken) = match secrets.iter().find(|secret| is_within(&path, secret)) {
            // What the parser says holds the value it was given.
            Some(secret) => (Fault::new(secret, text("config-secret-form")), secret.clone()),
            None => diagnose(&path, cause),
        };
        faults.push(fault);
        layers::remove(tree, &broken)?;
        match layers::get(&mut defaults, &broken) {
            Some(value) => layers::insert(tree, &broken, value),
            // The kind of a target has no default: without it the whole target goes.
            None => {
                if let ["targets", target, "kind"] = broken.splitn(3, '.').collect::<Vec<_>>()[..] {
                    layers::remove(tree, &format!("targets.{target}"));
                }
            }
        }
    }
    None
}

/// The tree without its secrets.
fn shown(tree: &mut Value) -> serde_json::Value {
    for secret in layers::secrets(tree) {
        if layers::get(tree, &secret).is_some() {
            layers::insert(tree, &secret, Value::from("***"));
        }
    }
    tree.clone().try_deserialize().unwrap_or_default()
}

/// Checks whether a path is a key or lies below it.
fn is_within(path: &str, key: &str) -> bool {
    path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A path without the marks of optional values.
fn plain(path: &str) -> String {
    path.split('.').filter(|part| !matches!(*part, "?" | "")).collect::<Vec<_>>().join(".")
}
