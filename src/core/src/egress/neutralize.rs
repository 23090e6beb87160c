//! Takes out of a text what would call people, pass for our own words or hide, wherever the chunks are cut.

use crate::harmless::{Pile, stays};

/// Shown as nothing. No platform takes `@⁠everyone` or `<@⁠42>` with it for a mention.
pub(crate) const JOINER: char = '\u{2060}';

/// The signs that our own sentences begin with: whoever reads "✅ verified by …" can be sure who says so.
const MARKS: [char; 8] = ['✅', '🛡', '✂', '⏹', '⏳', '↳', '🔒', '⚖'];

/// Asks that a sign be shown as a picture; of a mark that is left out nothing stays.
const PICTURE: char = '\u{fe0f}';

/// Names that call everybody, on whatever they follow.
const EVERYBODY: [&str; 3] = ["everyone", "here", "room"];

/// The path before a user name in addresses of schemes that have users.
const USERS: [&str; 2] = [":u/", ":user/"];

/// Escaped forms of `@` in addresses, or their beginnings.
const AT_SIGNS: [&str; 3] = ["%40", "&#", "&commat;"];

/// Returns the text without our own marks and hidden or control characters, mentioning nobody.
pub fn neutralized(text: &str) -> String {
    let mut disarmer = Neutralizer::default();
    let mut out = disarmer.push(text);
    out.push_str(&disarmer.finish());
    out
}

/// Checks whether a text begins with a sign that only our own sentences begin with.
pub(crate) fn is_ours(text: &str) -> bool {
    text.starts_with(MARKS)
}

/// Passes a text on, our marks left out and what [`harmless`](crate::harmless::text) leaves out, with a word joiner where somebody would be called or misled:
///
/// - after an `@` that a name may follow, unless it stands within a word, as in an address, or within a link;
/// - after any `@` that `everyone`, `here` or `room` follows, but for addresses such as `ann@here.example`;
/// - within what names people in a link, of whichever platform: an `@`, however it is written, in what follows `#/`; and
///   `:u/` (<https://spec.matrix.org/latest/appendices/#uris>);
/// - between the text and the address of a link whose text is an address too: both are seen, none is hidden.
///
/// Code is no exception: where a platform sees code is the platform's matter, and what runs is shown from our own copy.
#[derive(Debug, Default)]
pub struct Neutralizer {
    /// The last characters that were passed on, as many as the longest word that is looked for, in lower case.
    last: [char; 9],
    at: At,
    /// The text after an `@` within a word, while it may become a name of everybody.
    held: String,
    /// True if an address has begun and no blank came since.
    in_address: bool,
    /// True if the address or word has reached a `#/`.
    in_fragment: bool,
    brackets: Brackets,
    /// A mark was left out just now.
    marked: bool,
    pile: Pile,
}

/// The treatment of the last `@`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    /// It was dealt with.
    #[default]
    Past,
    /// A joiner where a name follows.
    Armed,
    /// A joiner where the name of everybody follows.
    Within,
}

/// The text of a link.
#[derive(Debug, Default)]
struct Brackets {
    depth: u32,
    /// True if it looks like an address.
    shows_address: bool,
    /// It has just ended, and did.
    ended: bool,
}

impl Neutralizer {
    /// Takes the next chunk and returns what of it can be passed on by now: all but eight characters at most.
    pub fn push(&mut self, chunk: &str) -> String {
        let mut out = String::with_capacity(chunk.len() + 8);
        for c in chunk.chars() {
            self.take(c, &mut out);
        }
        out
    }

    /// Ends the text: the characters that were held back.
    pub fn finish(mut self) -> String {
        let mut out = String::new();
        self.release(None, &mut out);
        // Something of ours may follow.
        if self.at == At::Armed {
            out.push(JOINER);
        }
        out
    }

