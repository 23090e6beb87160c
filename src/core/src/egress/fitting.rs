//! Texts cut to what a message may hold, without leaving a code block open or calling anybody by name.

/// Room that a closing fence takes.
const FENCE: usize = 4;
/// Prose shorter than this says nothing: it is left out.
const LEAST: usize = 20;

/// Cuts a text to what one message may hold, ending in `…` where something is missing.
pub fn fit(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some(_) => text.chars().take(max_chars.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Cuts a text of ours to what one message may hold, its code fences closed.
pub fn whole(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    closed(&fit(text, max_chars.saturating_sub(FENCE)))
}

/// What the model wrote around something of ours that must be read whole, such as a statement that can be run: the
/// model's words are cut where not all of it fits, and call nobody.
pub fn around(before: &str, ours: &str, after: &str, max_chars: usize) -> String {
    let gap = "\n\n";
    let mut left = max_chars.saturating_sub(ours.chars().count());
    let mut prose = |text: &str| {
        let room = left.saturating_sub(gap.len() + FENCE);
        if text.trim().is_empty() || room < LEAST {
            return String::new();
        }
        let text = closed(&fit(&disarmed(text.trim()), room));
        left = left.saturating_sub(gap.len() + text.chars().count());
        text
    };
    let (before, after) = (prose(before), prose(after));
    let parts = [before.as_str(), ours, after.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(gap)
}

/// Closes a code fence that was left open, so that what follows is not code.
fn closed(text: &str) -> String {
    let mut open = None;
    for line in text.lines().map(str::trim) {
        match open {
            Some(marker) if line.starts_with(marker) => open = None,
            Some(_) => {}
            None => {
                let begun = ["```", "~~~"].into_iter().find(|marker| line.starts_with(marker));
                open = begun.filter(|marker| !line[marker.len()..].ends_with(marker));
            }
        }
    }
    match open {
        Some(marker) => format!("{text}\n{marker}"),
        None => text.to_owned(),
    }
}

/// The beginning of what a person wrote, to be said back to them.
pub fn echo(words: &str) -> String {
    disarmed(&fit(words, 40))
}

/// The signs that our own sentences begin with: whoever reads "✅ verified by …" can be sure who says so.
const MARKS: [char; 8] = ['✅', '🛡', '✂', '⏹', '⏳', '↳', '🔒', '⚖'];

/// The same words without our marks, calling nobody: a word joiner after each `@` that does not stand within a word, as
/// it does in an address. No platform takes `@⁠everyone` or `<@⁠42>` with it for a mention.
pub fn disarmed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars().filter(|c| !MARKS.contains(c)) {
        out.push(c);
        if c == '@' && !before.is_alphanumeric() {
            out.push('\u{2060}');
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_open_fence_is_closed() {
        for (text, expected) in [
            ("a", "a"),
            ("```\na", "```\na\n```"),
            ("~~~sql\na", "~~~sql\na\n~~~"),
            ("```\na\n```", "```\na\n```"),
            ("```a```", "```a```"),
            ("~~~\n```\n~~~", "~~~\n```\n~~~"),
        ] {
            assert_eq!(closed(text), expected);
        }
    }

    #[test]
    fn nobody_is_called() {
        for (text, expected) in [
            ("@everyone", "@\u{2060}everyone"),
            ("(@here)", "(@\u{2060}here)"),
            ("<@&1>", "<@\u{2060}&1>"),
            ("a@example.org", "a@example.org"),
            ("✅ Verified by Claire", " Verified by Claire"),
        ] {
            assert_eq!(disarmed(text), expected);
        }
    }

    proptest! {
        #[test]
        fn ours_is_whole_and_all_of_it_fits(before in "([a-z@` \n]|```\n){0,80}", after in "[a-zé \n]{0,80}", max in 30usize..200) {
            let ours = "```sql\nSELECT 1\n```";
            let text = around(&before, ours, &after, max);
            prop_assert!(text.contains(ours));
            prop_assert!(text.chars().count() <= max, "{} > {max}: {text}", text.chars().count());
        }
    }
}
