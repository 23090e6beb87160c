//! An answer laid out over messages.

use super::fence::closed;
use super::neutralized;
use super::split::{Split, Splitting, split, split_above};
use crate::ports::Capabilities;

/// Between what the model wrote and what is ours.
const GAP: &str = "\n\n";
/// The least room for prose above what is ours: code and tables go on in no less.
const LEAST: usize = 60;

/// Returns how texts are split for a platform.
pub fn splitting(capabilities: &Capabilities) -> Splitting {
    Splitting { length: capabilities.length, most: capabilities.max_messages.max(1) }
}

/// The parts of an answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnswerLayout<'a> {
    /// A line of ours above all of it, or nothing.
    pub heading: &'a str,
    /// The model's text before ours; it mentions nobody.
    pub before: &'a str,
    /// Something of ours that must be read whole, such as a statement that can be run, or nothing.
    pub ours: &'a str,
    /// The model's text after ours.
    pub after: &'a str,
}

/// Lays an answer out: the model's words over as many messages as they take, our own text whole in the last one. Our
/// text must fit in one message, with the heading.
pub fn lay_out(answer: AnswerLayout<'_>, by: Splitting) -> Split {
    let length = by.length;
    let (mut before, after) = (neutralized(answer.before.trim()), neutralized(answer.after.trim()));
    let mut last = joined(GAP, &[answer.ours, &closed(&after)]);
    // In its only message, it stands beside the heading.
    let room = if by.most == 1 { length.beside(answer.heading).less(1) } else { length };
    if !room.holds(&last) {
        before = joined(GAP, &[&before, &after]);
        answer.ours.clone_into(&mut last);
    }
    let gap = if before.is_empty() { "\n" } else { GAP };
    let prose = joined("\n", &[answer.heading, &before]);
    let mut laid = split(&prose, by);
    if last.is_empty() {
        return laid;
    }
    if laid.rest.is_none() {
        if let Some(end) = laid.parts.last_mut() {
            let together = joined(gap, &[end, &last]);
            if length.holds(&together) {
                *end = together;
                return laid;
            }
        }
        if laid.parts.len() < by.most {
            laid.parts.push(last);
            return laid;
        }
    }
    if let Some(filled) = filled(&prose, gap, &last, by) {
        return filled;
    }
    if by.most == 1 {
        return Split { parts: vec![joined("\n", &[answer.heading, &last])], rest: Some(before) };
    }
    laid = split(&prose, Splitting { most: by.most - 1, ..by });
    laid.parts.push(last);
    laid
}

/// All messages full: what is ours stands in the last one, below as much of the prose as has room there. What people read
/// while it grew stays where it was. `None` where the room is too small to be worth it.
fn filled(prose: &str, gap: &str, last: &str, by: Splitting) -> Option<Split> {
    let below = by.length.unit.count(gap) + by.length.unit.count(last);
    if by.length.most < below + LEAST {
        return None;
    }
    let mut laid = split_above(prose, by, below);
    let end = laid.parts.last_mut()?;
    *end = joined(gap, &[&closed(end), last]);
    laid.parts.iter().all(|part| by.length.holds(part)).then_some(laid)
}

