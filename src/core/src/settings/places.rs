//! The places of the configuration: who is welcome there, and how people are answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Locale, Mode, Place, Role};

/// What the configuration says of one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceTerms {
    /// Where in the configuration it stands, such as `places[0]`.
    pub key: String,
    /// The roles that are welcome there; `None` for every role.
    pub roles: Option<BTreeSet<Role>>,
    /// The target of questions there that name none.
    pub target: Option<String>,
    /// What questions are taken to be about in conversations that begin there.
    pub mode: Option<Mode>,
    /// The language of what everybody there reads; `None` for that of whoever asks.
    pub language: Option<Locale>,
    /// Whether results are shown only to who asked.
    pub private: bool,
}

/// Every place the configuration names, by its platform and the platform's id of it: the same id on another platform is
/// another place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<(String, String), PlaceTerms>);

impl Places {
    /// The same with one place more.
    #[must_use]
    pub fn with(mut self, platform: &str, id: &str, terms: PlaceTerms) -> Self {
        self.0.insert((platform.to_owned(), id.to_owned()), terms);
        self
    }

    /// What is said of a place, if anything is; what is said of a channel holds for its threads too.
    pub fn of(&self, place: &Place) -> Option<&PlaceTerms> {
        let of = |place: &Place| self.0.get(&(place.platform.to_string(), place.id.clone()));
        of(place).or_else(|| of(&place.channel()))
    }
}
