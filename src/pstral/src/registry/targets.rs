//! The kinds of target of this program, a line each.

use std::fmt;
use std::sync::Arc;

use anyhow::Context as _;
use config::{ConfigError, Value};
use pstral_core::ports::{QueryTarget, TargetSection};
use serde::de::DeserializeOwned;
use serde_path_to_error::Error as PathError;

use crate::config::{Config, TargetConfig};

/// Every kind of target that this build has.
const KINDS: &[TargetKind] = &[
    #[cfg(feature = "oracle")]
    TargetKind::of::<pstral_oracle::OracleSection>("oracle"),
    #[cfg(feature = "postgres")]
    TargetKind::of::<pstral_postgres::PostgresSection>("postgres"),
    #[cfg(feature = "sqlite")]
    TargetKind::of::<pstral_sqlite::SqliteSection>("sqlite"),
];

/// The kinds that this build leaves out.
const LEFT_OUT: &[&str] = &[
    #[cfg(not(feature = "oracle"))]
    "oracle",
    #[cfg(not(feature = "postgres"))]
    "postgres",
    #[cfg(not(feature = "sqlite"))]
    "sqlite",
];

/// A kind of target: the name that a configuration writes, and the keys that belong to it.
pub struct TargetKind {
    name: &'static str,
    keys: fn() -> &'static [&'static str],
    secrets: fn() -> &'static [&'static str],
    read: ReadSection,
}

type ReadSection = fn(Value) -> Result<Arc<dyn TargetSection>, Box<PathError<ConfigError>>>;

impl fmt::Debug for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl TargetKind {
    const fn of<S: TargetSection + DeserializeOwned + 'static>(name: &'static str) -> Self {
        let read = |keys| {
            let section: S = serde_path_to_error::deserialize(keys).map_err(Box::new)?;
            Ok(Arc::new(section) as Arc<dyn TargetSection>)
        };
        Self { name, keys: S::keys, secrets: S::secrets, read }
    }

    /// Returns the names of all kinds.
    pub(crate) fn names() -> Vec<&'static str> {
        KINDS.iter().map(|kind| kind.name).collect()
    }

    /// Returns the kind of a name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Returns whether a name is that of a kind that this build leaves out.
    pub(crate) fn is_left_out(name: &str) -> bool {
        LEFT_OUT.contains(&name)
    }

    /// Returns the keys that some kind of target has and not all.
    pub(crate) fn all_keys() -> impl Iterator<Item = &'static str> {
        KINDS.iter().flat_map(|kind| (kind.keys)()).copied()
    }

    /// Returns the keys of the secrets of every kind.
    pub(crate) fn all_secrets() -> impl Iterator<Item = &'static str> {
        KINDS.iter().flat_map(|kind| (kind.secrets)()).copied()
    }

    /// Returns the name that a configuration writes.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the keys that belong to this kind.
    pub(crate) fn keys(&self) -> &'static [&'static str] {
        (self.keys)()
    }

    /// Returns whether a key belongs to this kind.
    pub(crate) fn has(&self, key: &str) -> bool {
        (self.keys)().contains(&key)
    }

    /// Reads a table of the kind's own keys.
    ///
    /// # Errors
    /// Fails with the path of the first value that has not the form it must have.
    pub(crate) fn read(&self, keys: Value) -> Result<Arc<dyn TargetSection>, Box<PathError<ConfigError>>> {
        (self.read)(keys)
    }
}

/// Creates a target of the configuration, without connecting.
///
/// # Errors
/// Fails if the configuration was not checked and a value has an error.
pub fn target(config: &Config, name: &str, target: &TargetConfig) -> anyhow::Result<Arc<dyn QueryTarget>> {
    target.section.target(&target.surroundings(config)).with_context(|| format!("targets.{name}"))
}

#[cfg(test)]
mod tests {
    use config::{Map, ValueKind};
    use pstral_core::domain::{Catalog, Dialect};
    use pstral_core::ports::{SectionError, SectionFault, TargetSurroundings};
    use pstral_core::testkit::query_target::FakeTarget;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ToySection {
        host: Option<String>,
    }

    impl TargetSection for ToySection {
        fn keys() -> &'static [&'static str] {
            &["host"]
        }

        fn faults(&self, _: &TargetSurroundings) -> Vec<SectionFault> {
            self.host.is_none().then(|| SectionFault::missing("host")).into_iter().collect()
        }

        fn target(&self, _: &TargetSurroundings) -> Result<Arc<dyn QueryTarget>, SectionError> {
            let (tables, callables, synonyms) = Default::default();
            let catalog =
                Catalog { dialect: Dialect::Sqlite, default_schema: "main".to_owned(), tables, callables, synonyms };
            Ok(Arc::new(FakeTarget::new(catalog)))
        }
    }

    fn table(keys: &[(&str, &str)]) -> Value {
        let keys = keys.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value)));
        Value::new(None, ValueKind::Table(keys.collect::<Map<_, _>>()))
    }

    #[test]
    fn a_section_and_a_line_are_a_target() {
        let toy = TargetKind::of::<ToySection>("toy");
        let around = TargetSurroundings::default();
        let faults = toy.read(table(&[])).unwrap().faults(&around);
        assert_eq!(faults.iter().map(|fault| fault.key).collect::<Vec<_>>(), ["host"]);
        let section = toy.read(table(&[("host", "h")])).unwrap();
        assert!(section.faults(&around).is_empty());
        assert_eq!(section.target(&around).unwrap().dialect(), Dialect::Sqlite);
    }

    #[test]
    fn the_listed_keys_are_those_that_are_read() {
        for kind in KINDS {
            let error = kind.read(table(&[("of_no_kind", "x")])).unwrap_err().inner().to_string();
            let (_, expected) = error.split_once("expected").unwrap();
            let read: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
            assert_eq!(read, (kind.keys)(), "{kind:?}");
        }
    }
}
