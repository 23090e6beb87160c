//! Mentions of the bot in a message, by Matrix's own field or by name, and the text without them.

use serde_json::Value;

/// The names by which the bot is mentioned.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    /// `@name:server`.
    pub(crate) id: &'a str,
    /// The display name in the room.
    pub(crate) shown: Option<&'a str>,
}

impl Names<'_> {
    /// Checks whether a message mentions the bot.
    pub(crate) fn mention_bot(&self, content: &Value, words: &str) -> bool {
        // A program that says whom a message is for leaves nothing to its words.
        if content["m.mentions"].is_object() {
            let named = content["m.mentions"]["user_ids"].as_array();
            return named.is_some_and(|users| users.iter().any(|user| user == self.id));
        }
        let words = words.trim_start();
        let is_named = [Some(self.id), self.shown()].into_iter().flatten().any(|name| find(words, name).is_some());
        // Within a sentence, a name such as “data” may be a word like any other.
        let by_local = |local: &str| find(words, local).is_some_and(|(at, _)| self.shown().is_none() || at == 0);
        let is_local = self.local().is_some_and(|local| by_local(local) || find(words, &format!("@{local}")).is_some());
        is_named || is_local
    }

    /// Removes a name of the bot from the start or the end of a text.
    pub(crate) fn without(&self, words: &str) -> String {
        let words = words.trim();
        for name in self.all() {
            let Some((at, end)) = find(words, name) else { continue };
            let (before, after) = (words[..at].trim_end(), &words[end..]);
            let before = before.strip_suffix('@').unwrap_or(before);
            if before.trim().is_empty() {
                return after.trim_start_matches([':', ',', ' ', '\u{a0}', '\n', '-', '–']).trim().to_owned();
            }
            if after.trim().chars().all(|letter| matches!(letter, '?' | '!' | '.' | ' ')) {
                return format!("{}{}", before.trim_end_matches([',', ' ']), after.trim());
            }
        }
        words.to_owned()
    }

    /// Iterates over the names, the longest first, as the shorter may be part of it.
    fn all(&self) -> impl Iterator<Item = &str> {
        [Some(self.id), self.shown(), self.local()].into_iter().flatten()
    }

    fn shown(&self) -> Option<&str> {
        self.shown.map(str::trim).filter(|name| !name.is_empty())
    }

    fn local(&self) -> Option<&str> {
        self.id.strip_prefix('@').and_then(|id| id.split_once(':')).map(|(name, _)| name)
    }
}

/// Finds a name as a separate word in a text, ignoring case. Returns its start and end in bytes.
fn find(text: &str, name: &str) -> Option<(usize, usize)> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let letters: Vec<(usize, char)> =
        text.char_indices().flat_map(|(at, letter)| letter.to_lowercase().map(move |low| (at, low))).collect();
    let end_of = |at: usize| letters.get(at).map_or(text.len(), |(at, _)| *at);
    let is_apart = |letter: Option<&(usize, char)>| letter.is_none_or(|(_, letter)| !letter.is_alphanumeric());
    (0..letters.len()).find_map(|at| {
        let end = at + wanted.len();
        let fits = letters.get(at..end)?.iter().map(|(_, letter)| letter).eq(&wanted);
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        // Part of an address is no call.
        let is_address = before.is_some_and(|(_, letter)| matches!(letter, '.' | '/' | '-' | '_'))
            || letters.get(end).is_some_and(|(_, letter)| matches!(letter, '/' | '_'))
            || (matches!(letters.get(end), Some((_, '.' | ':' | '-' | '@'))) && !is_apart(letters.get(end + 1)));
        (fits && is_apart(before) && is_apart(letters.get(end)) && !is_address).then(|| (letters[at].0, end_of(end)))
    })
}

/// Removes the quotation that older clients put above a reply.
pub(crate) fn without_quote<'a>(content: &Value, body: &'a str) -> &'a str {
    if content["m.relates_to"]["m.in_reply_to"].is_null() || !body.starts_with("> ") {
        return body;
    }
    let mut rest = body;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest.trim_start_matches('\n')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAMES: Names<'_> = Names { id: "@pstral:example.org", shown: Some("Pstral Été") };

    #[test]
    fn names_call_us_in_any_case_and_place() {
        for (words, called, said) in [
            ("Pstral Été: Liste les clients", true, "Liste les clients"),
            ("PSTRAL ÉTÉ, liste", true, "liste"),
            ("@pstral liste", true, "liste"),
            ("pstral liste", true, "liste"),
            ("Liste les clients, @pstral:example.org ?", true, "Liste les clients?"),
            ("Que sait Pstral des clients ?", false, "Que sait Pstral des clients ?"),
            ("Que sait Pstral Été des clients ?", true, "Que sait Pstral Été des clients ?"),
            ("Merci, @pstral !", true, "Merci!"),
            ("pstrals liste", false, "pstrals liste"),
            ("voir https://x.org/pstral et pstral.org", false, "voir https://x.org/pstral et pstral.org"),
            ("pstral", true, ""),
            ("", false, ""),
        ] {
            assert_eq!(NAMES.mention_bot(&json!({}), words), called, "{words}");
            assert_eq!(NAMES.without(words), said, "{words}");
        }
    }

    #[test]
    fn the_mark_of_matrix_calls_us_too() {
        let marked = |id: &str| json!({ "m.mentions": { "user_ids": [id] } });
        assert!(NAMES.mention_bot(&marked("@pstral:example.org"), "liste"));
        assert!(!NAMES.mention_bot(&marked("@zoe:example.org"), "liste"));
        assert!(!NAMES.mention_bot(&json!({ "m.mentions": {} }), "pstral: liste"), "nobody is meant");
    }

    #[test]
    fn the_words_of_others_are_left_out() {
        let answer = json!({ "m.relates_to": { "m.in_reply_to": { "event_id": "$a" } } });
        assert_eq!(without_quote(&answer, "> <@pstral:x> Voici\n> tout\n\nMerci"), "Merci");
        assert_eq!(without_quote(&json!({}), "> cité\n\nMerci"), "> cité\n\nMerci");
        assert_eq!(without_quote(&answer, "Merci"), "Merci");
    }
}
