//! The templates of the page and what they may call.

use std::fmt::Display;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Rest, Serde, Value, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, context, escape_formatter,
};
use pstral_core::domain::Locale;
use pstral_core::egress::fit;
use pstral_core::harmless;
use pstral_core::text::{grouped, named_text, text};
use serde::Serialize;

use super::address::path;
use super::device::device;
use super::frame::Frame;

const TEMPLATES: &[(&str, &str)] = &[
    ("account.html", include_str!("templates/account.html")),
    ("activity.html", include_str!("templates/activity.html")),
    ("api.html", include_str!("templates/api.html")),
    ("approvals.html", include_str!("templates/approvals.html")),
    ("audit.html", include_str!("templates/audit.html")),
    ("base.html", include_str!("templates/base.html")),
    ("configuration.html", include_str!("templates/configuration.html")),
    ("continue.html", include_str!("templates/continue.html")),
    ("conversation.html", include_str!("templates/conversation.html")),
    ("conversations.html", include_str!("templates/conversations.html")),
    ("entry.html", include_str!("templates/entry.html")),
    ("icon.html", include_str!("templates/icon.html")),
    ("link_code.html", include_str!("templates/link_code.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("policy.html", include_str!("templates/policy.html")),
    ("problem.html", include_str!("templates/problem.html")),
    ("queue.html", include_str!("templates/queue.html")),
    ("reviews.html", include_str!("templates/reviews.html")),
    ("sign_in.html", include_str!("templates/sign_in.html")),
    ("statement.html", include_str!("templates/statement.html")),
    ("target.html", include_str!("templates/target.html")),
    ("targets.html", include_str!("templates/targets.html")),
    ("token.html", include_str!("templates/token.html")),
    ("user.html", include_str!("templates/user.html")),
    ("users.html", include_str!("templates/users.html")),
    ("verification.html", include_str!("templates/verification.html")),
    ("verified.html", include_str!("templates/verified.html")),
    ("verified_one.html", include_str!("templates/verified_one.html")),
];

static FR: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::Fr));
static EN: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::En));

/// Fills a template within a frame.
pub(super) fn render(frame: &Frame, template: &str, content: &impl Serialize) -> Result<String, Error> {
    let environment = match frame.locale {
        Locale::Fr => &FR,
        Locale::En => &EN,
    };
    let content = Value::from(Serde(content));
    environment.get_template(template)?.render(context! { frame => Value::from(Serde(frame)), ..content })
}

fn environment(locale: Locale) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_formatter(write_visibly);
    environment.add_function("text", move |key: String, fillings: Kwargs| sentence(locale, key, &fillings));
    environment.add_function("path", |parts: Rest<Value>| {
        let parts: Vec<String> = parts.iter().map(Value::to_string).collect();
        path(parts.iter().map(String::as_str))
    });
    environment.add_filter("when", when);
    environment.add_filter("device", |agent: String| device(&agent));
    environment.add_filter("fit", |text: String, most: usize| fit(&text, most));
    environment.add_filter("number", move |number: i64| number_of(locale, number));
    environment.add_filter("took", move |millis: f64| took(locale, millis));
    environment.add_filter("speed", move |tokens: f64| text("page-speed").tenths("tokens", tokens).render(locale));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).expect("invariant: every template is parsed by a test");
    }
    environment
}

/// Writes a value, escaped. Of texts, what hides, reorders or steers is written as `\u` and four digits: a page shows all that
/// is there and nothing else.
fn write_visibly(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => escape_formatter(out, state, &Value::from(harmless::json(&text.replace("\r\n", "\n")))),
        None => escape_formatter(out, state, value),
    }
}

/// What a message of `locales/` says, filled with texts and whole numbers.
fn sentence(locale: Locale, key: String, fillings: &Kwargs) -> Result<String, Error> {
    let mut sentence = named_text(key);
    for name in fillings.args() {
        let value: Value = fillings.get(name)?;
        let name = name.to_owned();
        sentence = match u64::try_from(value.clone()) {
            Ok(count) if value.kind() == ValueKind::Number => sentence.count(name, count),
            _ => sentence.with(name, value.to_string()),
        };
    }
    fillings.assert_all_used()?;
    Ok(sentence.render(locale))
}

/// A time in a zone, to the second.
fn when(time: &str, zone: &str) -> Result<String, Error> {
    let time: Timestamp = time.parse().map_err(not_filtered)?;
    let zone = TimeZone::get(zone).map_err(not_filtered)?;
    Ok(time.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn number_of(locale: Locale, number: i64) -> String {
    let separator = match locale {
        Locale::Fr => '\u{202f}',
        Locale::En => ',',
    };
    grouped(&number.to_string(), separator)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is less than a second")]
fn took(locale: Locale, millis: f64) -> String {
    if millis < 1000.0 {
        text("page-millis").count("millis", millis as u64).render(locale)
    } else {
        text("page-seconds").tenths("seconds", millis / 1000.0).render(locale)
    }
}

fn not_filtered(error: impl Display) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_template_is_known_and_parsed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/admin/page/templates");
        let mut files: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, TEMPLATES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for locale in Locale::ALL {
            environment(locale);
        }
    }

    /// The policy of the page's content forbids them, and a browser would leave them out.
    #[test]
    fn no_template_has_a_style_or_a_script_of_its_own_or_lets_markup_through() {
        for (name, source) in TEMPLATES {
            for forbidden in
                ["style=", "<style", " onclick", " onload", " onsubmit", "javascript:", "|safe", "| safe", "autoescape"]
            {
                assert!(!source.contains(forbidden), "{name}: {forbidden}");
            }
            let scripts =
                source.match_indices("<script").filter(|(at, _)| !source[*at..].starts_with("<script src=\"/static/"));
            assert_eq!(scripts.count(), 0, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_written_out_and_markup_is_text() {
        let environment = environment(Locale::En);
        let shown = environment.render_str("{{ x }}", context! { x => "<b>\u{202e}a\u{0}\r\nb</b>\u{200b}" }).unwrap();
        assert_eq!(shown, "&lt;b&gt;\\u202ea\\u0000\nb&lt;&#x2f;b&gt;\\u200b");
    }

    #[test]
    fn times_are_those_of_the_zone_and_lengths_those_of_the_language() {
        assert_eq!(when("2026-11-21T10:00:00Z", "Europe/Paris").unwrap(), "2026-11-21 11:00:00");
        assert_eq!((took(Locale::En, 250.0), took(Locale::Fr, 1300.0)), ("250 ms".to_owned(), "1,3 s".to_owned()));
    }
}
