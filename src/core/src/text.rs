//! Sentences for people, in their language, from `locales/`.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::locale::Locale;

/// The Fluent files of a language, the same names in each.
macro_rules! files {
    ($tag:literal) => {
        &[
            include_str!(concat!("../../../locales/", $tag, "/admin.ftl")),
            include_str!(concat!("../../../locales/", $tag, "/chat.ftl")),
            include_str!(concat!("../../../locales/", $tag, "/command-line.ftl")),
            include_str!(concat!("../../../locales/", $tag, "/explanation.ftl")),
            include_str!(concat!("../../../locales/", $tag, "/guard.ftl")),
            include_str!(concat!("../../../locales/", $tag, "/model.ftl")),
            include_str!(concat!("../../../locales/", $tag, "/people.ftl")),
            include_str!(concat!("../../../locales/", $tag, "/target.ftl")),
        ]
    };
}

/// A sentence that is not yet in any language: the name of a message in `locales/` and what fills it.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    key: Cow<'static, str>,
    args: Vec<(Cow<'static, str>, Filling)>,
}

/// A value for a placeholder in a sentence.
#[derive(Debug, Clone, PartialEq)]
enum Filling {
    Words(String),
    Said(Text),
    Count(u64),
    Tenths(f64),
}

/// The message of that name.
pub fn text(key: &'static str) -> Text {
    Text { key: Cow::Borrowed(key), args: Vec::new() }
}

/// The message whose name a template holds.
pub fn named_text(key: String) -> Text {
    Text { key: Cow::Owned(key), args: Vec::new() }
}

impl Filling {
    fn value(&self, locale: Locale) -> FluentValue<'_> {
        match self {
            Self::Words(words) => FluentValue::from(words.as_str()),
            Self::Said(said) => FluentValue::from(said.render(locale)),
            #[expect(clippy::cast_precision_loss, reason = "counts shown to people stay far below 2^53")]
            Self::Count(count) => FluentValue::from(*count as f64),
            Self::Tenths(value) => {
                let options =
                    FluentNumberOptions { minimum_fraction_digits: Some(1), ..FluentNumberOptions::default() };
                FluentValue::Number(FluentNumber::new(*value, options))
            }
        }
    }
}

impl Text {
    /// Fills `{ $name }` with a text. It is inserted as it is: it must be harmless where it will be shown.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.args.push((name.into(), Filling::Words(value.into())));
        self
    }

    /// Fills `{ $name }` with what another message says in the same language.
    #[must_use]
    pub fn said(mut self, name: impl Into<Cow<'static, str>>, said: Text) -> Self {
        self.args.push((name.into(), Filling::Said(said)));
        self
    }

    /// Fills `{ $name }` with a number, grouped as the language does and usable for plurals.
    #[must_use]
    pub fn count(mut self, name: impl Into<Cow<'static, str>>, value: u64) -> Self {
        self.args.push((name.into(), Filling::Count(value)));
        self
    }

    /// Fills `{ $name }` with a number to one decimal place, written as the language does.
    #[must_use]
    pub fn tenths(mut self, name: impl Into<Cow<'static, str>>, value: f64) -> Self {
        self.args.push((name.into(), Filling::Tenths(value)));
        self
    }

    /// The sentence in a language.
    pub fn render(&self, locale: Locale) -> String {
        let bundle = bundle(locale);
        let Some(pattern) = bundle.get_message(&self.key).and_then(|message| message.value()) else {
            return self.key.clone().into_owned();
        };
        let args: FluentArgs<'_> =
            self.args.iter().map(|(name, filling)| (name.as_ref(), filling.value(locale))).collect();
        let mut faults = Vec::new();
        bundle.format_pattern(pattern, Some(&args), &mut faults).into_owned()
    }
}

fn sources(locale: Locale) -> &'static [&'static str] {
    const FR: &[&str] = files!("fr");
    const EN: &[&str] = files!("en");
    match locale {
        Locale::Fr => FR,
        Locale::En => EN,
    }
}

