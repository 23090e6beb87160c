//! The errors of a file of verified queries, worded so that its steward can correct them.

use std::fmt;

use pstral_core::domain::Locale;
use pstral_core::knowledge::WhatIsWrong;

/// Every fault of a file, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

/// A fault of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The entry's id, its place (`entry 3`) when it has none, or `file`.
    pub entry: String,
    /// The error.
    pub what: WhatIsWrong,
}

impl Fault {
    pub(super) fn new(entry: &str, what: WhatIsWrong) -> Self {
        Self { entry: entry.to_owned(), what }
    }

    /// Formats the error for the steward, after the name of the entry.
    pub fn render(&self, locale: Locale) -> String {
        format!("{}: {}", self.entry, self.what.text().render(locale))
    }
}

impl Faults {
    /// Formats the errors for the steward, one per line.
    pub fn render(&self, locale: Locale) -> String {
        self.0.iter().map(|fault| fault.render(locale)).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Locale::En))
    }
}

impl std::error::Error for Faults {}
