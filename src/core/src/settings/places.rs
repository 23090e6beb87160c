//! The places of the configuration: who is welcome there, and how people are answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Locale, Mode, Place, Role};

/// Configuration of one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceTerms {
    /// Key of its entry in the configuration, such as `places[0]`.
    pub key: String,
    /// The roles that are welcome there; `None` for every role.
    pub roles: Option<BTreeSet<Role>>,
    /// The target of questions there that name none.
    pub target: Option<String>,
    /// Mode of conversations that begin there.
    pub mode: Option<Mode>,
    /// The language of what everybody there reads; `None` for that of whoever asks.
    pub language: Option<Locale>,
    /// True if results are shown only to the asker.
    pub private: bool,
}

/// Every place the configuration names, by its platform and the platform's id of it: the same id on another platform is
/// another place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<(String, String), PlaceTerms>);

impl Places {
    /// Returns the places with one more.
    #[must_use]
    pub fn with(mut self, platform: &str, id: &str, terms: PlaceTerms) -> Self {
        self.0.insert((platform.to_owned(), id.to_owned()), terms);
        self
    }

    /// Returns the configuration of a place, if any; that of a channel holds for its threads too.
    pub fn of(&self, place: &Place) -> Option<&PlaceTerms> {
        let of = |id: String| self.0.get(&(place.platform.to_string(), id));
        of(place.path()).or_else(|| of(place.id.clone()))
    }
}
