//! How everything is, for those who look after it: each part as `pstral doctor` finds it, and what waits.

use super::asker::Asker;
use super::{Pipeline, PipelineError};
use crate::domain::{Capability, Locale, Outgoing};
use crate::egress::neutralized;
use crate::ports::{Check, PartState};
use crate::text::{Text, text};

impl Pipeline {
    /// Says how each part is and what waits, in private, what does not work first.
    pub(super) async fn show_status(&self, asker: &Asker) -> Result<(), PipelineError> {
        self.require(asker, Capability::ManageUsers, "status", text("user-not-allowed")).await?;
        let locale = asker.own_locale;
        let mut checks = self.parts.checkup.checks(locale).await;
        checks.extend(self.waiting_now(locale));
        // A message that is too long loses its end.
        checks.sort_by_key(|check| std::cmp::Reverse(check.state));
        let lines: Vec<String> = checks.iter().map(|check| shown(check, locale)).collect();
        self.show_in_private(asker, Outgoing::text(lines.join("\n"))).await
    }

    /// Questions that wait for the model, and answers that their platform has not taken to the end.
    fn waiting_now(&self, locale: Locale) -> [Check; 2] {
        let model = &self.parts.model;
        let running: u32 = model.loads().iter().map(|load| load.running).sum();
        let questions =
            text("status-questions").count("waiting", counted(model.waiting())).count("running", running.into());
        let left = self.pending_finals.len();
        let answers = text("status-answers").count("left", counted(left));
        let (state, remedy) = if left == 0 {
            (PartState::Ok, String::new())
        } else {
            (PartState::Degraded, text("status-remedy-answers").render(locale))
        };
        let check = |part: &str, state, fact: &Text, remedy| Check {
            part: part.to_owned(),
            state,
            fact: fact.render(locale),
            remedy,
        };
        [check("questions", PartState::Ok, &questions, String::new()), check("answers", state, &answers, remedy)]
    }
}

/// A part, how it is, what was measured, and below what to do.
fn shown(check: &Check, locale: Locale) -> String {
    let line = format!("- {} · {} · {}", check.part, check.state.text().render(locale), neutralized(&check.fact));
    if check.remedy.is_empty() { line } else { format!("{line}\n  → {}", check.remedy) }
}

fn counted(count: usize) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}