    /// Takes the next character; a possible `@everyone` is held back until it is certain.
    fn take(&mut self, c: char, out: &mut String) {
        if !stays(c) || !self.pile.bears(c) {
            return;
        }
        if MARKS.contains(&c) || (c == PICTURE && self.marked) {
            self.marked = true;
            return;
        }
        self.marked = false;
        if self.at == At::Within {
            let name = self.held.to_lowercase();
            let longer = name + &c.to_lowercase().collect::<String>();
            if EVERYBODY.iter().any(|everybody| everybody.starts_with(&longer) || longer == format!("{everybody}.")) {
                self.held.push(c);
                return;
            }
            self.release(Some(c), out);
        }
        self.pass(c, out);
    }

    /// Passes on what was held, disarmed where it calls everybody: what follows tells it from an address.
    fn release(&mut self, next: Option<char>, out: &mut String) {
        let held = std::mem::take(&mut self.held);
        if self.at == At::Within {
            self.at = At::Past;
            let name = held.trim_end_matches('.').to_lowercase();
            let goes_on = next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
            if EVERYBODY.contains(&name.as_str()) && !goes_on {
                out.push(JOINER);
            }
        }
        for c in held.chars() {
            self.pass(c, out);
        }
    }

    fn pass(&mut self, c: char, out: &mut String) {
        let joins = match self.at {
            At::Armed => c.is_alphanumeric() || "&!._=-/+".contains(c),
            At::Past | At::Within => false,
        };
        self.at = At::Past;
        if joins || self.names_somebody(c) || self.brackets.hides(c) {
            out.push(JOINER);
        }
        out.push(c);
        self.note(c);
    }

    /// Checks whether a link to a person is complete with this character.
    fn names_somebody(&self, c: char) -> bool {
        let is_whole = |sign: &&str| sign.strip_suffix(c).is_some_and(|before| self.follows(before));
        USERS.iter().any(is_whole) || (self.in_fragment && AT_SIGNS.iter().any(is_whole))
    }

    fn follows(&self, word: &str) -> bool {
        word.chars().rev().eq(self.last.iter().rev().copied().take(word.len()))
    }

    /// Remembers what the next characters depend on.
    fn note(&mut self, c: char) {
        let before = self.last[8];
        if matches!(c, '@' | '＠') {
            let is_within = before.is_alphanumeric() || (self.in_address && !self.in_fragment && before != '<');
            self.at = if is_within { At::Within } else { At::Armed };
        }
        self.last.rotate_left(1);
        self.last[8] = c.to_ascii_lowercase();
        let begins_address = self.follows("://") || self.follows("www.");
        let ends = c.is_whitespace() || "<>()[]\"'`".contains(c);
        self.in_address = (self.in_address || begins_address) && !ends;
        self.in_fragment = (self.in_fragment || self.follows("#/")) && !ends;
        self.brackets.note(c, before, begins_address);
    }
}

impl Brackets {
    /// Checks whether the next character would hide an address behind another one.
    fn hides(&mut self, c: char) -> bool {
        std::mem::take(&mut self.ended) && matches!(c, '(' | '[' | ':')
    }

