//! Explains a parser's error to the person who wrote the configuration.

use pstral_core::text::text;
use strsim::levenshtein as distance;

use super::Fault;
use super::schema::{LEFT_OUT, NOT_ONE_OF};

/// The fault behind a parser's error, and the key to take out so that the rest can be read.
pub(super) fn diagnose(path: &str, cause: &str) -> (Fault, String) {
    if let Some(unknown) = between(cause, "unknown field `", '`') {
        let section = path.rsplit_once('.').map_or("", |(section, _)| section);
        let key = join(section, unknown);
        let sentence = match nearest(unknown, cause) {
            Some(known) => text("config-unknown-key-near").with("known", join(section, &known)),
            None => text("config-unknown-key"),
        };
        return (Fault::new(&key, sentence), key);
    }
    if let Some(missing) = between(cause, "missing configuration field \"", '"') {
        return (Fault::new(missing, text("config-missing")), path.to_owned());
    }
    if let Some(kind) = readable(cause).strip_suffix(LEFT_OUT) {
        return (Fault::new(path, text("config-kind-left-out").with("kind", kind)), path.to_owned());
    }
    if is_target(path) && cause.starts_with("invalid type") {
        // What the parser says holds the value it was given, which may be a secret where the section's name was forgotten.
        return (Fault::new(path, text("config-target-section")), path.to_owned());
    }
    if let Some((given, known)) = readable(cause).split_once(NOT_ONE_OF) {
        return (
            Fault::new(path, text("config-not-one-of").with("given", given).with("known", known)),
            path.to_owned(),
        );
    }
    (Fault::new(path, text("config-wrong-value").with("error", readable(cause))), path.to_owned())
}

/// Checks whether a path is that of a whole target: `targets.crm`.
fn is_target(path: &str) -> bool {
    path.strip_prefix("targets.").is_some_and(|name| !name.contains('.'))
}

fn between<'a>(text: &'a str, before: &str, after: char) -> Option<&'a str> {
    text.split_once(before)?.1.split(after).next()
}

fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// Returns the parser's message without its location, since the key is shown beside it.
fn readable(cause: &str) -> String {
    cause.split(" for key `").next().unwrap_or(cause).to_owned()
}

/// The key the parser would have taken that is nearly the one given.
fn nearest(unknown: &str, cause: &str) -> Option<String> {
    let expected = cause.split("expected ").nth(1)?;
    let known = expected.split('`').skip(1).step_by(2);
    let (best, distance) =
        known.map(|known| (known, distance(known, unknown))).min_by_key(|(_, distance)| *distance)?;
    // A third of the letters may be wrong: `foo` is not taken for `log`.
    (distance <= (unknown.chars().count() / 3).clamp(1, 3)).then(|| best.to_owned())
}
