//! Texts cut to what a message may hold, without leaving a block of code open or calling anybody by name.

use unicode_segmentation::UnicodeSegmentation as _;

use super::disarmed;
use super::fence::closed;
use super::split::{Split, Splitting, split};
use crate::ports::Length;

/// What stands where something is missing.
const CUT: &str = "\n…";
/// Between what is ours and the model's words.
const GAP: &str = "\n\n";
/// Prose that has less room than this is left out where it does not fit.
const LEAST: usize = 60;

/// Cuts a name or a line to so many characters, between graphemes, ending in `…` where something is missing.
pub fn fit(text: &str, max_chars: usize) -> String {
    if text.chars().nth(max_chars).is_none() {
        return text.to_owned();
    }
    let mut room = max_chars.saturating_sub(1);
    let kept = text.graphemes(true).take_while(|grapheme| {
        let takes = grapheme.chars().count();
        let fits = takes <= room;
        room = room.saturating_sub(takes);
        fits
    });
    kept.chain(["…"]).collect()
}

/// Cuts a text of ours to what one message may hold, at a safe place, its code closed.
pub fn whole(text: &str, length: Length) -> String {
    if length.holds(text) {
        return text.to_owned();
    }
    let Length { most, unit } = length.beside(CUT);
    let Split { parts, .. } = split(text, Splitting { length: most, unit, most: 1 });
    let mut text = parts.concat();
    text.push_str(if text.ends_with(['`', '~', '|']) { CUT } else { CUT.trim_start() });
    text
}

/// What the model wrote around something of ours that must be read whole, such as a statement that can be run: the
/// model's words are cut where not all of it fits, and call nobody.
pub fn around(before: &str, ours: &str, after: &str, length: Length) -> String {
    let mut left = length.beside(ours);
    let mut prose = |text: &str| {
        let (text, room) = (closed(&disarmed(text.trim())), left.beside(GAP));
        if text.is_empty() || !(room.holds(&text) || room.most >= LEAST) {
            return String::new();
        }
        let text = whole(&text, room);
        left = room.beside(&text);
        text
    };
    let (before, after) = (prose(before), prose(after));
    let parts = [before.as_str(), ours, after.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(GAP)
}

/// The beginning of what a person wrote, to be said back to them.
pub fn echo(words: &str) -> String {
    disarmed(&fit(words, 40))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ports::LengthUnit;

    #[test]
    fn a_line_is_cut_between_graphemes() {
        for (text, expected) in [("abcde", "abcde"), ("abcdef", "abcd…"), ("abc👩‍🚀d", "abc…"), ("👩‍🚀👩‍🚀", "👩‍🚀…")]
        {
            assert_eq!(fit(text, 5), expected);
        }
    }

    #[test]
    fn a_message_is_cut_where_it_is_safe() {
        let length = Length { most: 62, unit: LengthUnit::Bytes };
        let text = "Voici :\n```sql\nSELECT name\nFROM clients\nWHERE city = 'Lyon'\n```";
        assert_eq!(whole(text, Length { most: 80, ..length }), text);
        let cut = whole(text, length);
        assert_eq!(cut, "Voici :\n```sql\nSELECT name\nFROM clients\n```\n…");
        assert_eq!(whole(&"été ".repeat(30), length), format!("{}…", "été ".repeat(9).trim_end()));
    }

    proptest! {
        #[test]
        fn ours_is_whole_and_all_of_it_fits(
            before in "([a-z@` \n]|```\n){0,80}",
            after in "[a-zé👩 \n]{0,80}",
            most in 30usize..200,
            unit in prop::sample::select(vec![LengthUnit::Characters, LengthUnit::Utf16, LengthUnit::Bytes]),
        ) {
            let ours = "```sql\nSELECT 1\n```";
            let length = Length { most, unit };
            let text = around(&before, ours, &after, length);
            prop_assert!(text.contains(ours));
            prop_assert!(length.holds(&text), "{} > {most}: {text}", unit.count(&text));
        }
    }
}
