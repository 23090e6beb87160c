//! A fault of the configuration, with its key and its remedy.

use std::fmt;

use pstral_core::text::{Text, text};

/// A fault of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The dotted key, such as `model.url`; empty when the whole is concerned.
    pub key: String,
    /// The error and the correction.
    pub sentence: Text,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.sentence.render(pstral_core::domain::Locale::En))
    }
}

impl Fault {
    /// A fault of the value at `key`.
    pub fn new(key: impl Into<String>, sentence: Text) -> Self {
        Self { key: key.into(), sentence }
    }

    pub(super) fn secret(key: &str, path: &str, error: &std::io::Error) -> Self {
        Self::new(key, text("config-secret-unreadable").with("path", path).with("error", error.to_string()))
    }
}
