//! Reactions used as buttons.

use pstral_core::domain::{Button, ButtonAction, Rating};

/// All reactions that stand for buttons.
const ALL: [&str; 15] = ["▶️", "✏️", "❓", "🧭", "👁️", "⚖️", "📈", "⬅️", "➡️", "⭐", "👍", "👎", "⏹️", "🔁", "⏩"];

/// Returns the reaction of an action.
pub(crate) fn key(action: &ButtonAction) -> &'static str {
    match action {
        ButtonAction::Execute(_) => "▶️",
        ButtonAction::Edit(_) => "✏️",
        ButtonAction::Explain(_) => "❓",
        ButtonAction::Plan(_) => "🧭",
        ButtonAction::Show(_) => "👁️",
        ButtonAction::Agree(_) => "⚖️",
        ButtonAction::Chart(_) => "📈",
        ButtonAction::AuditOlder(_) => "⬅️",
        ButtonAction::AuditNewer(_) => "➡️",
        // Pages are not turned there: who has reacted would have to take that back first.
        ButtonAction::ShowRows(_) => "📄",
        ButtonAction::Keep(_) => "⭐",
        ButtonAction::Rate(_, Rating::Good) => "👍",
        ButtonAction::Rate(_, Rating::Bad) => "👎",
        ButtonAction::Stop => "⏹️",
        ButtonAction::Retry(_) => "🔁",
        ButtonAction::Continue(_) => "⏩",
    }
}

/// Checks whether two reactions look the same, ignoring variation selectors and skin tones.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let plain = |key: &str| -> String { key.chars().filter(|letter| !is_tint(*letter)).collect() };
    plain(one) == plain(other)
}

fn is_tint(letter: char) -> bool {
    matches!(letter, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Checks whether a reaction may stand for a button; most reactions of people do not.
pub(crate) fn is_one(key: &str) -> bool {
    ALL.iter().any(|known| same(known, key))
}

/// Describes the reactions of a message in one line below it. When the rate is limited, a growing message has no
/// reactions of ours, so the line says what to type.
pub(crate) fn legend(buttons: &[Button], is_limited: bool) -> String {
    let one = |button: &Button| {
        let (key, label) = (key(&button.action), button.label.trim());
        let typed = if is_limited && button.action == ButtonAction::Stop { " (!pstral stop)" } else { "" };
        if same(key, label) { key.to_owned() } else { format!("{key} {label}{typed}") }
    };
    buttons.iter().map(one).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{AnswerId, ProposalId};

    use super::*;

    #[test]
    fn a_legend_tells_what_reactions_do() {
        let proposal = || ProposalId("0".to_owned());
        let rate = |rating| ButtonAction::Rate(AnswerId::Proposal(proposal()), rating);
        let buttons = [
            (ButtonAction::Execute(proposal()), "Exécuter"),
            (ButtonAction::Stop, "Arrêter"),
            (ButtonAction::Agree(proposal()), "Accorder"),
            (ButtonAction::Plan(proposal()), "Plan d'exécution"),
            (rate(Rating::Good), "👍"),
            (rate(Rating::Bad), "👎"),
        ];
        let buttons = buttons.map(|(action, label)| Button { action, label: label.to_owned() });
        assert_eq!(legend(&buttons, false), "▶️ Exécuter · ⏹️ Arrêter · ⚖️ Accorder · 🧭 Plan d'exécution · 👍 · 👎");
        assert_eq!(legend(&buttons[1..2], true), "⏹️ Arrêter (!pstral stop)");
        assert!(buttons.iter().all(|button| is_one(key(&button.action))) && is_one("▶") && !is_one("🎉"));
        assert!(same("▶", key(&buttons[0].action)) && same("👍🏽", "👍") && !same("👍", "👎"));
    }
}
