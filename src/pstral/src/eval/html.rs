//! A run as a page, whole in one file.

use minijinja::{AutoEscape, Environment, Value, context};
use pstral_core::domain::Locale;
use pstral_core::text::text;
use serde::Serialize;

use super::grade::Graded;
use super::summary::{Difference, Summary};

const PAGE: &str = include_str!("page.html");

/// The page of a run; `other` is a second run of the same cases, and how it differs.
pub(crate) fn page(
    title: &str,
    (graded, summary): (&[Graded], &Summary),
    other: Option<(&Summary, Difference)>,
    lines: &[(String, String)],
    locale: Locale,
) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let bars = summary.by_language.iter().chain(&summary.by_tag);
    let bars: Vec<_> = bars
        .map(|(name, share)| {
            let percent = share.percent();
            let second = other.as_ref().and_then(|(other, _)| {
                other.by_language.get(name).or_else(|| other.by_tag.get(name)).map(|share| share.percent())
            });
            context! { name, percent, second, share => share.to_string() }
        })
        .collect();
    let said = |key: &'static str| text(key).render(locale);
    Ok(environment.render_str(
        PAGE,
        context! {
            language => locale.to_string(),
            title,
            lines => given(&lines)?,
            bars,
            cases => given(&graded)?,
            words => context! {
                right => said("eval-right"),
                wrong => said("eval-wrong"),
                question => said("eval-question"),
                outcome => said("eval-outcome"),
                statement => said("eval-statement"),
                gold => said("eval-gold"),
            },
        },
    )?)
}

/// A value as the template takes it.
fn given(value: &impl Serialize) -> anyhow::Result<Value> {
    Ok(serde_json::from_value(serde_json::to_value(value)?)?)
}
