//! The templates of what models are told, filled in.

use minijinja::{Environment, context};

/// Fills in a template.
pub(super) fn render(template: &str, values: minijinja::Value) -> Result<String, minijinja::Error> {
    Environment::new().render_str(template, values)
}

/// Checks a template; the error describes its fault.
pub fn check_template(template: &str) -> Result<(), String> {
    let example = context! { question => "", statement => "" };
    let values = context! { catalog => "", examples => vec![example], dialect => "SQLite" };
    render(template, values).map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_template_is_known_before_it_is_used() {
        for (template, is_whole) in [
            ("{{ catalog }} {% if may_ask %}x{% endif %}", true),
            ("{% for example in examples %}{{ example.question }}{% endfor %}", true),
            ("{% if %}", false),
            ("{{ catalog | nothing }}", false),
        ] {
            assert_eq!(check_template(template).is_ok(), is_whole, "{template}");
        }
    }
}
