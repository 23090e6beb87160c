//! The lines below the table of a result.

use crate::domain::Locale;
use crate::results::Preview;
use crate::text::{Text, text};

/// The lines below the table of a result.
#[derive(Debug, Default)]
pub(crate) struct Below {
    /// A sentence about the number of rows, and the time they took.
    pub(crate) summary: String,
    /// The sentences about the result as a whole, whichever of its rows are shown.
    pub(crate) rest: Vec<Text>,
}

impl Below {
    /// The text of a message: the table, how many rows there are, what the table leaves out, and all else.
    pub(crate) fn under(&self, preview: Option<&Preview>, left_out: &[Text], locale: Locale) -> String {
        let table = preview.map(|preview| preview.text.clone());
        let said = left_out.iter().chain(&self.rest).map(|sentence| sentence.render(locale));
        table.into_iter().chain([self.summary.clone()]).chain(said).collect::<Vec<_>>().join("\n")
    }
}

/// A sentence about the columns a table has no room for, where there are any.
pub(crate) fn hidden_columns(preview: &Preview) -> Option<Text> {
    let hidden = preview.hidden_columns as u64;
    (hidden > 0).then(|| text("preview-columns").count("hidden", hidden))
}
