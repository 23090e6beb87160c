//! Buttons, and the custom ids that map a click to its action.

use pstral_core::domain::{Button, ButtonAction};
use pstral_core::egress::fit;
use serde_json::{Value, json};

/// Discord's limits: buttons in a row, and rows in a message.
const IN_A_ROW: usize = 5;
/// The maximum length of a label, in characters.
const LABEL: usize = 80;

/// Encodes an action as the custom id of a button, using the store's ids. Nothing is kept in memory, so a button works
/// as long as the record it names, even after a restart; a forged id achieves no more than a click by somebody else.
pub(crate) fn custom_id(action: &ButtonAction) -> String {
    serde_json::to_string(action).expect("invariant: actions always serialise")
}

/// Decodes the action of a custom id; `None` for ids that are not ours.
pub(crate) fn action(custom_id: &str) -> Option<ButtonAction> {
    serde_json::from_str(custom_id).ok()
}

/// Builds the rows of buttons of a message.
pub(crate) fn rows(buttons: &[Button]) -> Vec<Value> {
    let row = |row: &[Button]| json!({ "type": 1, "components": row.iter().map(button).collect::<Vec<_>>() });
    buttons.chunks(IN_A_ROW).take(IN_A_ROW).map(row).collect()
}

fn button(button: &Button) -> Value {
    let style = match button.action {
        ButtonAction::Execute(_) | ButtonAction::Agree(_) => 3,
        ButtonAction::Stop => 4,
        _ => 2,
    };
    json!({
        "type": 2,
        "style": style,
        "label": fit(&button.label, LABEL),
        "custom_id": custom_id(&button.action),
    })
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{AnswerId, AuditPage, ConversationId, ProposalId, Rating, ResultPage, TurnId};

    use super::*;

    fn every_action() -> Vec<ButtonAction> {
        let proposal = || ProposalId("00112233445566778899aabbccddeeff".to_owned());
        let page = || AuditPage { query: "0011223344556677".to_owned(), page: u32::MAX };
        vec![
            ButtonAction::Execute(proposal()),
            ButtonAction::Edit(proposal()),
            ButtonAction::Explain(proposal()),
            ButtonAction::Plan(proposal()),
            ButtonAction::Show(proposal()),
            ButtonAction::Agree(proposal()),
            ButtonAction::Chart(proposal()),
            ButtonAction::AuditOlder(page()),
            ButtonAction::AuditNewer(page()),
            ButtonAction::ShowRows(ResultPage { turn: TurnId(i64::MIN), page: u32::MAX }),
            ButtonAction::Keep(proposal()),
            ButtonAction::Rate(AnswerId::Proposal(proposal()), Rating::Good),
            ButtonAction::Rate(AnswerId::Turn(ConversationId(i64::MAX), TurnId(i64::MAX)), Rating::Bad),
            ButtonAction::Stop,
            ButtonAction::Retry(TurnId(i64::MIN)),
            ButtonAction::Continue(TurnId(i64::MAX)),
        ]
    }

    #[test]
    fn every_button_comes_back_as_what_it_does() {
        for one in every_action() {
            let id = custom_id(&one);
            assert!(id.len() <= 100, "{id}");
            assert_eq!(action(&id), Some(one));
        }
        for strange in ["", "stop", "{\"execute\":5}", "{\"fly\":\"x\"}"] {
            assert_eq!(action(strange), None, "{strange}");
        }
    }

    #[test]
    fn buttons_stand_in_rows_of_five() {
        let button = |action| Button { action, label: "x".repeat(100) };
        let rows = rows(&every_action().into_iter().map(button).collect::<Vec<_>>());
        let lengths: Vec<usize> = rows.iter().map(|row| row["components"].as_array().unwrap().len()).collect();
        assert_eq!(lengths, [5, 5, 5, 1]);
        assert_eq!(rows[0]["components"][0]["label"].as_str().unwrap().chars().count(), LABEL);
    }
}
