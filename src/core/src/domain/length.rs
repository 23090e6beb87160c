//! The maximum length of a message's text.

/// The maximum length of a message's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The maximum number of units.
    pub most: usize,
    /// The unit.
    pub unit: LengthUnit,
}

impl Length {
    /// So many characters.
    pub const fn characters(most: usize) -> Self {
        Self { most, unit: LengthUnit::Characters }
    }

    /// Checks whether a text fits.
    pub fn holds(self, text: &str) -> bool {
        // A unit takes a byte at least.
        text.len() <= self.most || self.unit.count(text) <= self.most
    }

    /// The room that is left beside a text.
    #[must_use]
    pub fn beside(self, text: &str) -> Self {
        self.less(self.unit.count(text))
    }

    /// Returns the length reduced by so many units.
    #[must_use]
    pub fn less(self, units: usize) -> Self {
        Self { most: self.most.saturating_sub(units), ..self }
    }
}

/// The unit in which the length of a text is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Unicode scalar values.
    Characters,
    /// UTF-16 code units, as JavaScript counts.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl LengthUnit {
    /// Counts the units of a text.
    pub fn count(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Bytes => text.len(),
        }
    }
}
