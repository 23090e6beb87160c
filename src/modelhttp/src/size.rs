//! Sizes of models, for people.

use pstral_core::text::{Text, text};

/// A size as `ollama list` shows it, in the reader's way of writing: `1.9 GB`, `98 MB`; `1,9 Go`, `98 Mo`.
pub fn size(bytes: u64) -> Text {
    const MB: u64 = 1_000_000;
    let tenths_of_gb = (bytes + 50 * MB) / (100 * MB);
    if tenths_of_gb < 10 {
        return text("size-mb").count("size", (bytes + MB / 2) / MB);
    }
    #[expect(clippy::cast_precision_loss, reason = "a size in tenths of GB stays far below 2^53")]
    text("size-gb").tenths("size", tenths_of_gb as f64 / 10.0)
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::Locale;

    use super::*;

    #[test]
    fn sizes_read_as_ollama_shows_them() {
        for (bytes, english, french) in [
            (0, "0 MB", "0 Mo"),
            (98_362_745, "98 MB", "98 Mo"),
            (949_999_999, "950 MB", "950 Mo"),
            (950_000_000, "1.0 GB", "1,0 Go"),
            (1_929_912_432, "1.9 GB", "1,9 Go"),
            (47_415_000_000, "47.4 GB", "47,4 Go"),
        ] {
            assert_eq!([Locale::En, Locale::Fr].map(|locale| size(bytes).render(locale)), [english, french]);
        }
    }
}
