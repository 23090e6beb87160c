//! Texts cut to what a message may hold, without leaving a block of code open or calling anybody by name.

use unicode_segmentation::UnicodeSegmentation as _;

use super::neutralized;
use super::split::{Split, Splitting, split};
use crate::domain::Length;
use crate::harmless;

/// The replacement of what is missing.
const CUT: &str = "\n…";

/// Cuts a name or a line to so many characters, between graphemes, ending in `…` where something is missing.
pub fn fit(text: &str, max_chars: usize) -> String {
    if text.chars().nth(max_chars).is_none() {
        return text.to_owned();
    }
    let sizes = text.graphemes(true).map(|grapheme| grapheme.chars().count());
    let kept = text.graphemes(true).take(fitting(sizes, max_chars.saturating_sub(1)));
    kept.chain(["…"]).collect()
}

/// The number of first items that have room one after the other, each of this size.
pub(crate) fn fitting(sizes: impl IntoIterator<Item = usize>, mut room: usize) -> usize {
    let fits = |size: &usize| room.checked_sub(*size).map(|left| room = left).is_some();
    sizes.into_iter().take_while(fits).count()
}

/// Cuts a text of ours to what one message may hold, at a safe place, its code closed.
pub fn whole(text: &str, length: Length) -> String {
    if length.holds(text) {
        return text.to_owned();
    }
    let Split { parts, .. } = split(text, Splitting { length: length.beside(CUT), most: 1 });
    let mut text = parts.concat();
    text.push_str(if text.ends_with(['`', '~', '|']) { CUT } else { CUT.trim_start() });
    text
}

/// The beginning of what a person wrote, to be said back to them.
pub fn echo(words: &str) -> String {
    neutralized(&fit(words, 40))
}

/// Somebody's words on one line, calling nobody.
pub fn quoted(words: &str, most: usize) -> String {
    fit(&harmless::one_line(&neutralized(words)), most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::LengthUnit;

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
        fn what_is_cut_fits(
            text in "([a-zé👩@` \n]|```\n){0,200}",
            most in 64usize..200,
            unit in prop::sample::select(vec![LengthUnit::Characters, LengthUnit::Utf16, LengthUnit::Bytes]),
        ) {
            let length = Length { most, unit };
            let text = whole(&text, length);
            prop_assert!(length.holds(&text), "{} > {most}: {text}", unit.count(&text));
        }
    }
}