    fn note(&mut self, c: char, before: char, begins_address: bool) {
        match c {
            '[' => {
                self.shows_address &= self.depth > 0;
                self.depth = self.depth.saturating_add(1);
            }
            ']' => {
                self.depth = self.depth.saturating_sub(1);
                self.ended = self.shows_address;
            }
            // The text of a link ends with its paragraph.
            '\n' if before == '\n' => *self = Self::default(),
            _ => self.shows_address |= begins_address && self.depth > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_is_called() {
        for (text, expected) in [
            ("@everyone", "@|everyone"),
            ("(@here)", "(@|here)"),
            ("<@42> <@!42> <@&1> <#7>", "<@|42> <@|!42> <@|&1> <#7>"),
            ("@ann:example.org et @room", "@|ann:example.org et @|room"),
            ("a@example.org", "a@example.org"),
            ("a@Everyone b@here. c@room", "a@|Everyone b@|here. c@|room"),
            ("a@here.example a@here-b.c a@heres a@room.", "a@here.example a@here-b.c a@heres a@|room."),
            ("a@her", "a@her"),
            ("＠everyone", "＠|everyone"),
            ("@@everyone", "@@|everyone"),
            ("tags @> ARRAY[1] <@ b", "tags @> ARRAY[1] <@ b"),
            ("@ home, 3 @ 5", "@ home, 3 @ 5"),
            ("who @", "who @|"),
            ("`@everyone`", "`@|everyone`"),
            ("https://a.b/@types/node", "https://a.b/@types/node"),
            ("https://a.b/@everyone https://<@1>", "https://a.b/@|everyone https://<@|1>"),
            ("[x](https://matrix.to/#/@ann:b.c)", "[x](https://matrix.to/#/@|ann:b.c)"),
            ("[x](https://matrix.to/#/%40ann:b.c)", "[x](https://matrix.to/#/%4|0ann:b.c)"),
            (
                "[x](matrix.to/#/&#64;ann) [x](//a/#/user/&Commat;ann)",
                "[x](matrix.to/#/&|#64;ann) [x](//a/#/user/&Commat|;ann)",
            ),
            (
                "https://a.b/#/page?c=d https://a.b/?c=%40d LIKE '%40'",
                "https://a.b/#/page?c=d https://a.b/?c=%40d LIKE '%40'",
            ),
            ("<matrix:u/ann:b.c> Matrix:User/ann:b.c", "<matrix:u|/ann:b.c> Matrix:User|/ann:b.c"),
            ("[https://bank](https://evil)", "[https://bank]|(https://evil)"),
            ("[see **www.bank**][1]", "[see **www.bank**]|[1]"),
            ("[[a] https://bank]: https://evil", "[[a] https://bank]|: https://evil"),
            ("[the bank](https://bank) [a](b)", "[the bank](https://bank) [a](b)"),
            ("[ https://bank\n\n[a](b)", "[ https://bank\n\n[a](b)"),
            ("✅ Verified by Claire", " Verified by Claire"),
            ("⚖️ a @✅here", " a @|here"),
            ("a\u{202e}b\u{1b}[31m\r\n\tc @\u{200b}everyone", "ab[31m\n\tc @|everyone"),
            (
                "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
                "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
            ),
        ] {
            assert_eq!(neutralized(text), expected.replace('|', "\u{2060}"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter(text in prop::collection::vec(prop::sample::select(vec![
            "@", "<@", "a", "é", " ", ".", "everyone", "HERE", "her", "e", "room", "-", "https://", "#/", "%40", ":u", "/", "[", "](", "]", ":", "\n", "✅",
            "\u{fe0f}", "1", "www.", "(", "\u{200b}", "\u{301}",
        ]), 0..30), length in 1usize..6) {
            let text = text.concat();
            let (mut disarmer, mut out) = (Neutralizer::default(), String::new());
            let chars: Vec<char> = text.chars().collect();
            for chunk in chars.chunks(length) {
                out += &disarmer.push(&chunk.iter().collect::<String>());
            }
            out += &disarmer.finish();
            prop_assert_eq!(&out, &neutralized(&text));
            // Nothing but our marks is lost, nothing but joiners is added.
            let kept = |text: &str| -> String { text.chars().filter(|c| !MARKS.contains(c) && !"\u{2060}\u{fe0f}\u{200b}\u{301}".contains(*c)).collect() };
            prop_assert_eq!(kept(&out), kept(&text));
            prop_assert!(!out.contains("<@1") && !out.contains(" @everyone"), "{}", out);
            prop_assert!(["#/@a", "#/%40", ":u/"].iter().all(|link| !out.contains(link)), "{}", out);
            prop_assert!(!out.contains(MARKS));
        }
    }
}
