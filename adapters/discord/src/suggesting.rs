//! Autocompletion of command options.

use pstral_core::egress::fit;
use pstral_core::ports::Suggestion;
use serde_json::{Value, json};
use serenity::http::{LightMethod, Route};
use serenity::model::application::CommandInteraction;

use crate::Discord;
use crate::command_list::suggested;
use crate::hearing::actor;
use crate::interactions::{acted, answers};
use crate::rest::with_body;

/// The maximum number of suggestions that Discord shows.
const MAX_SUGGESTIONS: usize = 25;
/// The maximum length of a suggestion, in characters.
const LENGTH: usize = 100;

impl Discord {
    /// Suggests completions of the option that is being typed.
    pub(crate) async fn suggest(&self, command: &CommandInteraction) {
        let Some(option) = command.data.autocomplete() else { return };
        let asked = suggested(&command.data.name, option.name);
        let all = match asked.filter(|_| self.where_it_was(&acted!(command)).is_some()) {
            Some(suggested) => self.advice.suggestions(&actor(&command.user), suggested).await,
            None => Vec::new(),
        };
        let answer = json!({ "type": answers::SUGGESTIONS, "data": { "choices": choices(&all, option.value) } });
        let route = Route::InteractionResponse { interaction_id: command.id, token: &command.token };
        if let Err(fault) = self.rest.answer(with_body(LightMethod::Post, route, &answer)).await {
            tracing::debug!(
                ?fault,
                interaction = command.id.get(),
                "Discord did not accept the suggestions; none are shown"
            );
        }
    }
}

/// Selects the suggestions whose last word fits the typed text.
fn choices(all: &[Suggestion], typed: &str) -> Vec<Value> {
    let (before, last) = typed.rsplit_once(' ').map_or(("", typed), |(before, last)| (before.trim_start(), last));
    let last = last.trim_start_matches('#').to_lowercase();
    let begins = |text: &str| text.to_lowercase().split([' ', '#', '(', '.']).any(|word| word.starts_with(&last));
    let meant = all.iter().filter(|one| one.word.to_lowercase().starts_with(&last) || begins(&one.label));
    let line = |word: &str| if before.is_empty() { word.to_owned() } else { format!("{before} {word}") };
    let lines = meant.map(|one| (line(&one.label), line(&one.word)));
    let fitting = lines.filter(|(_, line)| line.chars().count() <= LENGTH);
    fitting.take(MAX_SUGGESTIONS).map(|(label, line)| json!({ "name": fit(&label, LENGTH), "value": line })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(all: &[(&str, &str)], typed: &str) -> Vec<String> {
        let suggestion =
            |(word, label): &(&str, &str)| Suggestion { word: (*word).to_owned(), label: (*label).to_owned() };
        let choices = choices(&all.iter().map(suggestion).collect::<Vec<_>>(), typed);
        choices.iter().map(|choice| choice["value"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_last_word_is_completed() {
        let all = [("refusal", "refusal"), ("12", "#12 Clients de Paris"), ("camille", "camille (Camille Durand)")];
        for (typed, expected) in [
            ("refu", &["refusal"][..]),
            ("camille 10 REFU", &["camille 10 refusal"]),
            ("#1", &["12"]),
            ("par", &["12"]),
            ("dur", &["camille"]),
            ("fly", &[]),
        ] {
            assert_eq!(shown(&all, typed), expected, "{typed}");
        }
        assert_eq!(shown(&all, "").len(), 3);
        assert_eq!(shown(&[("x", "x"); 30], "").len(), MAX_SUGGESTIONS);
        assert!(shown(&all, &format!("{} ", "y".repeat(99))).is_empty(), "Discord takes no longer ones");
    }
}