fn bundle(locale: Locale) -> &'static FluentBundle<FluentResource> {
    static FR: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| load(Locale::Fr, number_fr));
    static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| load(Locale::En, number_en));
    match locale {
        Locale::Fr => &FR,
        Locale::En => &EN,
    }
}

type Memoizer = intl_memoizer::concurrent::IntlLangMemoizer;

fn load(locale: Locale, number: fn(&FluentValue<'_>, &Memoizer) -> Option<String>) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = locale.tag().parse().expect("invariant: fr and en are language tags");
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Terminals and logs show the isolation marks that Fluent puts around arguments.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(number));
    for source in sources(locale) {
        let resource =
            FluentResource::try_new(typeset(source, locale)).expect("invariant: locales/ is checked by a test");
        bundle.add_resource(resource).expect("invariant: no message is defined twice, checked by a test");
    }
    bundle
}

/// The signs that typesetting asks for and no keyboard has: curved apostrophes, and in French no line break before
/// high punctuation or inside guillemets. `locales/` is written without them, so that people can type and search it.
fn typeset(source: &str, locale: Locale) -> String {
    let mut out = String::with_capacity(source.len() + source.len() / 32);
    let mut rest = source.chars();
    let mut before = '\n';
    while let Some(c) = rest.next() {
        let after = rest.as_str().chars().next().unwrap_or('\n');
        let set = match c {
            '\'' if before.is_alphabetic() && (after.is_alphabetic() || after == '{') => '\u{2019}',
            ' ' if locale == Locale::Fr && (before == '«' || "»;?!".contains(after)) => '\u{a0}',
            // A colon with something right after it is a parameter's.
            ' ' if locale == Locale::Fr && after == ':' && rest.as_str()[1..].starts_with([' ', '\n']) => '\u{a0}',
            other => other,
        };
        out.push(set);
        before = c;
    }
    out
}

fn number_fr(value: &FluentValue<'_>, _: &Memoizer) -> Option<String> {
    number(value, '\u{202f}', ",")
}

fn number_en(value: &FluentValue<'_>, _: &Memoizer) -> Option<String> {
    number(value, ',', ".")
}

fn number(value: &FluentValue<'_>, separator: char, mark: &str) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let places = number.options.minimum_fraction_digits.unwrap_or(0);
    let digits = format!("{:.places$}", number.value);
    Some(match digits.split_once('.') {
        Some((whole, fraction)) => format!("{}{mark}{fraction}", grouped(whole, separator)),
        None => grouped(&digits, separator),
    })
}

/// The first word of a line, and what follows it.
pub(crate) fn first_word(line: &str) -> (&str, &str) {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim_start())
}

