//! Buttons in the language of whoever reads them.

use crate::domain::{Agreement, AnswerId, Button, ButtonAction, Locale, Origin, Proposal, Rating, TurnId};
use crate::text::{Text, text};

/// Asks the question of a turn again.
pub(crate) fn retry_button(turn: TurnId, locale: Locale) -> Button {
    button(ButtonAction::Retry(turn), &text("button-retry"), locale)
}

/// The buttons of a statement that can run; one that waits for a steward can be agreed to where it stands.
pub(crate) fn buttons(proposal: &Proposal, locale: Locale) -> Vec<Button> {
    let id = || proposal.id.clone();
    let waits = proposal.agreement == Agreement::Needed;
    let agree = waits.then(|| (ButtonAction::Agree(id()), text("button-agree")));
    [
        (ButtonAction::Execute(id()), text("button-execute")),
        (ButtonAction::Edit(id()), text("button-edit")),
        (ButtonAction::Explain(id()), text("button-explain")),
    ]
    .into_iter()
    .chain(agree)
    .map(|(action, label)| button(action, &label, locale))
    .collect()
}

/// A button in the reader's language.
pub(crate) fn button(action: ButtonAction, label: &Text, locale: Locale) -> Button {
    Button { action, label: label.render(locale) }
}

/// The buttons under an answer.
pub(crate) fn rating_buttons(answer: &AnswerId, locale: Locale) -> [Button; 2] {
    [(Rating::Good, text("button-good")), (Rating::Bad, text("button-bad"))]
        .map(|(rating, label)| button(ButtonAction::Rate(answer.clone(), rating), &label, locale))
}

/// The buttons of a result that are of use as long as its proposal is known.
pub(crate) fn lasting_buttons(proposal: &Proposal, locale: Locale) -> Vec<Button> {
    let rating = rating_buttons(&AnswerId::Proposal(proposal.id.clone()), locale);
    keep_button(proposal, locale).into_iter().chain(rating).collect()
}

/// Goes on with an answer that was cut.
pub(crate) fn continue_button(cut: TurnId, locale: Locale) -> Button {
    button(ButtonAction::Continue(cut), &text("button-continue"), locale)
}

/// The button under a result of a statement that is not a verified one already.
fn keep_button(proposal: &Proposal, locale: Locale) -> Option<Button> {
    let is_verified = matches!(proposal.origin, Origin::Verified { .. });
    (!is_verified && !proposal.question.trim().is_empty())
        .then(|| button(ButtonAction::Keep(proposal.id.clone()), &text("button-keep"), locale))
}
