//! Discord's own description of its API, which every body of a request has to fit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use super::Discord;

/// The base URI of the description, for the references in it.
const AT: &str = "https://discord.invalid/openapi.json";

/// The description, with the checks made of it so far.
pub(super) struct Schema {
    document: Value,
    registry: Registry<'static>,
    checks: Mutex<HashMap<String, Option<Arc<Validator>>>>,
}

/// Returns the description that `PSTRAL_DISCORD_OPENAPI` names, read once; `None` if that is not set, which is printed
/// once.
///
/// # Panics
/// Panics if it cannot be read, or if it is not set although `PSTRAL_TEST_REQUIRE` is `all`.
pub(super) fn schema() -> Option<&'static Schema> {
    static SCHEMA: OnceLock<Option<Schema>> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let Some(path) = std::env::var_os("PSTRAL_DISCORD_OPENAPI") else {
            let required = std::env::var("PSTRAL_TEST_REQUIRE").is_ok_and(|required| required == "all");
            assert!(!required, "PSTRAL_DISCORD_OPENAPI is not set and PSTRAL_TEST_REQUIRE is `all`");
            println!(
                "skipped: bodies are not held against Discord's description, as PSTRAL_DISCORD_OPENAPI is not set"
            );
            return None;
        };
        let text = std::fs::read_to_string(path).expect("Discord's description can be read");
        Some(Schema::new(&text))
    });
    schema.as_ref()
}

impl Discord {
    /// Checks whether bodies are validated against Discord's description in this run.
    pub(crate) fn checks_bodies() -> bool {
        schema().is_some()
    }
}

impl Schema {
    fn new(text: &str) -> Self {
        // References are made absolute, so that a part of the document can be compiled alone.
        let text = text.replace("\"#/components/", &format!("\"{AT}#/components/"));
        let mut document: Value = serde_json::from_str(&text).expect("Discord's description is JSON");
        relax(&mut document);
        let registry = Registry::new().add(AT, document.clone()).expect("the address is one");
        let registry = registry.prepare().expect("Discord's description holds together");
        Self { document, registry, checks: Mutex::default() }
    }

    /// Returns the errors in the body of a request; `multipart` if files come with it. A route without a body must not
    /// have one.
    pub(super) fn faults(&self, method: &str, path: &str, body: Option<&Value>, multipart: bool) -> Vec<String> {
        let kind = if multipart { "multipart/form-data" } else { "application/json" };
        let lower = method.to_lowercase();
        let place = ["paths", path, &lower, "requestBody", "content", kind, "schema"];
        match (body, self.check(&place)) {
            (None, _) => Vec::new(),
            (Some(_), None) => vec![format!("{method} {path} takes no {kind}")],
            (Some(body), Some(check)) => faults(&check, body),
        }
    }

    /// Returns the errors in an answer of the double itself: Discord would not have sent it.
    pub(super) fn faults_of_answer(&self, method: &str, path: &str, status: u16, answer: &Value) -> Vec<String> {
        let (method, status) = (method.to_lowercase(), status.to_string());
        let place = ["paths", path, &method, "responses", &status, "content", "application/json", "schema"];
        let check = self.check(&place);
        check.map_or_else(|| vec![format!("{method} {path} answers no {status}")], |check| faults(&check, answer))
    }

    fn check(&self, place: &[&str]) -> Option<Arc<Validator>> {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let known = checks.entry(place.join(" ")).or_insert_with(|| {
            let part = place.iter().try_fold(&self.document, |part, step| part.get(step))?;
            let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&self.registry);
            Some(Arc::new(options.build(part).expect("Discord's description can be compiled")))
        });
        known.clone()
    }
}

fn faults(check: &Validator, value: &Value) -> Vec<String> {
    check.iter_errors(value).map(|error| format!("at `{}`: {error}", error.instance_path())).collect()
}

/// Two things are said differently by the documentation, and done so by every client: snowflakes may be sent as
/// numbers, and permissions as text.
fn relax(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    if let Some(snowflake) = schemas.get_mut("SnowflakeType") {
        snowflake["type"] = json!(["string", "integer"]);
    }
    for schema in schemas.values_mut() {
        if let Some(permissions) = schema.pointer_mut("/properties/default_member_permissions") {
            *permissions = json!({ "anyOf": [permissions.take(), { "type": "string", "pattern": "^[0-9]+$" }] });
        }
    }
}
