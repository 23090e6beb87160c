//! The conversation as a model is told it.

use super::fence::data;
use super::tokens::{AROUND_MESSAGE, Kind, tokens};
use crate::domain::{Locale, Speaker, Turn, TurnState};
use crate::ports::ModelMessage;

/// Words of an answer that is put as a question: "the active ones?".
const LONGEST_ANSWER: usize = 3;

/// The messages before a question, as far as they fit.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The oldest first; a model expects the person to speak first.
    pub(super) messages: Vec<ModelMessage>,
    /// The number of messages that did not fit.
    pub(super) left: usize,
    pub(super) tokens: usize,
}

/// The turns that a model hears of.
pub(super) fn told(turns: &[Turn]) -> Vec<&Turn> {
    turns.iter().filter(|turn| turn.state != TurnState::Failed && !turn.text.trim().is_empty()).collect()
}

/// Returns the question that the model answered with one in return, if our last message before the last question was that:
/// complete, without a statement, and ending as questions do.
pub fn asked_back(turns: &[Turn]) -> Option<&Turn> {
    let told = told(turns);
    let ours = told.iter().rposition(|turn| turn.speaker == Speaker::Pstral)?;
    let (before, asked) = (&told[..ours], told[ours]);
    let is_question = asked.state == TurnState::Complete && asked.proposal.is_none() && asks(&asked.text);
    before.iter().rfind(|turn| turn.speaker == Speaker::Person).filter(|_| is_question).copied()
}

/// Checks whether a text ends as questions do.
pub fn asks(text: &str) -> bool {
    text.trim_end().trim_end_matches(['*', '_', '`', '"', '»', '”', ')', ' ', '\u{a0}']).ends_with('?')
}

/// Checks whether the reply to a question of ours is a new question. Answers are short, and seldom questions.
pub fn asks_anew(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    asks(text) && words.count() > LONGEST_ANSWER
}

/// One message, and the tokens it takes.
pub(super) fn message(turn: &Turn, locale: Locale) -> (ModelMessage, usize) {
    let text = data(&turn.text);
    // What we said holds statements.
    let kind = if turn.speaker == Speaker::Person { Kind::Prose(locale) } else { Kind::Code };
    let size = tokens(&text, kind) + AROUND_MESSAGE;
    (ModelMessage { speaker: turn.speaker, text }, size)
}

/// The tokens all of it takes.
pub(super) fn wants(turns: &[&Turn], locale: Locale) -> usize {
    turns.iter().map(|turn| message(turn, locale).1).sum()
}

/// The newest turns that fit.
pub(super) fn within(turns: &[&Turn], room: usize, locale: Locale) -> History {
    let mut history = History::default();
    let mut taken = Vec::new();
    for turn in turns.iter().rev() {
        let (message, size) = message(turn, locale);
        if history.tokens + size > room {
            break;
        }
        history.tokens += size;
        taken.push(message);
    }
    while taken.last().is_some_and(|message| message.speaker == Speaker::Pstral) {
        taken.pop();
    }
    taken.reverse();
    history.left = turns.len() - taken.len();
    history.messages = taken;
    history
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{ConversationId, ProposalId, TurnId};

    fn turn(speaker: Speaker, text: &str) -> Turn {
        Turn {
            id: TurnId(1),
            conversation: ConversationId(1),
            speaker,
            text: text.to_owned(),
            state: TurnState::Complete,
            proposal: None,
            table: None,
            message: None,
            at: Timestamp::UNIX_EPOCH,
            aside: false,
            cut: false,
            target: None,
        }
    }

    fn person(text: &str) -> Turn {
        turn(Speaker::Person, text)
    }

    fn pstral(text: &str) -> Turn {
        turn(Speaker::Pstral, text)
    }

    #[test]
    fn a_question_in_return_is_known() {
        let offered = Turn { proposal: Some(ProposalId("p".to_owned())), ..pstral("This one?") };
        let failed = Turn { state: TurnState::Failed, ..pstral("What?") };
        let stopped = Turn { state: TurnState::Stopped, ..pstral("What?") };
        for (turns, expected) in [
            (vec![person("Sales"), pstral("Of which year?"), person("2025")], Some("Sales")),
            (vec![person("Sales"), pstral("**De quelle année ?**"), person("2025")], Some("Sales")),
            // The answer was asked again, as nothing came of it.
            (vec![person("Sales"), pstral("Year?"), person("2025"), failed.clone(), person("2025")], Some("Sales")),
            (vec![person("Sales"), pstral("Here."), person("2025")], None),
            (vec![person("Sales"), offered, person("2025")], None),
            (vec![person("Sales"), stopped, person("2025")], None),
            (vec![person("Sales"), failed, person("2025")], None),
            (vec![pstral("Year?"), person("2025")], None),
            (vec![person("Sales?")], None),
            (vec![], None),
        ] {
            assert_eq!(asked_back(&turns).map(|asked| asked.text.as_str()), expected, "{turns:?}");
        }
    }

    #[test]
    fn a_question_of_its_own_is_told_from_an_answer() {
        for (text, anew) in [
            ("How many clients in Lyon?", true),
            ("Combien de clients à Lyon ?", true),
            ("2025", false),
            ("2025 ?", false),
            ("the active ones?", false),
            ("Of all years that you have", false),
            ("", false),
        ] {
            assert_eq!(asks_anew(text), anew, "{text}");
        }
    }

    #[test]
    fn the_newest_turns_are_told_from_a_person_on() {
        let turns = [person("one"), pstral("two"), person("three"), pstral("four")];
        let turns: Vec<&Turn> = turns.iter().collect();
        let all = wants(&turns, Locale::En);
        for (room, expected, left) in [(all, 4, 0), (all - 1, 2, 2), (11, 0, 4), (0, 0, 4)] {
            let history = within(&turns, room, Locale::En);
            assert_eq!((history.messages.len(), history.left), (expected, left), "{room}");
            assert!(history.tokens <= room);
        }
    }
}
