//! Sizes of models, for people.

/// A size as `ollama list` shows it: `1.9 GB`, `98 MB`.
pub fn readable(bytes: u64) -> String {
    const MB: u64 = 1_000_000;
    let tenths_of_gb = (bytes + 50 * MB) / (100 * MB);
    if tenths_of_gb < 10 {
        return format!("{} MB", (bytes + MB / 2) / MB);
    }
    format!("{}.{} GB", tenths_of_gb / 10, tenths_of_gb % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_ollama_shows_them() {
        for (bytes, expected) in [
            (0, "0 MB"),
            (98_362_745, "98 MB"),
            (949_999_999, "950 MB"),
            (950_000_000, "1.0 GB"),
            (1_929_912_432, "1.9 GB"),
            (47_415_000_000, "47.4 GB"),
        ] {
            assert_eq!(readable(bytes), expected);
        }
    }
}