fn joined(gap: &str, parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(gap)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Length, LengthUnit};

    const CARD: &str = "```sql\nSELECT 1\n```\nReads the table clients.";

    fn laid(before: &str, ours: &str, after: &str, most: usize) -> Split {
        let by = Splitting { length: Length::characters(100), most };
        lay_out(AnswerLayout { heading: "↳ Zoé", before, ours, after }, by)
    }

    #[test]
    fn what_fits_is_one_message() {
        for (before, ours, after, expected) in [
            ("", "", "", "↳ Zoé".to_owned()),
            ("Two.", "", "", "↳ Zoé\nTwo.".to_owned()),
            ("", CARD, "", format!("↳ Zoé\n{CARD}")),
            (" Two:\n", CARD, "\nThat is all. ", format!("↳ Zoé\nTwo:\n\n{CARD}\n\nThat is all.")),
            ("```\nhalf", "Cut.", "", "↳ Zoé\n```\nhalf\n```\n\nCut.".to_owned()),
            ("@everyone ✅", "", "", "↳ Zoé\n@\u{2060}everyone".to_owned()),
        ] {
            assert_eq!(laid(before, ours, after, 4), Split { parts: vec![expected], rest: None });
        }
    }

    #[test]
    fn ours_is_whole_in_the_last_message() {
        let long = "Some words that say little. ".repeat(6);
        let laid_out = laid(&long, CARD, "That is all.", 4);
        assert_eq!((laid_out.parts.len(), laid_out.rest), (3, None));
        assert_eq!(laid_out.parts[2], format!("{CARD}\n\nThat is all."));
        let laid_out = laid("First.", CARD, &long, 4);
        assert_eq!(laid_out.parts.last().map(String::as_str), Some(CARD), "what followed it stands before it now");
    }

    #[test]
    fn the_rest_leaves_room_for_what_is_ours() {
        let long = "Some words that say little. ".repeat(20);
        for most in [1, 2, 3] {
            let Split { parts, rest } = laid(&long, CARD, "", most);
            assert!(parts.len() == most && parts[most - 1].ends_with(CARD), "{parts:?}");
            assert!(rest.is_some_and(|rest| long.ends_with(&format!("{rest} "))));
        }
    }

    #[test]
    fn the_last_message_holds_what_has_room_beside_what_is_ours() {
        let long = "Some words that say little. ".repeat(20);
        for most in [1, 2, 3] {
            let Split { parts, rest } = laid(&long, "The rest is in the file.", "", most);
            let last = &parts[most - 1];
            assert!(last.ends_with("little.\n\nThe rest is in the file."), "{last}");
            let shown = parts.join(" ").replace("↳ Zoé\n", "").replace("\n\nThe rest is in the file.", "");
            assert_eq!(format!("{shown} {} ", rest.unwrap()), long, "nothing is lost, nothing comes twice");
        }
    }

    /// Returns the text without blanks and marks that may have been closed, opened or guarded.
    fn ink(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '`' | '\u{2060}')).collect()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_invented(
            before in "(\n```\n([a-z]{1,9}[ \n]){1,30}```\n|[a-zé👩]{1,9}[ .\n]){0,80}",
            length in 130usize..300,
            most in 1usize..6,
            unit in prop::sample::select(vec![LengthUnit::Characters, LengthUnit::Utf16, LengthUnit::Bytes]),
        ) {
            let (heading, ours) = ("↳ Zoé", "The rest is in the file.");
            let by = Splitting { length: Length { most: length, unit }, most };
            let Split { parts, rest } = lay_out(AnswerLayout { heading, before: &before, ours, after: "" }, by);
            let prose: Vec<&str> = parts.iter().map(|part| part.strip_suffix(ours).unwrap_or(part)).collect();
            let all = prose.concat().replacen(heading, "", 1) + rest.as_deref().unwrap_or_default();
            prop_assert_eq!(ink(&all), ink(&before));
            for part in &parts {
                prop_assert!(unit.count(part) <= length, "{} > {length}: {part}", unit.count(part));
                prop_assert_eq!(&closed(part), part, "a block of code is left open");
            }
            if rest.is_some() {
                prop_assert_eq!(parts.len(), most);
                prop_assert!(!prose[most - 1].replace(heading, "").trim().is_empty(), "nothing beside what is ours");
            }
        }

        #[test]
        fn all_of_it_fits(
            before in "([a-z@` \n]|```\n){0,400}",
            after in "[a-zé👩 \n]{0,400}",
            length in 80usize..300,
            most in 1usize..6,
            unit in prop::sample::select(vec![LengthUnit::Characters, LengthUnit::Utf16, LengthUnit::Bytes]),
        ) {
            let by = Splitting { length: Length { most: length, unit }, most };
            let Split { parts, .. } = lay_out(AnswerLayout { heading: "↳ Zoé", before: &before, ours: CARD, after: &after }, by);
            prop_assert!(parts.len() <= most);
            prop_assert!(parts[parts.len() - 1].contains(CARD));
            for part in parts {
                prop_assert!(unit.count(&part) <= length, "{} > {length}: {part}", unit.count(&part));
            }
        }
    }
}
