//! Words of a command, some of them in quotes.

/// The words of a text; between quotes of any kind, spaces belong to the word: `name="Zoé Le Goff"` is one.
pub(crate) fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut ends) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match ends {
            Some(end) if c == end => ends = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c.is_whitespace() => words.extend(word.take()),
            None => match closing(c) {
                Some(end) => {
                    word.get_or_insert_default();
                    ends = Some(end);
                }
                None => word.get_or_insert_default().push(c),
            },
        }
    }
    words.extend(word);
    words.iter().map(|word| word.trim().to_owned()).collect()
}

/// Returns the closing quotation mark for an opening one. Apostrophes are not among them, since names contain them.
fn closing(c: char) -> Option<char> {
    match c {
        '"' => Some('"'),
        '“' => Some('”'),
        '«' => Some('»'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotes_hold_words_together() {
        for (text, expected) in [
            ("add zoe role=admin", &["add", "zoe", "role=admin"][..]),
            (r#"name="Zoé Le Goff" email="""#, &["name=Zoé Le Goff", "email="]),
            ("nom=« Zoé D’Arc » x", &["nom= Zoé D’Arc", "x"]),
            ("nom=“Zoé O'Neill", &["nom=Zoé O'Neill"]),
            ("  ", &[]),
        ] {
            assert_eq!(super::words(text), expected, "{text}");
        }
    }
}