/// Puts `separator` between groups of three digits: `1234` → `1 234`.
pub fn grouped(digits: &str, separator: char) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left.is_multiple_of(3) && out.ends_with(|c: char| c.is_ascii_digit()) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn keys(locale: Locale) -> BTreeSet<String> {
        let lines = sources(locale).iter().flat_map(|source| source.lines());
        lines
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| Some(line.split_once(" =")?.0.to_owned()))
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_messages() {
        for locale in Locale::ALL {
            bundle(locale);
        }
        let (fr, en) = (keys(Locale::Fr), keys(Locale::En));
        assert!(fr.len() > 10, "found only {} messages", fr.len());
        assert_eq!(fr.difference(&en).collect::<Vec<_>>(), Vec::<&String>::new(), "missing in English");
        assert_eq!(en.difference(&fr).collect::<Vec<_>>(), Vec::<&String>::new(), "missing in French");
    }

    #[test]
    fn both_languages_use_the_same_variables() {
        let variables = |locale| {
            let mut of: std::collections::BTreeMap<String, BTreeSet<String>> = std::collections::BTreeMap::new();
            let mut key = String::new();
            for line in sources(locale).iter().flat_map(|source| source.lines()) {
                if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                    key = line.split(" =").next().unwrap_or_default().to_owned();
                }
                for part in line.split("{ $").skip(1) {
                    let name = part.split([' ', '}']).next().unwrap_or_default().to_owned();
                    of.entry(key.clone()).or_default().insert(name);
                }
            }
            of
        };
        assert_eq!(variables(Locale::Fr), variables(Locale::En));
    }

    #[test]
    fn every_message_named_in_the_source_exists_and_every_message_is_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (mut files, mut templates) = (Vec::new(), Vec::new());
        for folder in ["src", "adapters"] {
            read(&root.join(folder), "rs", &mut files);
            read(&root.join(folder), "html", &mut templates);
        }
        // A message to send is not a message of `locales/`, though both are made by a function of that name.
        let files = files.iter().map(|file| file.replace(concat!("Outgoing::te", "xt("), ""));
        // Nor is what a file makes of a function of its own.
        let named = |file: &String| ["crate::text::", "pstral_core::text::"].iter().any(|from| file.contains(from));
        let (ours, others): (Vec<String>, Vec<String>) = files.partition(named);
        let source = ours.concat() + &templates.concat();
        let defined = keys(Locale::Fr);
        // The function itself, not a method or a function of another type whose name ends so.
        let is_call = |before: &str| {
            before.ends_with("text::") || !before.ends_with(|c: char| c.is_alphanumeric() || "_.:".contains(c))
        };
        let call = concat!("text", "(\"");
        let unknown: Vec<&str> = source
            .match_indices(call)
            .filter(|(at, _)| is_call(&source[..*at]))
            .filter_map(|(at, _)| source[at + call.len()..].split('"').next())
            .filter(|key| !defined.contains(*key))
            .collect();
        assert_eq!(unknown, Vec::<&str>::new(), "not in locales/");
        let all = others.concat() + &source;
        let unused: Vec<&String> = defined.iter().filter(|key| !all.contains(&format!("\"{key}\""))).collect();
        assert_eq!(unused, Vec::<&String>::new(), "in locales/ but never shown");
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads the sources of the project")]
    fn read(folder: &Path, ending: &str, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, ending, into);
            } else if path.extension().is_some_and(|of| of == ending) {
                into.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn sentences_are_typeset_for_their_language() {
        let typed = "d'accord, l'{ $x } : « oui » ? 'non' :nom";
        assert_eq!(typeset(typed, Locale::Fr), "d’accord, l’{ $x }\u{a0}: «\u{a0}oui\u{a0}»\u{a0}? 'non' :nom");
        assert_eq!(typeset(typed, Locale::En), "d’accord, l’{ $x } : « oui » ? 'non' :nom");
    }

    /// French counts nothing as one: a sentence that says "one" in words would say it of nothing.
    #[test]
    fn one_in_words_is_never_said_of_nothing() {
        let mut counted = "";
        for line in sources(Locale::Fr).iter().flat_map(|source| source.lines()) {
            if let Some((before, _)) = line.split_once(" ->") {
                counted = before.rsplit('$').next().unwrap_or_default();
            }
            let holds = !line.trim_start().starts_with("[one]") || line.contains(&format!("{{ ${counted} }}"));
            assert!(holds, "write [1], and [0] where there may be none: {line}");
        }
        for (key, name, none, one) in [
            ("audit-exported", "entries", "Aucun événement exporté.", "Un événement exporté."),
            ("preview-rows", "shown", "Le tableau est trop grand", "La première ligne"),
        ] {
            let said = |count| text(key).count(name, count).render(Locale::Fr);
            assert!(said(0).starts_with(none) && said(1).starts_with(one), "{} {}", said(0), said(1));
        }
    }

    #[test]
    fn decimals_are_marked_as_the_language_does() {
        for (value, french, english) in
            [(2.84, "2,8", "2.8"), (0.0, "0,0", "0.0"), (1234.56, "1\u{202f}234,6", "1,234.6")]
        {
            let said = |locale| text("health-state").tenths("millis", value).render(locale);
            assert!(said(Locale::Fr).ends_with(&format!("en {french} ms")), "{}", said(Locale::Fr));
            assert!(said(Locale::En).ends_with(&format!(", {english} ms to write")), "{}", said(Locale::En));
        }
    }

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        for (digits, expected) in
            [("1", "1"), ("123", "123"), ("1234", "1 234"), ("-1234567", "-1 234 567"), ("-123", "-123")]
        {
            assert_eq!(grouped(digits, ' '), expected);
        }
    }
}
