//! The configuration that is in force, read-only.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::answer;
use super::visitor::Visitor;
use crate::admin::problem::Problem;
use crate::admin::{Admin, config};

/// The keys of each section with their values as TOML would have them.
type Sections = BTreeMap<String, Vec<(String, String)>>;

/// Shows every key with its value, section by section; those without a section come first.
pub(super) async fn show(State(admin): State<Arc<Admin>>, visitor: Visitor) -> Result<Response, Problem> {
    let found = answer(config::show(State(admin), visitor.caller.clone()).await?).await?;
    let mut sections = Sections::new();
    collect("", &found["config"], &mut sections);
    visitor.page("configuration.html", &json!({ "sections": sections.into_iter().collect::<Vec<_>>() }))
}

fn collect(section: &str, table: &Value, sections: &mut Sections) {
    for (key, value) in table.as_object().into_iter().flatten() {
        if value.is_object() {
            let inner = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
            collect(&inner, value, sections);
        } else if !value.is_null() {
            sections.entry(section.to_owned()).or_default().push((key.clone(), value.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_in_its_section_and_those_of_none_come_first() {
        let mut sections = Sections::new();
        collect(
            "",
            &json!({ "model": { "name": "m", "at": null }, "locale": "fr", "targets": { "a": { "n": 1 } } }),
            &mut sections,
        );
        let shown = format!("{sections:?}");
        assert_eq!(shown, r#"{"": [("locale", "\"fr\"")], "model": [("name", "\"m\"")], "targets.a": [("n", "1")]}"#);
    }
}
