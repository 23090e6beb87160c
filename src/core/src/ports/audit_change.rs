//! Names the part of the audit that is not as it was signed.

use std::fmt;

use crate::domain::Locale;
use crate::text::Text;

/// The part of the audit that is not as it was signed, with a sentence about it.
#[derive(Debug, Clone, PartialEq)]
pub enum AuditChange {
    /// A chain in the state database.
    Chain(Text),
    /// A head that is kept outside the state database.
    KeptHead(Text),
}

impl AuditChange {
    /// Returns the sentence.
    pub fn text(&self) -> &Text {
        let (Self::Chain(what) | Self::KeptHead(what)) = self;
        what
    }
}

impl fmt::Display for AuditChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().render(Locale::En))
    }
}
