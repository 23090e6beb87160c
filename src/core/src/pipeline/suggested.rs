//! Questions that were suggested in a conversation, chosen by their number.

use std::sync::Mutex;

use crate::bounded_map::BoundedMap;
use crate::domain::ConversationId;
use crate::error::PipelineError;
use crate::lock::lock;
use crate::text::text;

/// Conversations whose suggestions are remembered.
const REMEMBERED: usize = 1_000;
/// Words that a value has at most: longer texts are questions of their own.
const VALUE_WORDS: usize = 3;
/// Stands in a suggestion where a person puts a value.
const SLOT: char = '…';

/// The questions that were suggested last, until something else is asked.
#[derive(Debug, Default)]
pub(crate) struct SuggestedQuestions(Mutex<BoundedMap<ConversationId, Vec<String>, REMEMBERED>>);

impl SuggestedQuestions {
    /// Remembers questions in the order of their numbers, from 1 on.
    pub(crate) fn remember(&self, conversation: ConversationId, questions: Vec<String>) {
        lock(&self.0).insert_newest(conversation, questions);
    }

    /// Returns the question that these words choose: a number, with the value where the question has a place for one.
    /// Other words are a question themselves, and the suggestions are then forgotten.
    pub(crate) fn question(&self, conversation: ConversationId, words: &str) -> Result<String, PipelineError> {
        let mut remembered = lock(&self.0);
        let questions = remembered.get(&conversation).map_or(&[][..], Vec::as_slice);
        let chosen = choose(questions, words);
        if !matches!(chosen, Choice::NeedsValue(..)) {
            remembered.insert_newest(conversation, vec![]);
        }
        match chosen {
            Choice::Question(question) => Ok(question),
            Choice::NeedsValue(number, question) => {
                Err(PipelineError::Tell(text("suggestion-value").with("question", question).count("number", number)))
            }
            Choice::Nothing => Ok(words.to_owned()),
        }
    }
}

#[derive(Debug, PartialEq)]
enum Choice {
    Question(String),
    NeedsValue(u64, String),
    Nothing,
}

fn choose(questions: &[String], words: &str) -> Choice {
    let (number, value) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let number = number.trim_end_matches(['.', ')', ':']);
    let Ok(at @ 1..) = number.parse::<usize>() else { return Choice::Nothing };
    let Some(question) = questions.get(at - 1) else { return Choice::Nothing };
    let value = value.trim();
    match (question.matches(SLOT).count(), value.split_whitespace().count()) {
        (0, 0) => Choice::Question(question.clone()),
        (1, 1..=VALUE_WORDS) => Choice::Question(question.replace(SLOT, value)),
        (1.., 0) => Choice::NeedsValue(at as u64, question.clone()),
        _ => Choice::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_chooses_a_question_and_a_value_fills_it() {
        let questions = ["Who are our users?", "List the clients in …", "From … to …"].map(str::to_owned);
        let question = |text: &str| Choice::Question(text.to_owned());
        let needs = |number, text: &str| Choice::NeedsValue(number, text.to_owned());
        for (words, expected) in [
            ("1", question("Who are our users?")),
            ("1.", question("Who are our users?")),
            ("2 Paris", question("List the clients in Paris")),
            ("2)  Aix en Provence ", question("List the clients in Aix en Provence")),
            ("2", needs(2, "List the clients in …")),
            ("3", needs(3, "From … to …")),
            ("3 Paris", Choice::Nothing),
            ("1 Paris", Choice::Nothing),
            ("2 of our clients who pay late", Choice::Nothing),
            ("0", Choice::Nothing),
            ("4", Choice::Nothing),
            ("-1", Choice::Nothing),
            ("one", Choice::Nothing),
            ("", Choice::Nothing),
        ] {
            assert_eq!(choose(&questions, words), expected, "{words:?}");
        }
    }

    #[test]
    fn suggestions_are_of_their_conversation_and_until_something_else_is_asked() {
        let suggested = SuggestedQuestions::default();
        let (one, other) = (ConversationId(1), ConversationId(2));
        let ask = |conversation, words: &str| suggested.question(conversation, words).unwrap();
        suggested.remember(one, vec!["Who?".to_owned()]);
        assert_eq!(ask(other, "1"), "1");
        assert_eq!(ask(one, "1"), "Who?");
        assert_eq!(ask(one, "1"), "1");
        suggested.remember(one, vec!["Who?".to_owned(), "In …?".to_owned()]);
        assert!(suggested.question(one, "2").is_err());
        assert_eq!(ask(one, "2 Lyon"), "In Lyon?");
        suggested.remember(one, vec!["Who?".to_owned()]);
        assert_eq!(ask(one, "What else?"), "What else?");
        assert_eq!(ask(one, "1"), "1");
    }
}
