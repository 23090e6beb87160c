//! Fingerprints of the sections of a configuration, without its secrets, which show what has changed since.

use std::collections::BTreeMap;
use std::fmt::Debug;

use pstral_core::domain::sha256;

use super::schema::Config;

/// Hexadecimal digits of a section: 48 bits tell two apart, and say nothing of what stands there.
const DIGITS: usize = 12;

/// A hash of each section of a configuration, by its key: `limits`, `targets.crm`, `roles.member`. Secrets take no part.
pub fn fingerprint(config: &Config) -> BTreeMap<String, String> {
    // Each section by its name: a new one cannot be forgotten.
    let Config {
        locale,
        timezone,
        data,
        default_target,
        store: _,
        model,
        answers,
        audit,
        witness,
        retention,
        limits,
        files,
        http,
        admin,
        log,
        platforms,
        catalog,
        quotas,
        places,
        targets,
        roles,
        file: _,
        shown: _,
    } = config;
    let mut sections: Vec<(String, &dyn Debug)> = vec![
        ("locale".to_owned(), locale),
        ("timezone".to_owned(), timezone),
        ("data".to_owned(), data),
        ("default_target".to_owned(), default_target),
        ("model".to_owned(), model),
        ("answers".to_owned(), answers),
        ("limits".to_owned(), limits),
        ("files".to_owned(), files),
        ("http".to_owned(), http),
        ("admin".to_owned(), admin),
        ("log".to_owned(), log),
        ("platforms".to_owned(), platforms),
        ("catalog".to_owned(), catalog),
        ("quotas".to_owned(), quotas),
        ("audit".to_owned(), audit),
        ("witness".to_owned(), witness),
        ("retention".to_owned(), retention),
    ];
    sections.extend(targets.iter().map(|(name, target)| (format!("targets.{name}"), target as &dyn Debug)));
    sections.extend(roles.iter().map(|(name, role)| (format!("roles.{name}"), role as &dyn Debug)));
    let of_place = |(at, place)| (format!("places[{at}]"), place as &dyn Debug);
    sections.extend(places.iter().enumerate().map(of_place));
    // The address may hold a password, in more than one place; where it leads is what matters.
    let store = config.location().to_string();
    sections.push(("store".to_owned(), &store));
    sections.into_iter().map(|(key, section)| (key, digits(section))).collect()
}

/// Formats the fingerprints as one line, for the audit.
pub fn to_line(sections: &BTreeMap<String, String>) -> String {
    sections.iter().map(|(key, digits)| format!("{key}={digits}")).collect::<Vec<_>>().join(" ")
}

/// Parses the fingerprints of such a line, ignoring anything else in it.
pub fn parse_line(line: &str) -> BTreeMap<String, String> {
    let sections = line.split_whitespace().filter_map(|word| word.split_once('='));
    sections.map(|(key, digits)| (key.to_owned(), digits.to_owned())).collect()
}

/// The keys whose sections are not the same, or are only in one.
pub fn changed(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    keys.into_iter().filter(|key| before.get(*key) != now.get(*key)).cloned().collect()
}

/// Debug output leaves secrets out, as their type does.
fn digits(section: &dyn Debug) -> String {
    sha256(&format!("{section:?}")).chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_is_kept_takes_part_and_a_password_does_not() {
        let none = || config::Environment::with_prefix("PSTRAL").source(Some(config::Map::new()));
        let of = |url: &str, days: u64| {
            let mut config = crate::config::load::load_with(&crate::config::Source::Demo, None, &none()).unwrap();
            config.store.url = url.to_owned().into();
            config.retention.audit_days = days;
            fingerprint(&config)
        };
        let [one, other] = ["one", "other"].map(|word| format!("postgres://db/pstral?user=bot&password={word}"));
        let before = of(&one, 30);
        assert!(changed(&before, &of(&other, 30)).is_empty());
        assert_eq!(changed(&before, &of("postgres://elsewhere/pstral?user=bot", 30)), ["store"]);
        assert_eq!(changed(&before, &of(&one, 31)), ["retention"]);
    }

    #[test]
    fn what_changed_is_named() {
        let of = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, digits)| ((*key).to_owned(), (*digits).to_owned())).collect()
        };
        let before = of(&[("limits", "aa"), ("targets.crm", "bb"), ("roles.old", "cc")]);
        let now = of(&[("limits", "aa"), ("targets.crm", "b0"), ("roles.new", "cc")]);
        assert_eq!(changed(&before, &now), ["roles.new", "roles.old", "targets.crm"]);
        assert_eq!(parse_line(&format!("pstral 0.1.0 {}", to_line(&now))), now);
        assert!(parse_line("pstral 0.1.0").is_empty());
    }
}
