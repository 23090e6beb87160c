//! The prompt that continues an answer that was cut.

use super::brief::{Brief, Briefing, Unfit};
use super::fence::data;
use super::tokens::{AROUND_MESSAGE, Kind, tokens};
use crate::domain::Speaker;
use crate::egress::fence::Fence;
use crate::ports::ModelMessage;
use crate::settings::AnswerForm;

/// The divisors of the room that the answer so far may take: the first that leaves enough for the rest is used.
const PARTS: [usize; 3] = [2, 4, 8];

impl Brief<'_> {
    /// The request for the rest of an answer: the question, as much of the end of what was `said` as fits, and the wish.
    pub fn to_go_on(&self, template: &str, room: usize, said: &str, wish: &str) -> Result<Briefing, Unfit> {
        // The rest of a text that was cut is no JSON of its own.
        let brief = Brief { form: AnswerForm::Fenced, ..self.clone() };
        for part in PARTS {
            let messages = [(Speaker::Pstral, end_within(said, room / part)), (Speaker::Person, wish.to_owned())]
                .map(|(speaker, text)| ModelMessage { speaker, text: data(&text) });
            let size: usize = messages.iter().map(|message| tokens(&message.text, Kind::Code) + AROUND_MESSAGE).sum();
            match brief.told(template, room.saturating_sub(size)) {
                Ok(mut briefing) => {
                    briefing.request.messages.extend(messages);
                    return Ok(Briefing { tokens: briefing.tokens + size, room, ..briefing });
                }
                Err(Unfit::TooLong) => {}
                Err(error @ Unfit::Template(_)) => return Err(error),
            }
        }
        Err(Unfit::TooLong)
    }
}

/// The end of a text that takes at most `most` tokens, from the beginning of a line on where one fits. That something is
/// left out shows, and a block of code that was open there is opened anew.
fn end_within(text: &str, most: usize) -> String {
    let fits = |text: &str| tokens(&data(text), Kind::Code) <= most;
    if fits(text) {
        return text.to_owned();
    }
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).filter(|at| *at < text.len()).collect();
    let last = lines.last().copied().unwrap_or_default();
    let letters: Vec<usize> = text[last..].char_indices().map(|(at, _)| last + at).collect();
    let longest_of = |places: &[usize]| {
        let at = places.partition_point(|at| !fits(&text_from(text, *at)));
        places.get(at).map(|at| text_from(text, *at)).filter(|end| fits(end))
    };
    longest_of(&lines).or_else(|| longest_of(&letters)).unwrap_or_else(|| "…".to_owned())
}

/// A text from a byte on.
fn text_from(text: &str, at: usize) -> String {
    let fence = Fence::open_in(&text[..at], usize::MAX).map(|fence| format!("{}\n", fence.line())).unwrap_or_default();
    format!("…\n{fence}{}", &text[at..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_end_begins_at_a_line_and_in_its_block() {
        for (text, most, expected) in [
            ("one\ntwo\nthree", 5, "one\ntwo\nthree"),
            ("one\ntwo\nthree", 4, "…\nthree"),
            ("one two three", 3, "…\nthree"),
            ("```sql\nSELECT id,\nname FROM cli", 9, "…\n```sql\nname FROM cli"),
            ("```sql\nSELECT 1\n```\nThat is all", 5, "…\nThat is all"),
            ("éé", 0, "…"),
        ] {
            assert_eq!(end_within(text, most), expected, "{text} in {most}");
        }
    }

    proptest! {
        #[test]
        fn the_end_fits_and_ends_the_text(text in "[a-z0-9é漢<`\n ]{0,200}", most in 10usize..80) {
            let end = end_within(&text, most);
            prop_assert!(tokens(&data(&end), Kind::Code) <= most, "{}", end);
            let said = end.strip_prefix("…\n").unwrap_or(&end);
            let kept = said.split_once('\n').map_or(said, |(_, rest)| rest);
            prop_assert!(end == "…" || text.ends_with(said) || text.ends_with(kept), "{}", end);
        }
    }
}
