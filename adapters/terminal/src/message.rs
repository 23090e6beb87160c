//! A message as lines of a terminal.

use pstral_core::domain::{Button, ButtonAction, FileRef, Outgoing, Rating};
use pstral_core::harmless;
use unicode_width::UnicodeWidthChar as _;

/// One line of a message, harmless to print. It may be wider than the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Secondary: shown dim where there is dim.
    pub(crate) dim: bool,
    /// Where it is cut if the screen is too narrow.
    pub(crate) cut: Cut,
}

/// Where a line is cut if the screen is too narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// At the edge, as terminals do: a copy of it is whole. For statements, tables and paths.
    Edge,
    /// Between words. For prose.
    Words,
    /// Where two spaces are. For buttons.
    Gaps,
}

/// The text, then the files, then the buttons with what to type instead of pressing them. Never empty.
///
/// Files and buttons alone have `→` before `/`: no text passes for them, nor where nothing is dim.
pub(crate) fn lines(message: &Outgoing) -> Vec<Line> {
    let text = without_commands(&harmless::text(&message.text));
    let plain = |text: &str, cut| Line { text: text.to_owned(), dim: false, cut };
    let mut in_code = false;
    let cut = |line: &str| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        if in_code || fence || line.trim_start().starts_with('|') { Cut::Edge } else { Cut::Words }
    };
    let text = text.trim_end();
    let mut lines: Vec<Line> = text.lines().zip(text.lines().map(cut)).map(|(line, cut)| plain(line, cut)).collect();
    lines.extend(message.files.iter().map(|file| plain(&file_line(file), Cut::Edge)));
    if !message.buttons.is_empty() {
        let labels: Vec<String> = message.buttons.iter().map(label).collect();
        lines.push(Line { text: labels.join("  "), dim: true, cut: Cut::Gaps });
    }
    if lines.is_empty() {
        lines.push(plain("", Cut::Words));
    }
    lines
}

/// Replaces the arrows before text that could be typed as a command, or before a path.
fn without_commands(text: &str) -> String {
    let mut parts = text.split('→');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let next = part.trim_start_matches(|c: char| c.is_whitespace() || c.width() == Some(0));
        out.push_str(if next.starts_with('/') { "->" } else { "→" });
        out.push_str(part);
    }
    out
}

fn label(button: &Button) -> String {
    let command = match button.action {
        ButtonAction::Execute(_) | ButtonAction::Show(_) => "/execute",
        ButtonAction::Edit(_) => "/edit",
        ButtonAction::Explain(_) => "/explain",
        ButtonAction::Plan(_) => "/explain plan",
        // Nothing is ever sent elsewhere there.
        ButtonAction::Agree(_) => "/agree",
        ButtonAction::Chart(_) => "/chart",
        ButtonAction::AuditOlder(_) => "/audit older",
        ButtonAction::AuditNewer(_) => "/audit newer",
        ButtonAction::Keep(_) => "/keep",
        ButtonAction::Rate(_, Rating::Good) => "/good",
        ButtonAction::Rate(_, Rating::Bad) => "/bad",
        ButtonAction::Stop => "/stop",
        // Pages are not turned there: all rows are in the files.
        ButtonAction::Retry(_) | ButtonAction::ShowRows(_) => "/retry",
        ButtonAction::Continue(_) => "/continue",
    };
    format!("[{} → {command}]", harmless::line(&button.label))
}

/// The whole path, so that it can be copied.
fn file_line(file: &FileRef) -> String {
    let path = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
    format!("→ {} ({})", harmless::line(&path.to_string_lossy()), size(file.bytes))
}

/// Two digits at least and no fraction, so that it reads the same in every language.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
    let mut unit = 0;
    let mut scale = 1;
    while bytes / scale >= 10_000 && unit + 1 < UNITS.len() {
        unit += 1;
        scale *= 1_000;
    }
    format!("{} {}", (bytes + scale / 2) / scale, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{ProposalId, TurnId};

    use super::*;

    #[test]
    fn files_and_buttons_come_after_the_text() {
        let proposal = || ProposalId("p".to_owned());
        let button = |label: &str, action| Button { label: label.to_owned(), action };
        let file = FileRef {
            name: "c.csv".to_owned(),
            path: "/tmp/\u{1b}[2Jc.csv".into(),
            media_type: "text/csv",
            bytes: 12_345,
        };
        let message = Outgoing {
            buttons: vec![
                button("Exé\u{1b}cuter", ButtonAction::Execute(proposal())),
                button("Modifier", ButtonAction::Edit(proposal())),
                button("Expliquer", ButtonAction::Explain(proposal())),
                button("Arrêter", ButtonAction::Stop),
                button("Réessayer", ButtonAction::Retry(TurnId(1))),
            ],
            files: vec![file],
            ..Outgoing::text("**Clients**\n\nVoici : 1 → 2\n[Exécuter → /execute]\n→ \u{a0}/tmp/c.csv (1 kB)\n\n")
        };
        let shown: Vec<String> = lines(&message)
            .into_iter()
            .map(|line| if line.dim { format!("dim {}", line.text) } else { line.text })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        **Clients**

        Voici : 1 → 2
        [Exécuter -> /execute]
        ->  /tmp/c.csv (1 kB)
        → /tmp/[2Jc.csv (12 kB)
        dim [Exécuter → /execute]  [Modifier → /edit]  [Expliquer → /explain]  [Arrêter → /stop]  [Réessayer → /retry]
        ");
    }

    #[test]
    fn sizes_are_short_and_keep_two_digits() {
        for (bytes, expected) in [
            (0, "0 B"),
            (9_999, "9999 B"),
            (10_000, "10 kB"),
            (12_345, "12 kB"),
            (9_999_499, "9999 kB"),
            (10_500_000, "11 MB"),
            (10_000_000_000, "10 GB"),
            (u64::MAX / 2, "9223372037 GB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
