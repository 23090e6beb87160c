//! The line that says who asked, above what several people read.

use crate::asker::Asker;
use crate::domain::{Locale, User};
use crate::egress::{fit, neutralized};
use crate::text::text;

/// Letters of a name above a message at most.
const LONGEST_NAME: usize = 60;

/// Adds the asker's name above a message that several people read.
pub(crate) fn signed(asker: &Asker, message: &str) -> String {
    match signature(asker) {
        Some(line) if message.is_empty() => line,
        Some(line) => format!("{line}\n{message}"),
        None => message.to_owned(),
    }
}

/// The line that says who asked; none where only they read.
pub(crate) fn signature(asker: &Asker) -> Option<String> {
    (!asker.place.private).then(|| asked_by(&asker.user, asker.user.locale))
}

/// The line that says that a user asked.
pub(crate) fn asked_by(user: &User, locale: Locale) -> String {
    let name = user.full_name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = neutralized(&fit(&name, LONGEST_NAME)).replace(['`', '*', '_'], "");
    text("asked-by").with("name", name).render(locale)
}
